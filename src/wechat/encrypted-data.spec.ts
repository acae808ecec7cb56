import { createCipheriv } from 'node:crypto';
import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { openEncryptedData, phoneDataSchema, profileDataSchema, rawDataMatches } from './encrypted-data.js';

const appId = 'wx0000000000000001';
const openid = 'oAbCdEfGhIjKlMnOpQrStUvWxYz1';
const sessionKey = 'AAECAwQFBgcICQoLDA0ODw==';
const otherKey = 'HyVFkGl5F5OQWJZZaNzBBg==';
const iv = 'Dw4NDAsKCQgHBgUEAwIBAA==';
const madeAt = 1_700_000_000;
const owner = { appId, openid, now: madeAt * 1000 };
const minuteMs = 60_000;

function encrypt(plaintext: string | Buffer, key = sessionKey): string {
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(key, 'base64'), Buffer.from(iv, 'base64'));
  return Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64');
}

function encryptJson(fields: object): string {
  return encrypt(JSON.stringify({ watermark: { appid: appId, timestamp: madeAt }, ...fields }));
}

function open(encryptedData: string, changes: Partial<typeof owner> = {}, sessionKeys = [sessionKey]) {
  return openEncryptedData(sessionKeys, { encryptedData, iv }, { ...owner, ...changes });
}

/** What the caller is told, whole; `opened` where nothing was wrong. */
function failure(attempt: () => unknown) {
  try {
    return { opened: attempt() };
  } catch (error) {
    const { error: name, message, detailsIn } = error as any;
    return { name, message, details: detailsIn.call(error, 'en'), cause: (error as Error).cause };
  }
}

const oneAnswer = {
  name: 'decryption_failed',
  message: 'decryption_failed',
  details: null,
  cause: undefined,
};

describe("WeChat's vectors", () => {
  const ownerOf = (inputs: Record<string, string>, json: any) => ({
    appId: inputs.appid!,
    openid: json.openId ?? openid,
    now: json.watermark.timestamp * 1000,
  });

  it.each(vectorsOf('encryptedData'))('%s opens', (_id, { inputs, expected }) => {
    const data = { encryptedData: inputs.encryptedData!, iv: inputs.iv! };
    const opened = openEncryptedData([inputs.session_key!], data, ownerOf(inputs, expected.json));
    expect(opened).toEqual(expected.json);
  });

  it.each(vectorsOf('encryptedData-negative'))('%s fails', (_id, { inputs }) => {
    const data = { encryptedData: inputs.encryptedData!, iv: inputs.iv! };
    const whose = { appId: inputs.appid!, openid: 'oGZUI0egBJY1zhBYw2KhdUfwVJJE', now: 1_477_314_187_000 };
    expect(failure(() => openEncryptedData([inputs.session_key!], data, whose))).toEqual(oneAnswer);
  });

  it.each(vectorsOf('rawData-sha1'))('%s matches', (_id, { inputs, expected }) => {
    expect(rawDataMatches([inputs.session_key!], inputs.rawData!, expected.signature)).toBe(true);
  });

  test('are there', () => {
    expect(vectorsOf('encryptedData', 'encryptedData-negative', 'rawData-sha1')).toHaveLength(10);
  });
});

