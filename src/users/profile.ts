import type { UserRow } from './user.view.js';

export const profileFields = [
  'nickname',
  'avatarUrl',
  'gender',
  'country',
  'province',
  'city',
  'language',
] as const;
export type ProfileField = (typeof profileFields)[number];

/** What WeChat says of a person, placeholders left out. */
export type WechatProfile = Partial<Record<ProfileField, string>>;

/** Fields of the own account that a person may choose. */
export const choosableFields = ['nickname', 'avatarUrl', 'email', 'gender', 'language'] as const;
export type ChoosableField = (typeof choosableFields)[number];

/** What a person sets on the own account: null takes a value away, and leaves the field to WeChat again. */
export type ProfileChoice = Partial<Record<ChoosableField, string | null>>;

/** What of WeChat's words is new and may be taken over: never what the person chose. */
export function acceptable(user: UserRow, profile: WechatProfile): WechatProfile {
  const chosen = chosenOf(user);
  const news = profileFields.filter(
    (field) => profile[field] !== undefined && profile[field] !== user[field] && !chosen.has(field),
  );
  return Object.fromEntries(news.map((field) => [field, profile[field]]));
}

export function chosenOf({ chosen }: Pick<UserRow, 'chosen'>): Set<string> {
  return new Set(chosen === '' ? [] : chosen.split(','));
}

/** What is chosen once this choice was made. */
export function chosenAfter(user: Pick<UserRow, 'chosen'>, choice: ProfileChoice): string {
  const given = choosableFields.filter((field) => typeof choice[field] === 'string');
  const kept = [...chosenOf(user)].filter((field) => choice[field as ChoosableField] !== null);
  return chosenText([...kept, ...given]);
}

export function chosenText(fields: Iterable<string>): string {
  return [...new Set(fields)].sort().join();
}
