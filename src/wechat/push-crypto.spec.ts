import { createCipheriv } from 'node:crypto';
import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { openSealed, pushSignature, seal } from './push-crypto.js';
import { PushRefused } from './push-refused.js';

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const appId = 'wxb11529c136998cb6';
const encrypted = vectorsOf('push-encrypt', 'push-encrypted');

/** Sealed as it is, whatever it is: for contents that WeChat would never make. */
function sealRaw(content: Buffer): string {
  const [, { expected }] = vectorsOf('encoding-aes-key')[0]!;
  const key = Buffer.from(expected.key_hex, 'hex');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(content), cipher.final()]).toString('base64');
}

function contentOf(message: Buffer | string, receiver = appId, length = Buffer.byteLength(message)): Buffer {
  const head = Buffer.alloc(20, 'r');
  head.writeUInt32BE(length, 16);
  return Buffer.concat([head, Buffer.from(message), Buffer.from(receiver)]);
}

function padded(content: Buffer, pad = 32 - (content.length % 32)): Buffer {
  return Buffer.concat([content, Buffer.alloc(32 - (content.length % 32), pad)]);
}

test.each(encrypted)('%s opens', (_id, { inputs, expected }) => {
  const sealed = inputs.encrypt ?? expected.encrypt;
  const message = openSealed(sealed, inputs.encoding_aes_key!, inputs.receive_id!);
  expect(message).toBe(inputs.msg ?? expected.msg);
});

test.each(encrypted)('%s is sealed to the very same text', (_id, { inputs, expected }) => {
  const random = Buffer.from(inputs.random ?? expected.random);
  const sealed = seal(inputs.msg ?? expected.msg, inputs.encoding_aes_key!, inputs.receive_id!, random);
  expect(sealed).toBe(inputs.encrypt ?? expected.encrypt);
});

test.each([...encrypted, ...vectorsOf('msg-signature')].filter(([, { expected }]) => expected.msg_signature))(
  '%s is signed as WeChat signs it',
  (_id, { inputs, expected }) => {
    const sealed = inputs.encrypt ?? expected.encrypt;
    expect(pushSignature(inputs.token!, inputs.timestamp!, inputs.nonce!, sealed)).toBe(
      expected.msg_signature,
    );
  },
);

test.each(vectorsOf('push-signature'))('%s is signed as WeChat signs it', (_id, { inputs, expected }) => {
  expect(pushSignature(inputs.token!, inputs.timestamp!, inputs.nonce!)).toBe(expected.signature);
});

test('there are vectors to hold against', () => {
  expect(encrypted).toHaveLength(13);
  expect(vectorsOf('push-signature', 'msg-signature', 'encoding-aes-key')).toHaveLength(5);
});

test('a key whose last character holds bits beyond the 32 bytes opens what its bytes sealed', () => {
  expect(openSealed(sealRaw(padded(contentOf('你好'))), aesKey, appId)).toBe('你好');
});

test.each([1, 17, 31, 32])('a pad of %i opens', (length) => {
  const message = 'm'.repeat(64 - 20 - appId.length - length + 32);
  const content = padded(contentOf(message));
  expect(content.at(-1)).toBe(length);
  expect(openSealed(sealRaw(content), aesKey, appId)).toBe(message);
});

test.each<[string, string]>([
  ['nothing', ''],
  ['half a block', 'AAAA'],
  ['what is no base64', '!!!!'],
  ['a pad of 0', sealRaw(padded(contentOf('message'), 0))],
  ['a pad of 33', sealRaw(Buffer.concat([contentOf('m'.repeat(9)), Buffer.alloc(33, 33)]))],
  ['a pad of 64', sealRaw(Buffer.concat([contentOf('m'.repeat(10)), Buffer.alloc(64, 64)]))],
  ['a pad longer than all', sealRaw(Buffer.alloc(16, 32))],
  ['a pad of unequal bytes', sealRaw(Buffer.concat([contentOf('m'.repeat(24)), Buffer.from([9, 2])]))],
  ['a content without a length', sealRaw(padded(Buffer.from('short')))],
  ['a length that swallows the receiver', sealRaw(padded(contentOf('message', appId, 7 + appId.length)))],
  ['a length too short', sealRaw(padded(contentOf('message', appId, 6)))],
  ['another receiver', sealRaw(padded(contentOf('message', 'wx0000000000000001')))],
  ['a receiver that only begins alike', sealRaw(padded(contentOf('message', `${appId}0`)))],
  ['no receiver', sealRaw(padded(contentOf('message', '')))],
  ['what is no UTF-8', sealRaw(padded(contentOf(Buffer.from([0xc3, 0x28]))))],
])('%s is refused', (_what, sealed) => {
  expect(() => openSealed(sealed, aesKey, appId)).toThrow(PushRefused);
});

test.each([4096, 0xffffffff, 7 + appId.length + 1])(
  'a length of %i, beyond the content, is refused',
  (length) => {
    const sealed = sealRaw(padded(contentOf('message', appId, length)));
    expect(() => openSealed(sealed, aesKey, appId)).toThrow('the length of the sealed message is wrong');
  },
);

test.each(['', 'short', aesKey.slice(1)])('nothing opens with the malformed key %p', (key) => {
  expect(() => openSealed(sealRaw(padded(contentOf('message'))), key, appId)).toThrow(PushRefused);
});
