import type { WechatApp } from '../platform/config/wechat-app.js';
import type { EndpointKind } from '../wechat/errcode-row.js';
import type { Verdict } from '../wechat/wechat-answer.js';
import { meaningOf } from '../wechat/wechat-errcodes.js';
import { found, type ConditionName } from './conditions.js';
import type { Finding } from './finding.js';
import { nameOf } from './wechat-app-name.js';

const conditionOf: Record<number, ConditionName> = {
  40013: 'app-id-unknown',
  40125: 'app-secret-wrong',
  40164: 'app-ip-not-listed',
  45035: 'app-ip-not-listed',
  61004: 'app-ip-not-listed',
  89501: 'app-ip-unconfirmed',
  89503: 'app-ip-unconfirmed',
  89506: 'app-ip-unconfirmed',
  89507: 'app-ip-unconfirmed',
  40243: 'app-secret-frozen',
  50004: 'app-account-frozen',
  50007: 'app-account-frozen',
  48004: 'app-account-frozen',
  48001: 'app-without-ability',
  45009: 'app-quota',
  45011: 'app-quota',
};

const unnamedAddress = { zh: '（微信没有说明是哪个）', en: '(WeChat does not say which)' };

/** What an errcode says of an app. @param ability the call that was refused, where it was not the token's own */
export function explainRefusal(
  app: WechatApp,
  { errcode, errmsg }: Verdict,
  endpoint: EndpointKind,
  ability = '',
): Finding {
  const facts = { app: nameOf(app), errcode, ability, address: addressIn(errmsg) ?? unnamedAddress };
  const { class: errcodeClass, zh, en } = meaningOf(errcode, endpoint);
  const known = conditionFor(errcode, endpoint);
  if (known) return found(known, facts);
  if (errcodeClass === 'RETRY') return found('app-busy', { ...facts, reason: errcode });
  return found('app-refused', { ...facts, advice: { zh, en } });
}

function conditionFor(errcode: number, endpoint: EndpointKind): ConditionName | undefined {
  // At the token's endpoints the older answer to a wrong secret.
  if (errcode === 40001 && endpoint === 'app-token') return 'app-secret-wrong';
  if (errcode >= 40230 && errcode <= 40240) return 'app-api-security';
  return conditionOf[errcode];
}

/** `invalid ip 203.0.113.7 ipv6 2001:db8::7, not in whitelist`: both, unless the second is only the first written anew. */
function addressIn(errmsg: string): string | undefined {
  const [, address, ipv6] = /\binvalid ip ([0-9a-f.:]+)(?: ipv6 ([0-9a-f.:]+))?/i.exec(errmsg) ?? [];
  if (!address) return undefined;
  return ipv6 && ipv6 !== address && !/^::ffff:/i.test(ipv6) ? `${address}, ${ipv6}` : address;
}
