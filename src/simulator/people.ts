import { createHash } from 'node:crypto';

/** Somebody with a WeChat account. */
export interface Person {
  /** How control calls call him. */
  person: string;
  nickname: { zh: string; en: string };
  /** URL of the avatar; empty where he has none. */
  avatar: string;
  /** WeChat takes him for a risk and lets him into no mini program. */
  blocked?: boolean;
}

const avatars = 'https://thirdwx.qlogo.cn/mmopen/vi_32/';

/** The grey avatar of those who keep theirs to themselves (小程序文档「获取头像昵称」). */
const greyAvatar = `${avatars}POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132`;
const nobody = { zh: '微信用户', en: '微信用户' };

export const defaultPerson = somebody('ada', { zh: '艾达🌸', en: 'Ada🌸' });

export const people: readonly Person[] = [
  defaultPerson,
  somebody('ming', { zh: '小明😀', en: 'Ming😀' }),
  somebody('lei', { zh: '李雷👨‍💻', en: 'Li Lei👨‍💻' }),
  somebody('mei', { zh: '韩梅梅🇨🇳', en: 'Han Meimei🇨🇳' }),
  somebody('quiet', { zh: '', en: '' }),
  { person: 'grey', nickname: nobody, avatar: greyAvatar },
  { person: 'faceless', nickname: { zh: '无头像', en: 'Faceless' }, avatar: '' },
  { ...somebody('blocked', { zh: '受限用户', en: 'Blocked' }), blocked: true },
];

/** Any name names somebody: one of the known people, or somebody made up on the spot. */
export function personNamed(name: string): Person {
  return (
    people.find(({ person }) => person === name) ??
    somebody(name, { zh: `微信用户 ${name}🙂`, en: `WeChat user ${name}🙂` })
  );
}

/** The virtual person whom a snapshot page (快照页) shows an app instead of this one. */
export function virtualPersonOf({ person }: Person): Person {
  return { person: `snapshot of ${person}`, nickname: nobody, avatar: greyAvatar };
}

/** The person's id towards one app: 28 characters, always the same. */
export function openidOf(person: Person, appId: string): string {
  return stableId('openid', appId, person.person);
}

/** The person's id towards all apps bound to one open-platform account: 28 characters, always the same. */
export function unionidOf(person: Person, openPlatform: string): string {
  return stableId('unionid', openPlatform, person.person);
}

function somebody(person: string, nickname: Person['nickname']): Person {
  return { person, nickname, avatar: `${avatars}${stableId('avatar', person)}/132` };
}

function stableId(...parts: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `o${digest.slice(0, 27)}`;
}
