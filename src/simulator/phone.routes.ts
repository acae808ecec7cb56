import type { FastifyInstance } from 'fastify';
import { requireAppToken } from './app-authentication.js';
import { endpoint, postedJson } from './endpoint.js';
import { phoneInfo } from './phone-numbers.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';

/** The endpoints at which a mini program learns and checks phone numbers. */
export function phoneRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { phoneCodes, encryptedMessages, settings, now } = simulation;

  /**
   * `{code, openid?}` → `{phone_info}`. Checks and uses up without yielding in between, so that of many at once one succeeds.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
   */
  endpoint(wechat, 'POST', '/wxa/business/getuserphonenumber', (request) => {
    const app = requireAppToken(simulation, request, 'mini-program');
    const { code: text, openid } = postedJson(request);
    const code = typeof text === 'string' ? phoneCodes.find(text) : undefined;
    if (!code || typeof text !== 'string') throw new Refusal(40029, undefined, { hint: true });
    if (code.appId !== app.appId) throw new Refusal(40013);
    if (openid !== undefined && openid !== code.openid) throw new Refusal(settings.phoneOpenidErrcode);
    phoneCodes.use(text);
    return { errcode: 0, errmsg: 'ok', phone_info: phoneInfo(code.number, app.appId, now(), settings) };
  });

  /**
   * `{encrypted_msg_hash}` → `{vaild, create_time}`, spelled as WeChat spells it.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/basic-info/checkEncryptedData.html
   */
  endpoint(wechat, 'POST', '/wxa/business/checkencryptedmsg', (request) => {
    const app = requireAppToken(simulation, request, 'mini-program');
    const { encrypted_msg_hash: hash } = postedJson(request);
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/i.test(hash)) throw new Refusal(40097);
    const message = encryptedMessages.get(hash.toLowerCase());
    if (message?.appId !== app.appId) throw new Refusal(1);
    return { errcode: 0, errmsg: 'ok', vaild: true, create_time: message.createdAt };
  });
}
