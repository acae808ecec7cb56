import { vectorsOf } from '../../test/support/wechat-vectors.js';
import type { PushApp } from './open-push.js';
import { openSealed, pushSignature, seal } from './push-crypto.js';
import { readFields } from './push-format.js';
import type { PushMessage } from './push-message.js';
import { PushRefused } from './push-refused.js';
import { textReply } from './push-reply.js';

const app = {
  appId: 'wxba5fad812f8e6fb9',
  pushToken: 'AAAAA',
  encodingAesKey: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
} satisfies PushApp;
const nowMs = 1_713_424_427_900;
const random = Buffer.from('707722b803182950');

function messageIn(format: 'xml' | 'json', sealed: boolean): PushMessage {
  return {
    appId: app.appId,
    toUser: 'gh_97417a04a28d',
    fromUser: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
    createTime: 1_713_424_420,
    msgType: 'event',
    dedupeKey: 'key',
    reply: { format, sealed, nonce: '415670741' },
  };
}

const plainXml =
  '<xml><ToUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></ToUserName>' +
  '<FromUserName><![CDATA[gh_97417a04a28d]]></FromUserName><CreateTime>1713424427</CreateTime>' +
  '<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请确认登录]]></Content></xml>';

const plainJson =
  '{"ToUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","FromUserName":"gh_97417a04a28d","CreateTime":1713424427,"MsgType":"text","Content":"请确认登录"}';

it.each([
  ['xml', plainXml, 'text/xml; charset=utf-8'],
  ['json', plainJson, 'application/json; charset=utf-8'],
] as const)('a reply to plain %s is as WeChat documents it', (format, body, contentType) => {
  expect(textReply(app, messageIn(format, false), '请确认登录', { nowMs })).toEqual({ contentType, body });
});

it.each([
  ['xml', plainXml],
  ['json', plainJson],
] as const)('a reply to sealed %s is sealed and signed', (format, plain) => {
  const { body } = textReply(app, messageIn(format, true), '请确认登录', { nowMs, random });
  const fields = readFields(body, format) as Record<string, string>;
  const { encrypt = '', msgsignature, timestamp = '', nonce = '' } = fields;
  expect(encrypt).toBe(seal(plain, app.encodingAesKey, app.appId, random));
  expect(openSealed(encrypt, app.encodingAesKey, app.appId)).toBe(plain);
  expect([timestamp, nonce]).toEqual(['1713424427', '415670741']);
  expect(msgsignature).toBe(pushSignature(app.pushToken, timestamp, nonce, encrypt));
});

it("a sealed reply has the envelope of WeChat's own samples", () => {
  const xml = textReply(app, messageIn('xml', true), 'hi', { nowMs, random }).body;
  expect(xml).toMatch(
    /^<xml><Encrypt><!\[CDATA\[[\w+/=]+\]\]><\/Encrypt><MsgSignature><!\[CDATA\[[0-9a-f]{40}\]\]><\/MsgSignature><TimeStamp>1713424427<\/TimeStamp><Nonce><!\[CDATA\[415670741\]\]><\/Nonce><\/xml>$/,
  );
  const json: unknown = JSON.parse(textReply(app, messageIn('json', true), 'hi', { nowMs, random }).body);
  expect(json).toEqual({
    Encrypt: expect.any(String),
    MsgSignature: expect.stringMatching(/^[0-9a-f]{40}$/),
    TimeStamp: 1713424427,
    Nonce: '415670741',
  });
});

it("WeChat's own sample reply is sealed and signed to the same bytes", () => {
  const [, { inputs, expected }] = vectorsOf('push-encrypt').find(([id]) => id.startsWith('d2-'))!;
  const encrypt = seal(inputs.msg!, app.encodingAesKey, app.appId, random);
  expect(encrypt).toBe(expected.encrypt);
  expect(pushSignature(app.pushToken, '1713424427', '415670741', encrypt)).toBe(expected.msg_signature);
});

it('two sealed replies differ, for each has its own random bytes', () => {
  const bodies = [1, 2].map(() => textReply(app, messageIn('xml', true), 'hi', { nowMs }).body);
  expect(bodies[0]).not.toBe(bodies[1]);
});

it.each(['xml', 'json'] as const)('a text in %s cannot leave its element', (format) => {
  const text = 'a]]></Content><Content><![CDATA[b","Content":"c';
  const { body } = textReply(app, messageIn(format, false), text, { nowMs });
  expect(readFields(body, format)).toMatchObject({ content: text, msgtype: 'text' });
});

it('nothing is sealed without the keys', () => {
  const reply = (keys: Partial<PushApp>) => () =>
    textReply({ ...app, ...keys }, messageIn('xml', true), 'hi', { nowMs });
  expect(reply({ pushToken: undefined })).toThrow(PushRefused);
  expect(reply({ encodingAesKey: undefined })).toThrow(PushRefused);
});
