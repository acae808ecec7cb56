import Bowser from 'bowser';
import type { Place } from './page-data.js';

const wechatMark = /\bMicroMessenger\//i;
const weComMark = /\bwxwork\//i;

/** Phones outside of WeChat have no way into it; tablets are held beside one, as computers are. */
export function placeOf(userAgent = ''): Place {
  if (wechatMark.test(userAgent) && !weComMark.test(userAgent)) return 'wechat';
  if (userAgent === '') return 'computer';
  return Bowser.parse(userAgent).platform.type === 'mobile' ? 'mobile' : 'computer';
}
