import { createHash } from 'node:crypto';

/** Somebody with a WeChat account. */
export interface Person {
  /** How control calls call him. */
  person: string;
  nickname: { zh: string; en: string };
}

export const defaultPerson: Person = { person: 'ada', nickname: { zh: '艾达🌸', en: 'Ada🌸' } };

export const people: readonly Person[] = [
  defaultPerson,
  { person: 'ming', nickname: { zh: '小明😀', en: 'Ming😀' } },
  { person: 'lei', nickname: { zh: '李雷👨‍💻', en: 'Li Lei👨‍💻' } },
  { person: 'mei', nickname: { zh: '韩梅梅🇨🇳', en: 'Han Meimei🇨🇳' } },
  { person: 'quiet', nickname: { zh: '', en: '' } },
];

/** Any name names somebody: one of the known people, or somebody made up on the spot. */
export function personNamed(name: string): Person {
  return (
    people.find(({ person }) => person === name) ?? {
      person: name,
      nickname: { zh: `微信用户 ${name}🙂`, en: `WeChat user ${name}🙂` },
    }
  );
}

/** The person's id towards one app: 28 characters, always the same. */
export function openidOf(person: Person, appId: string): string {
  return stableId('openid', appId, person.person);
}

/** The person's id towards all apps bound to one open-platform account: 28 characters, always the same. */
export function unionidOf(person: Person, openPlatform: string): string {
  return stableId('unionid', openPlatform, person.person);
}

function stableId(...parts: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `o${digest.slice(0, 27)}`;
}
