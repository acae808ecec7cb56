import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { PushRefused } from './push-refused.js';

/** PKCS#7 over 32 bytes, although the cipher's own blocks have 16. */
const padBlockBytes = 32;
const randomLength = 16;
const headLength = randomLength + 4;

/** SHA-1 in hex over the strings, sorted by their bytes and joined. */
export function pushSignature(...parts: string[]): string {
  const sorted = parts.map((part) => Buffer.from(part)).sort((a, b) => Buffer.compare(a, b));
  return createHash('sha1').update(Buffer.concat(sorted)).digest('hex');
}

/**
 * The message in the `Encrypt` of a push whose msg_signature was found good
 * (https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.html).
 * @param receiverId whom it must be for: the appid
 * @throws PushRefused
 */
export function openSealed(sealed: string, encodingAesKey: string, receiverId: string): string {
  const content = withoutPad(decrypt(sealed, encodingAesKey));
  if (content.length < headLength) throw new PushRefused('the sealed content is cut off');
  const end = headLength + content.readUInt32BE(randomLength);
  if (end > content.length) throw new PushRefused('the length of the sealed message is wrong');
  if (!content.subarray(end).equals(Buffer.from(receiverId))) {
    throw new PushRefused('the sealed message is for another app');
  }
  const message = content.subarray(headLength, end);
  if (!isUtf8(message)) throw new PushRefused('the sealed message is not UTF-8');
  return message.toString();
}

/** The opposite of `openSealed`, in base64. @param random 16 bytes, fresh for each message */
export function seal(message: string, encodingAesKey: string, receiverId: string, random: Buffer): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(message));
  const content = withPad(Buffer.concat([random, length, Buffer.from(message), Buffer.from(receiverId)]));
  const key = keyOf(encodingAesKey);
  const cipher = createCipheriv('aes-256-cbc', key, ivOf(key)).setAutoPadding(false);
  return Buffer.concat([cipher.update(content), cipher.final()]).toString('base64');
}

function decrypt(sealed: string, encodingAesKey: string): Buffer {
  try {
    const key = keyOf(encodingAesKey);
    const decipher = createDecipheriv('aes-256-cbc', key, ivOf(key)).setAutoPadding(false);
    return Buffer.concat([decipher.update(sealed, 'base64'), decipher.final()]);
  } catch {
    throw new PushRefused('the sealed content is not whole blocks, or the AES key is malformed');
  }
}

function withPad(content: Buffer): Buffer {
  const length = padBlockBytes - (content.length % padBlockBytes);
  return Buffer.concat([content, Buffer.alloc(length, length)]);
}

function withoutPad(padded: Buffer): Buffer {
  const length = padded.at(-1) ?? 0;
  const pad = padded.subarray(-length);
  const isPad = length >= 1 && length <= padBlockBytes && pad.equals(Buffer.alloc(length, length));
  if (!isPad) throw new PushRefused('the padding of the sealed content is wrong');
  return padded.subarray(0, -length);
}

/** Node reads base64 leniently, as it must be: the last of the 43 characters may hold bits beyond the 32 bytes. */
function keyOf(encodingAesKey: string): Buffer {
  return Buffer.from(encodingAesKey, 'base64');
}

function ivOf(key: Buffer): Buffer {
  return key.subarray(0, 16);
}
