import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { encryptData, hashEncryptedData, signRawData, signWithSessionKey } from './open-data.js';

test.each(vectorsOf('encryptedData'))(
  '%s is encrypted to the very same text',
  (_id, { inputs, expected }) => {
    expect(encryptData(expected.plaintext, inputs.session_key!, inputs.iv!)).toBe(inputs.encryptedData);
  },
);

test.each(vectorsOf('rawData-sha1'))('%s is signed as WeChat signs it', (_id, { inputs, expected }) => {
  expect(signRawData(inputs.rawData!, inputs.session_key!)).toBe(expected.signature);
});

test.each(vectorsOf('hmac-sha256'))('%s is signed as WeChat signs it', (_id, { inputs, expected }) => {
  expect(signWithSessionKey(inputs.message!, inputs.session_key!)).toBe(expected.signature);
});

test.each(vectorsOf('sha256-hex'))('%s is hashed in both ways', (_id, { inputs, expected }) => {
  expect(hashEncryptedData(inputs.encryptedData!, 'text')).toBe(expected.sha256_of_base64_text);
  expect(hashEncryptedData(inputs.encryptedData!, 'bytes')).toBe(expected.sha256_of_decoded_bytes);
});
