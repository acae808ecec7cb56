import { createCipheriv, createHash, createHmac } from 'node:crypto';

/** AES-128-CBC in base64, as a mini program receives it. @param sessionKey, @param iv 16 bytes in base64 */
export function encryptData(text: string, sessionKey: string, iv: string): string {
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), Buffer.from(iv, 'base64'));
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
}

/** SHA-1 in hex over the text and the session_key, which stays in base64. */
export function signRawData(rawData: string, sessionKey: string): string {
  return createHash('sha1')
    .update(rawData + sessionKey)
    .digest('hex');
}

/** HMAC-SHA256 in hex; the key is the session_key's base64 text itself. */
export function signWithSessionKey(text: string, sessionKey: string): string {
  return createHmac('sha256', sessionKey).update(text).digest('hex');
}

/** What checkencryptedmsg is asked for: SHA-256 in hex over the base64 text, or over the bytes it stands for. */
export function hashEncryptedData(encryptedData: string, of: 'text' | 'bytes'): string {
  return createHash('sha256')
    .update(encryptedData, of === 'text' ? 'utf8' : 'base64')
    .digest('hex');
}
