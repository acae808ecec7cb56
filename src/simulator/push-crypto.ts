import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const blockBytes = 32;

/** SHA-1 in hex over the strings, sorted by bytes and joined. */
export function signPush(...strings: string[]): string {
  return createHash('sha1').update(strings.sort().join('')).digest('hex');
}

/**
 * AES-256-CBC in base64 over 16 random bytes, the length of the message, the message and its receiver, padded to 32.
 * @param receiverId the appid, @param random 16 bytes
 */
export function sealPush(
  message: string,
  encodingAesKey: string,
  receiverId: string,
  random: Buffer = Buffer.from(randomBytes(8).toString('hex')),
): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(message));
  const content = Buffer.concat([random, length, Buffer.from(message), Buffer.from(receiverId)]);
  const padBytes = blockBytes - (content.length % blockBytes);
  const key = keyOf(encodingAesKey);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([content, Buffer.alloc(padBytes, padBytes)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** The opposite of `sealPush`; throws an Error that says what is wrong. */
export function openPush(
  encrypted: string,
  encodingAesKey: string,
): { message: string; receiverId: string; random: string } {
  const sealed = Buffer.from(encrypted, 'base64');
  if (sealed.length === 0 || sealed.length % blockBytes !== 0) throw new Error('the cipher text is cut off');
  const key = keyOf(encodingAesKey);
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const padBytes = padded.at(-1) ?? 0;
  if (padBytes < 1 || padBytes > blockBytes) throw new Error('the padding is wrong');
  const content = padded.subarray(0, padded.length - padBytes);
  const end = content.length < 20 ? Infinity : 20 + content.readUInt32BE(16);
  if (end > content.length) throw new Error('the length of the message is wrong');
  return {
    message: content.toString('utf8', 20, end),
    receiverId: content.toString('utf8', end),
    random: content.toString('utf8', 0, 16),
  };
}

/** Read leniently: the last of the 43 characters may hold bits that a strict decoder refuses. */
function keyOf(encodingAesKey: string): Buffer {
  return Buffer.from(`${encodingAesKey}=`, 'base64');
}