describe('encrypted data', () => {
  it('opens with whichever key fits', () => {
    const sealed = encryptJson({ openGId: 'tG1' });
    expect(open(sealed, {}, [otherKey, sessionKey])).toMatchObject({ openGId: 'tG1' });
    expect(open(sealed, {}, [sessionKey, otherKey])).toMatchObject({ openGId: 'tG1' });
  });

  it('opens although a form made spaces of its pluses', () => {
    const sealed = encryptJson({ openGId: 'tG1', number: 2 });
    expect(sealed).toContain('+');
    expect(open(sealed.replaceAll('+', ' '))).toEqual(open(sealed));
  });

  it("opens where the openId inside is the caller's, or absent", () => {
    expect(open(encryptJson({ openId: openid }))).toMatchObject({ openId: openid });
    expect(open(encryptJson({}))).not.toHaveProperty('openId');
  });

  it('opens from five minutes before its time, as our clock may be late, to ten minutes after', () => {
    const sealed = encryptJson({});
    for (const ageMs of [-5 * minuteMs, 0, 10 * minuteMs]) {
      expect(open(sealed, { now: owner.now + ageMs })).toBeDefined();
    }
    for (const ageMs of [-5 * minuteMs - 1, 10 * minuteMs + 1]) {
      expect(failure(() => open(sealed, { now: owner.now + ageMs }))).toEqual(oneAnswer);
    }
  });

  it('reads a timestamp that comes as text', () => {
    expect(open(encryptJson({ watermark: { appid: appId, timestamp: String(madeAt) } }))).toBeDefined();
  });

  it.each<[string, () => unknown]>([
    ['no key at all', () => open(encryptJson({}), {}, [])],
    ['another key', () => open(encryptJson({}), {}, [otherKey])],
    ['a key of another length', () => open(encryptJson({}), {}, ['AAECAwQFBgcI'])],
    ['what is no base64', () => open('~'.repeat(32))],
    ['what a lenient reader would take for base64', () => open(`~${encryptJson({})}`)],
    ['nothing', () => open('')],
    ['half a block', () => open(encryptJson({}).slice(0, 8))],
    [
      'an iv of another length',
      () => openEncryptedData([sessionKey], { encryptedData: encryptJson({}), iv: 'AAAA' }, owner),
    ],
    ['another app', () => open(encryptJson({}), { appId: 'wx0000000000000002' })],
    ['another person', () => open(encryptJson({ openId: 'oSomebodyElse' }))],
    ['an openId that is no text', () => open(encryptJson({ openId: null }))],
    ['an empty openId', () => open(encryptJson({ openId: '' }))],
    ['no watermark', () => open(encryptJson({ watermark: undefined }))],
    ['a watermark without an app', () => open(encryptJson({ watermark: { timestamp: madeAt } }))],
    ['a watermark without a time', () => open(encryptJson({ watermark: { appid: appId } }))],
    [
      'a watermark that only a prototype has',
      () =>
        open(encrypt('{"__proto__":{"watermark":{"appid":"wx0000000000000001","timestamp":1700000000}}}')),
    ],
    ['what is no JSON', () => open(encrypt('not JSON'))],
    ['a JSON text', () => open(encrypt('"text"'))],
    ['a JSON array', () => open(encrypt('[]'))],
    ['null', () => open(encrypt('null'))],
    [
      'what is no UTF-8',
      () =>
        open(
          encrypt(
            Buffer.concat([
              Buffer.from(
                JSON.stringify({ watermark: { appid: appId, timestamp: madeAt }, nickName: '' }).replace(
                  '""',
                  '"',
                ),
              ),
              Buffer.from([0xff]),
              Buffer.from('"}'),
            ]),
          ),
        ),
    ],
  ])('fails with the one answer for %s', (_what, attempt) => {
    expect(failure(attempt)).toEqual(oneAnswer);
  });
});

describe('the signature of rawData', () => {
  const rawData = '{"nickName":"小明😀"}';
  const [, { inputs, expected }] = vectorsOf('rawData-sha1')[1]!;

  it('matches with whichever key it was made', () => {
    expect(rawDataMatches([otherKey, inputs.session_key!], inputs.rawData!, expected.signature)).toBe(true);
  });

  it.each([
    ['other data', [sessionKey], rawData, expected.signature],
    ['another key', [otherKey], inputs.rawData!, expected.signature],
    ['no key', [], inputs.rawData!, expected.signature],
    ['no signature', [sessionKey], inputs.rawData!, ''],
    ['a longer signature', [sessionKey], inputs.rawData!, `${expected.signature}0`],
  ])('does not match %s', (_what, keys, data, signature) => {
    expect(rawDataMatches(keys, data, signature)).toBe(false);
  });
});

describe('a profile', () => {
  it("is read from WeChat's own sample, and what we do not know is left out", () => {
    const [, { expected }] = vectorsOf('encryptedData')[0]!;
    expect(profileDataSchema.parse(expected.json)).toEqual({
      nickName: 'Band',
      gender: 'male',
      language: 'zh_CN',
      city: 'Guangzhou',
      province: 'Guangdong',
      country: 'CN',
      avatarUrl: expected.json.avatarUrl,
      unionId: 'ocMvos6NjeKLIBqg5Mr9QjxrP1FA',
    });
  });

  it('may consist of a nickname alone', () => {
    expect(profileDataSchema.parse({ nickName: '微信用户', gender: 0, city: '', country: 7 })).toEqual({
      nickName: '微信用户',
    });
  });

  it('is not what a phone number is taken for, nor the other way round', () => {
    expect(profileDataSchema.safeParse({ purePhoneNumber: '13800138000', countryCode: '86' }).success).toBe(
      false,
    );
    expect(phoneDataSchema.safeParse({ nickName: 'Band' }).success).toBe(false);
  });
});

describe('a phone number', () => {
  it.each([
    ['86', '86'],
    [86, '86'],
    ['+852', '852'],
  ])('has its country code as digits, be it %p', (countryCode, digits) => {
    expect(phoneDataSchema.parse({ phoneNumber: '+1', purePhoneNumber: '91234567', countryCode })).toEqual({
      purePhoneNumber: '91234567',
      countryCode: digits,
    });
  });

  it.each([
    ['', '86'],
    ['13800138000', ''],
    ['1380013800a', '86'],
    ['13800138000', 1.5],
  ])('is refused as %p with %p', (purePhoneNumber, countryCode) => {
    expect(phoneDataSchema.safeParse({ purePhoneNumber, countryCode }).success).toBe(false);
  });
});
