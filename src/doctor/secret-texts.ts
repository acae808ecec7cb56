import { readFileSync } from 'node:fs';
import { variables } from '../platform/config/variables.js';
import type { Variable } from '../platform/config/variable.js';
import type { Environment } from './configuration.js';

/** Shorter ones turn up within words that are none. */
export const tellingLength = 6;
/** Shorter ones are no secret, and would blank half of every text. */
const leastLength = 3;

/** Every text of the environment that must not be shown: each secret as a whole, and the secrets inside of it. */
export function secretTexts(env: Environment): string[] {
  const texts = Object.entries(variables as Record<string, Variable>).flatMap(([name, { secret }]) => {
    const given = secret ? [env[name], contentOf(env[`${name}_FILE`])] : [];
    return given.flatMap((text) => (text === undefined ? [] : secretsIn(name, text)));
  });
  const written = texts.map((text) => text.trim()).filter((text) => text.length >= leastLength);
  const unique = new Set(written.flatMap(spellingsOf));
  // The whole before its parts, or the rest of it would stay.
  return [...unique].sort((a, b) => b.length - a.length);
}

/** As it is, as forms write it, and as JSON does, of which some escape slashes. */
function spellingsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, text.replaceAll(' ', '+'), json, json.replaceAll('/', '\\/')];
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
    case 'OTEL_EXPORTER_OTLP_HEADERS':
      return [text, ...headersIn(text)];
    default:
      return [text];
  }
}

function passwordIn(url: string): string[] {
  const password = /:\/\/[^/]*?:(.*)@/s.exec(url)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
}

const secretFields = ['appSecret', 'pushToken', 'encodingAesKey'];

/** Also as they stand in what does not parse. */
function fieldsIn(json: string): string[] {
  const fields = json.matchAll(new RegExp(`"(?:${secretFields.join('|')})"\\s*:\\s*"([^"]*)"`, 'g'));
  return [...[...fields].map(([, value]) => value!), ...parsedFieldsIn(json)];
}

function parsedFieldsIn(json: string): string[] {
  const fields: string[] = [];
  try {
    JSON.parse(json, (name, value: unknown) => {
      if (secretFields.includes(name) && typeof value === 'string') fields.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return fields;
}

/** What follows the id, with and without the scopes behind it. */
function listedIn(list: string): string[] {
  return list.split(',').flatMap((item) => {
    const rest = item.trim().replace(/^[^:]*:/, '');
    return [rest, rest.replace(/:[a-z+]+$/, '')];
  });
}

/** Their values, without the scheme before a token; a short one is the name of a tenant rather than a secret. */
function headersIn(pairs: string): string[] {
  const values = pairs.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return values
    .flatMap((value) => [value, decoded(value), decoded(value).replace(/^\w+\s+/, '')])
    .filter((text) => text.length >= tellingLength);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
