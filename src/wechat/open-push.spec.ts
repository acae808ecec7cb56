import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { openPush, verifyUrl, type PushApp } from './open-push.js';
import { pushSignature, seal } from './push-crypto.js';
import { PushRefused } from './push-refused.js';

const token = 'testtoken';
const encodingAesKey = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY';
const appId = 'wx0000000000000002';
const openid = 'oAbCdEfGhIjKlMnOpQrStUvWxYz1';
const plainApp: PushApp = { appId, pushToken: token };
const sealedApp: PushApp = { appId, pushToken: token, encodingAesKey };

const seconds = 1_700_000_003;
const nowMs = seconds * 1000;
const nonce = '1000000003';
const stamp = { timestamp: String(seconds), nonce };
const signed = { ...stamp, signature: pushSignature(token, stamp.timestamp, nonce) };

const scan = xml({ Event: 'SCAN', EventKey: 'login_7f3a', Ticket: 'TICKET' });

function xml(fields: Record<string, string> = {}): string {
  const all = {
    ToUserName: 'gh_0123456789ab',
    FromUserName: openid,
    CreateTime: seconds,
    MsgType: 'event',
    ...fields,
  };
  return `<xml>${Object.entries(all)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n')}</xml>`;
}

function json(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ToUserName: 'gh_0123456789ab',
    FromUserName: openid,
    CreateTime: seconds,
    MsgType: 'event',
    ...fields,
  });
}

function sealedPush(message: string, { key = encodingAesKey, receiver = appId, by = token } = {}) {
  const encrypt = seal(message, key, receiver, Buffer.alloc(16, 'r'));
  const msg_signature = pushSignature(by, stamp.timestamp, nonce, encrypt);
  return { encrypt, query: { ...signed, encrypt_type: 'aes', msg_signature } };
}

