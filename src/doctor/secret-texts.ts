import { readFileSync } from 'node:fs';
import { variables } from '../platform/config/variables.js';
import type { Variable } from '../platform/config/variable.js';
import type { Environment } from './configuration.js';

/** Shorter ones would blank half of every text, and say nothing by themselves. */
const leastLength = 6;

/** Every text of the environment that must not be shown: each secret as a whole, and the secrets inside of it. */
export function secretTexts(env: Environment): string[] {
  const texts = Object.entries(variables as Record<string, Variable>).flatMap(([name, { secret }]) => {
    const given = secret ? [env[name], contentOf(env[`${name}_FILE`])] : [];
    return given.flatMap((text) => (text === undefined ? [] : secretsIn(name, text)));
  });
  const unique = new Set(texts.map((text) => text.trim()).filter((text) => text.length >= leastLength));
  // The whole before its parts, or the rest of it would stay.
  return [...unique].sort((a, b) => b.length - a.length);
}

function contentOf(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Also of what is malformed: an operator may have put a secret into the wrong place. */
function secretsIn(name: string, text: string): string[] {
  switch (name) {
    case 'DATABASE_URL':
    case 'REDIS_URL':
    case 'WECHAT_PROXY_URL':
      return [...(text.startsWith('sqlite:') ? [] : [text]), ...passwordIn(text)];
    case 'WECHAT_APPS':
      return [text, ...fieldsIn(text)];
    case 'API_CLIENTS':
    case 'ENCRYPTION_KEYS':
      return [text, ...listedIn(text)];
    default:
      return [text];
  }
}

function passwordIn(url: string): string[] {
  const password = /:\/\/[^/]*?:(.*)@/s.exec(url)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
}

function fieldsIn(json: string): string[] {
  const fields = json.matchAll(/"(?:appSecret|pushToken|encodingAesKey)"\s*:\s*"([^"]*)"/g);
  return [...fields].map(([, value]) => value!);
}

/** What follows the id, with and without the scopes behind it. */
function listedIn(list: string): string[] {
  return list.split(',').flatMap((item) => {
    const rest = item.replace(/^[^:]*:/, '');
    return [rest, rest.replace(/:[a-z+]+$/, '')];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
