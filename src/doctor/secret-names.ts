import { variables } from '../platform/config/variables.js';
import type { Variable } from '../platform/config/variable.js';

/** The ends of names, without case, dashes and underscores: `x-scan-token`, `currentPassword`, `__Host-wxpass_access`. */
const ends = [
  'token',
  'secret',
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'openid',
  'unionid',
  '(?:password|passwd|pwd)hash',
  '(?:session|api|private|aes|encryption)key',
  'authorization',
  'cookie',
  'encrypteddata',
  'rawdata',
  'signature',
  'ticket',
  'phone(?:number)?',
  '(?:js|login|phone|auth|authorization|match)code',
  'codeverifier',
  'wxpass(?:access|refresh|csrf|browser)',
  ...['密码', '口令', '密钥', '令牌', '手机号'],
].join('|');

/** Too short, or too much of a word, to be the end of another name. */
const wholes = [
  ...['code', 'state', 'iv', 'jwt', 'auth', 'pass', 'mobile', 'tel', 'nonce', 'echostr'],
  ...['key', 'sig', 'sign'],
].join('|');

/** Nothing at all, or what a statement has in place of a value. */
const placeholder = /^(?:\?\W*)?$/;
const secretName = new RegExp(`(?:${ends})s?\\d*$|^(?:${wholes})$`);
const secretVariables = new Set(
  Object.entries(variables as Record<string, Variable>)
    .filter(([, { secret }]) => secret)
    .map(([name]) => plain(name)),
);

/** Whether what bears it may be a secret: a member, parameter, header, cookie or variable. */
export function isSecretName(name: string): boolean {
  return secretName.test(plain(name)) || secretVariables.has(plain(name));
}

/** Whether this value, of JSON or a text, is kept out of a bundle for its name. */
export function isSecretByName(name: string, value: unknown): boolean {
  if (!isSecretName(name)) return false;
  if (typeof value === 'object') return value !== null;
  return (typeof value === 'string' || typeof value === 'number') && isSecretText(plain(name), `${value}`);
}

/** The one value of 32 hexadecimal digits that is no AppSecret. */
export function isTraceId(name: string, value: unknown): value is string {
  return plain(name) === 'traceid' && typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

function isSecretText(name: string, text: string): boolean {
  if (placeholder.test(text)) return false;
  if (name === 'code') return !isReason(text);
  return name !== 'mobile' || /\d{5}/.test(text);
}

/** An errcode, or a reason such as ECONNREFUSED: they help, and no code looks so. */
function isReason(value: string): boolean {
  return /^(?:-?\d{1,6}|[A-Z]{3,}|[A-Z]{2,}(?:_[A-Z0-9]+)+)$/.test(value);
}

/** The last of `req.headers.authorization`. */
function plain(name: string): string {
  return name
    .slice(name.lastIndexOf('.') + 1)
    .toLowerCase()
    .replaceAll(/[-_]/g, '');
}