function envelope(encrypt: string): string {
  return `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
}

const openPlain = (body: string) => openPush(plainApp, signed, body, nowMs);

function openSealed(message: string) {
  const { encrypt, query } = sealedPush(message);
  return openPush(sealedApp, query, envelope(encrypt), nowMs);
}

describe("WeChat's vectors", () => {
  const isMessage = (text: string) => text.includes('FromUserName');
  const vectors = vectorsOf('push-encrypt', 'push-encrypted').map(([id, { inputs, expected }]) => {
    const message: string = inputs.msg ?? expected.msg;
    const Encrypt: string = inputs.encrypt ?? expected.encrypt;
    const app = {
      appId: inputs.receive_id!,
      pushToken: inputs.token!,
      encodingAesKey: inputs.encoding_aes_key!,
    };
    const query = {
      timestamp: inputs.timestamp!,
      nonce: inputs.nonce!,
      msg_signature: expected.msg_signature,
    };
    const body = message.startsWith('<')
      ? envelope(Encrypt)
      : JSON.stringify({ ToUserName: 'gh_1', Encrypt });
    return { id, message, app, query, body, at: Number(inputs.timestamp) * 1000 };
  });

  it.each(vectors.filter(({ message }) => isMessage(message)))(
    '$id opens',
    ({ app, query, body, message, at }) => {
      const opened = openPush(app, query, body, at);
      expect(message).toContain(opened.fromUser);
      expect(message).toContain(String(opened.createTime));
      expect(opened.reply).toEqual({
        format: body.startsWith('<') ? 'xml' : 'json',
        sealed: true,
        nonce: query.nonce,
      });
    },
  );

  it.each(vectors.filter(({ message, query }) => !isMessage(message) && query.timestamp))(
    '$id is refused, being no message to an app',
    ({ app, query, body, at }) => {
      expect(() => openPush(app, query, body, at)).toThrow('the fields of the message are not as documented');
    },
  );

  it('hold for a plain push', () => {
    const [, { inputs, expected }] = vectorsOf('push-signature')[1]!;
    const query = { timestamp: inputs.timestamp!, nonce: inputs.nonce!, signature: expected.signature };
    const opened = openPush(
      { appId, pushToken: inputs.token! },
      query,
      inputs.body!,
      Number(inputs.timestamp) * 1000,
    );
    expect(opened).toMatchObject({
      fromUser: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
      event: 'debug_demo',
      createTime: 1714037059,
    });
  });

  it('hold for the URL check', () => {
    const [, { inputs, expected }] = vectorsOf('push-signature')[0]!;
    const query = {
      timestamp: inputs.timestamp!,
      nonce: inputs.nonce!,
      echostr: inputs.echostr!,
      signature: expected.signature,
    };
    expect(verifyUrl({ appId, pushToken: inputs.token! }, query, Number(inputs.timestamp) * 1000)).toBe(
      expected.response_body,
    );
  });

  it('of scans and withdrawals say what they should', () => {
    const opened = vectors
      .filter(({ id }) => /^d1[123]-/.test(id))
      .map(({ app, query, body, at }) => openPush(app, query, body, at));
    expect(opened).toEqual([
      expect.objectContaining({
        event: 'subscribe',
        eventKey: 'qrscene_login_7f3a',
        fromUser: openid,
        ticket: 'TICKET',
      }),
      expect.objectContaining({ event: 'scan', eventKey: 'login_7f3a', fromUser: openid, ticket: 'TICKET' }),
      expect.objectContaining({
        event: 'user_authorization_revoke',
        openid,
        revokeInfo: '6',
        fromUser: 'oPlatformPushUser00000000000',
      }),
    ]);
  });
});

describe('the URL check', () => {
  const query = { ...signed, echostr: '4375120948345356249' };

  it.each([plainApp, sealedApp])('gives the echostr back, with an AES key or without', (app) => {
    expect(verifyUrl(app, query, nowMs)).toBe('4375120948345356249');
  });

  it.each<[string, PushApp, Record<string, string | undefined>]>([
    ['an app without a token', { appId }, query],
    [
      'an app without a token, signed with none',
      { appId },
      { ...query, signature: pushSignature('', stamp.timestamp, nonce) },
    ],
    [
      'an app with an empty token',
      { appId, pushToken: '' },
      { ...query, signature: pushSignature('', stamp.timestamp, nonce) },
    ],
    ['another token', plainApp, { ...query, signature: pushSignature('other', stamp.timestamp, nonce) }],
    ['no signature', plainApp, { ...query, signature: undefined }],
    ['an empty signature', plainApp, { ...query, signature: '' }],
    ['a signature in upper case', plainApp, { ...query, signature: signed.signature.toUpperCase() }],
    ['the signature of another nonce', plainApp, { ...query, nonce: '1' }],
    ['no nonce', plainApp, { ...query, nonce: undefined }],
    ['no echostr', plainApp, { ...query, echostr: undefined }],
    ['markup for an echostr', plainApp, { ...query, echostr: '<script>' }],
    ['a giant echostr', plainApp, { ...query, echostr: '1'.repeat(257) }],
  ])('refuses %s', (_what, app, asked) => {
    expect(() => verifyUrl(app, asked, nowMs)).toThrow(PushRefused);
  });
});

describe('a timestamp', () => {
  it.each([-300_000, 0, 300_000])('%i ms away is taken', (awayMs) => {
    expect(openPush(plainApp, signed, scan, nowMs + awayMs).event).toBe('scan');
  });

  it.each([-300_001, 300_001])(
    '%i ms away is stale, for the URL check, plain and sealed messages',
    (awayMs) => {
      const { encrypt, query } = sealedPush(scan);
      const at = nowMs + awayMs;
      expect(() => openPush(plainApp, signed, scan, at)).toThrow('stale');
      expect(() => openPush(sealedApp, query, envelope(encrypt), at)).toThrow('stale');
      expect(() => verifyUrl(plainApp, { ...signed, echostr: '1' }, at)).toThrow('stale');
    },
  );

  it.each(['', 'now', '1e9', '-1', `${seconds}.0`, ` ${seconds}`, 'NaN', '9'.repeat(13)])(
    '%j is refused',
    (timestamp) => {
      const query = { timestamp, nonce, signature: pushSignature(token, timestamp, nonce) };
      expect(() => openPush(plainApp, query, scan, nowMs)).toThrow('the timestamp is malformed');
    },
  );
});

describe('a plain push', () => {
  it('is read, be it marked as plain or not', () => {
    expect(openPlain(scan)).toMatchObject({
      appId,
      event: 'scan',
      reply: { format: 'xml', sealed: false, nonce },
    });
    expect(openPush(plainApp, { ...signed, encrypt_type: 'raw' }, scan, nowMs).event).toBe('scan');
  });

  it('is refused without the token, and with another', () => {
    expect(() => openPush({ appId }, signed, scan, nowMs)).toThrow('the app has no push token');
    expect(() => openPush({ appId, pushToken: 'other' }, signed, scan, nowMs)).toThrow(
      'the signature is wrong',
    );
  });

  it('is refused by an app with an AES key, however it is signed', () => {
    const query = { ...signed, msg_signature: signed.signature };
    expect(() => openPush(sealedApp, query, scan, nowMs)).toThrow('not sealed');
    expect(() => openPush(sealedApp, { ...query, encrypt_type: 'raw' }, scan, nowMs)).toThrow('not sealed');
  });

  it('is refused where it says that it is sealed', () => {
    expect(() => openPush(plainApp, { ...signed, encrypt_type: 'aes' }, scan, nowMs)).toThrow(
      'the app has no AES key',
    );
  });

  it('may have 64 KiB and no more', () => {
    const filled = (bytes: number) => json({ filler: 'x'.repeat(bytes - json({ filler: '' }).length) });
    expect(openPlain(filled(65_536)).msgType).toBe('event');
    expect(() => openPlain(filled(65_537))).toThrow('the body is too large');
  });
});

describe('a sealed push', () => {
  const { encrypt, query } = sealedPush(scan);

  it('is read without the signature that covers no body', () => {
    expect(openPush(sealedApp, { ...query, signature: undefined }, envelope(encrypt), nowMs).event).toBe(
      'scan',
    );
  });

  it('counts alone where plain fields stand beside it', () => {
    const body = xml({ Event: 'unsubscribe', FromUserName: 'oForged', Encrypt: encrypt });
    expect(openPush(sealedApp, query, body, nowMs)).toMatchObject({ event: 'scan', fromUser: openid });
  });

  it.each<[string, PushApp, Record<string, string | undefined>, string]>([
    ['an app without an AES key', plainApp, query, envelope(encrypt)],
    ['an app without an AES key, unmarked', plainApp, signed, envelope(encrypt)],
    [
      'an app without an AES key, in compatible mode',
      plainApp,
      signed,
      xml({ Event: 'SCAN', Encrypt: encrypt }),
    ],
    ['an app without a token', { appId, encodingAesKey }, query, envelope(encrypt)],
    [
      'an app without a token, signed with none',
      { appId, encodingAesKey },
      sealedPush(scan, { by: '' }).query,
      envelope(encrypt),
    ],
    ['no msg_signature', sealedApp, { ...query, msg_signature: undefined }, envelope(encrypt)],
    [
      'the URL signature for a msg_signature',
      sealedApp,
      { ...query, msg_signature: signed.signature },
      envelope(encrypt),
    ],
    ['another token', sealedApp, sealedPush(scan, { by: 'other' }).query, envelope(encrypt)],
    ['the msg_signature of another message', sealedApp, query, envelope(sealedPush(xml()).encrypt)],
    [
      'an empty Encrypt',
      sealedApp,
      { ...stamp, msg_signature: pushSignature(token, stamp.timestamp, nonce, '') },
      envelope(''),
    ],
    [
      'two Encrypts',
      sealedApp,
      query,
      `<xml><Encrypt>${encrypt}</Encrypt><Encrypt>${encrypt}</Encrypt></xml>`,
    ],
    [
      'an Encrypt inside another element',
      sealedApp,
      query,
      `<xml><A><Encrypt>${encrypt}</Encrypt></A></xml>`,
    ],
  ])('is refused with %s', (_what, app, asked, body) => {
    expect(() => openPush(app, asked, body, nowMs)).toThrow(PushRefused);
  });

  it.each([
    ['with another key', { key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }],
    ['for another app', { receiver: 'wx0000000000000001' }],
  ])('is refused %s', (_how, how) => {
    const other = sealedPush(scan, how);
    expect(() => openPush(sealedApp, other.query, envelope(other.encrypt), nowMs)).toThrow(PushRefused);
  });

  it.each([
    ['a DTD', '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><MsgType>&e;</MsgType></xml>'],
    ['neither XML nor JSON', 'success'],
    ['nothing', ''],
  ])('is refused where it holds %s', (_what, message) => {
    expect(() => openSealed(message)).toThrow(PushRefused);
  });
});

describe('a message', () => {
  const everything = {
    MsgType: 'Event',
    Event: 'User_Authorization_Revoke',
    EventKey: 'key',
    MsgId: '9223372036854775807',
    OpenID: 'oAffected',
    UnionID: 'oUnion',
    RevokeInfo: '205',
    Ticket: 'gQH47joAAAAAAAAAASxodHRwOi8v+/==',
  };

  it.each<[string, string]>([
    ['XML', xml(everything)],
    ['JSON', json({ ...everything, CreateTime: String(seconds) })],
  ])('of %s has all its fields', (_format, body) => {
    expect(openPlain(body)).toMatchObject({
      appId,
      toUser: 'gh_0123456789ab',
      fromUser: openid,
      createTime: seconds,
      msgType: 'event',
      event: 'user_authorization_revoke',
      eventKey: 'key',
      msgId: '9223372036854775807',
      openid: 'oAffected',
      unionid: 'oUnion',
      revokeInfo: '205',
      ticket: 'gQH47joAAAAAAAAAASxodHRwOi8v+/==',
    });
  });

  it('keeps the digits of numbers that JSON carries as numbers', () => {
    const body = json().replace('{', '{"MsgId":9223372036854775807,"RevokeInfo":6,');
    expect(openPlain(body)).toMatchObject({
      msgId: '9223372036854775807',
      revokeInfo: '6',
      createTime: seconds,
    });
  });

  it.each([
    [' OpenID', ` ${openid}`],
    ['openid', openid],
    ['OPENID', openid],
  ])('may spell the name %j as WeChat has been seen to', (name, value) => {
    expect(openPlain(json({ [name]: value })).openid).toBe(openid);
  });

  it.each(['< OpenID>oA</ OpenID>', '<OpenID >oA</OpenID >', '<openid><![CDATA[ oA ]]></openid>'])(
    'may spell the element %s as WeChat has been seen to',
    (element) => {
      expect(openPlain(scan.replace('</xml>', `${element}</xml>`)).openid).toBe('oA');
    },
  );

  it('goes without what is empty, null or absent', () => {
    expect(openPlain(xml({ Event: 'subscribe', EventKey: '' })).eventKey).toBeUndefined();
    expect(openPlain(json({ OpenID: null })).openid).toBeUndefined();
    expect(openPlain(json()).event).toBeUndefined();
  });

  it('may hold lists and objects that we do not read', () => {
    expect(openPlain(json({ List: [1, { a: 2 }], Event: 'x' })).event).toBe('x');
    expect(openPlain(xml({ PicList: '<item><P>1</P></item><item><P>2</P></item>', Event: 'x' })).event).toBe(
      'x',
    );
  });

  it.each<[string, string]>([
    [
      'no sender',
      '<xml><ToUserName>gh_1</ToUserName><CreateTime>1</CreateTime><MsgType>event</MsgType></xml>',
    ],
    ['an empty sender', json({ FromUserName: '' })],
    ['a sender that is no id', json({ FromUserName: 'o\u0000' })],
    ['a giant sender', json({ FromUserName: 'o'.repeat(65) })],
    ['two senders', scan.replace('</xml>', '<FromUserName>oForged</FromUserName></xml>')],
    ['two senders in different case', json({ fromusername: 'oForged' })],
    ['two affected persons', json({ OpenID: 'oA', openid: 'oB' })],
    ['an affected person that is a list', json({ OpenID: ['oA'] })],
    ['an affected person that is an object', xml({ OpenID: '<a>oA</a>' })],
    ['a time that is none', json({ CreateTime: 'now' })],
    ['a time with a fraction', json({ CreateTime: 1.5 })],
    ['a control character in its key', json({ EventKey: 'a\u0000b' })],
    ['a giant key', json({ EventKey: 'k'.repeat(2049) })],
    ['no field of its own, but those of a prototype', `{"__proto__":${json()}}`],
  ])('with %s is refused', (_what, body) => {
    expect(() => openPlain(body)).toThrow(PushRefused);
  });
});

describe('the key by which repeats are known', () => {
  const keyOf = (fields: Record<string, string>) => openPlain(xml(fields)).dedupeKey;

  it('is the same for each delivery, whatever its nonce, format or mode', () => {
    const again = { ...stamp, nonce: '7' };
    const repeated = { ...again, signature: pushSignature(token, stamp.timestamp, '7') };
    const event = { Event: 'SCAN', EventKey: 'login_7f3a', Ticket: 'TICKET' };
    const keys = [
      openPlain(scan),
      openPush(plainApp, repeated, scan, nowMs),
      openPlain(json(event)),
      openSealed(scan),
    ].map(({ dedupeKey }) => dedupeKey);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\w-]{43}$/);
  });

  it('goes by the MsgId where there is one', () => {
    expect(keyOf({ MsgId: '1', Content: 'a' })).toBe(keyOf({ MsgId: '1', Content: 'b' }));
    expect(keyOf({ MsgId: '1' })).not.toBe(keyOf({ MsgId: '2' }));
  });

  it('differs with each fact that tells events apart', () => {
    const event = { Event: 'a', EventKey: 'k', OpenID: 'o', RevokeInfo: '6' };
    const others: Record<string, string>[] = [
      { FromUserName: 'oOther' },
      { CreateTime: '1700000004' },
      { Event: 'b' },
      { EventKey: 'l' },
      { OpenID: 'p' },
      { RevokeInfo: '8' },
      { MsgId: '1' },
    ];
    const keys = [event, ...others.map((other) => ({ ...event, ...other }))].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('belongs to one app', () => {
    const other = { appId: 'wx0000000000000001', pushToken: token };
    expect(openPush(other, signed, scan, nowMs).dedupeKey).not.toBe(openPlain(scan).dedupeKey);
  });
});

test('why a push is refused names nothing that it held', () => {
  const secret = 'oSecretPerson';
  for (const body of [json({ FromUserName: `${secret}!` }), `<xml><${secret}>`, `{"a":${secret}}`, secret]) {
    expect(() => openPlain(body)).toThrow(PushRefused);
    expect(() => openPlain(body)).not.toThrow(secret);
  }
});
