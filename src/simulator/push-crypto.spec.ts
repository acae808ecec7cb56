import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { openPush, sealPush, signPush } from './push-crypto.js';

const encrypted = vectorsOf('push-encrypt', 'push-encrypted');

test.each(encrypted)('%s is encrypted to the very same text', (_id, { inputs, expected }) => {
  const message = inputs.msg ?? expected.msg;
  const random = Buffer.from(inputs.random ?? expected.random);
  const sealed = sealPush(message, inputs.encoding_aes_key!, inputs.receive_id!, random);
  expect(sealed).toBe(inputs.encrypt ?? expected.encrypt);
});

test.each(encrypted)('%s is decrypted', (_id, { inputs, expected }) => {
  expect(openPush(inputs.encrypt ?? expected.encrypt, inputs.encoding_aes_key!)).toEqual({
    message: inputs.msg ?? expected.msg,
    receiverId: inputs.receive_id,
    random: inputs.random ?? expected.random,
  });
});

test.each([...encrypted, ...vectorsOf('msg-signature')].filter(([, { expected }]) => expected.msg_signature))(
  '%s is signed as WeChat signs it',
  (_id, { inputs, expected }) => {
    const sealed = inputs.encrypt ?? expected.encrypt;
    const signature = signPush(inputs.token!, inputs.timestamp!, inputs.nonce!, sealed);
    expect(signature).toBe(expected.msg_signature);
  },
);

test.each(vectorsOf('push-signature'))('%s is signed as WeChat signs it', (_id, { inputs, expected }) => {
  expect(signPush(inputs.token!, inputs.timestamp!, inputs.nonce!)).toBe(expected.signature);
});

test('there are vectors to hold against', () => {
  expect(encrypted.map(([id]) => id.split('-')[0])).toEqual(
    expect.arrayContaining([1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14].map((number) => `d${number}`)),
  );
  expect(vectorsOf('push-signature')).toHaveLength(3);
});

test('the same message is never encrypted twice to the same text', () => {
  const key = 'A'.repeat(43);
  expect(sealPush('{}', key, 'wx1')).not.toBe(sealPush('{}', key, 'wx1'));
});

test.each([
  ['nothing', ''],
  ['half a block', Buffer.alloc(16).toString('base64')],
  ['the text of another key', sealPush('{}', 'B'.repeat(43), 'wx1', Buffer.alloc(16))],
])('%s is not decrypted', (_case, text) => {
  expect(() => openPush(text, 'A'.repeat(43))).toThrow();
});
