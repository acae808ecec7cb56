/** What WeChat shows of a person: for display, never to recognize anybody by. */
export interface WechatProfile {
  nickname?: string | undefined;
  avatarUrl?: string | undefined;
  gender?: 'male' | 'female' | undefined;
  country?: string | undefined;
  province?: string | undefined;
  city?: string | undefined;
  language?: string | undefined;
}

const placeholderNicknames = ['微信用户', '用户已经注销'];
const greyAvatar =
  'POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg';
const nicknameLength = 64;
const placeLength = 64;
const languageLength = 16;
const avatarUrlLength = 512;

/** Control characters, halves of characters, and what turns the direction of the text around it. */
const unfitForDisplay = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The part of what WeChat says that is a profile: no placeholder, nothing unfit for display or too long;
 * `undefined` where nothing is left.
 */
export function profileOf(said: WechatProfile): WechatProfile | undefined {
  const profile: WechatProfile = {
    nickname: nicknameOf(said.nickname),
    avatarUrl: avatarOf(said.avatarUrl),
    gender: said.gender,
    country: display(said.country, placeLength),
    province: display(said.province, placeLength),
    city: display(said.city, placeLength),
    language: display(said.language, languageLength),
  };
  const known = Object.entries(profile).filter(([, value]) => value !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function nicknameOf(said: string | undefined): string | undefined {
  const nickname = display(said, nicknameLength);
  return nickname !== undefined && placeholderNicknames.includes(nickname) ? undefined : nickname;
}

/** WeChat's own pictures are to be had by https, too, where it says http. */
function avatarOf(said: string | undefined): string | undefined {
  const url = said?.trim().replace(/^http:(?=\/\/[a-z0-9-]+(\.[a-z0-9-]+)*\.qlogo\.cn\/)/i, 'https:');
  if (!url || url.length > avatarUrlLength || url.includes(greyAvatar)) return undefined;
  return URL.canParse(url) && new URL(url).protocol === 'https:' ? url : undefined;
}

/** At most this many code points, without white space around them. */
function display(said: string | undefined, length: number): string | undefined {
  const text = Array.from((said ?? '').replace(unfitForDisplay, '').trim())
    .slice(0, length)
    .join('')
    .trim();
  return text || undefined;
}
