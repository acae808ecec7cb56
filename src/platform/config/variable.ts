import { z } from 'zod';
import type { Limit } from './config.js';

/** One environment variable: how it is read, and what `.env.example` and a fault say about it. */
export interface Variable<Output = unknown> {
  schema: z.ZodType<Output | undefined, string>;
  /** The default as an operator would write it; absent where there is none. */
  default?: string;
  example: string;
  about: string;
  /** A secret may also come from the file that NAME_FILE names. */
  secret?: boolean;
}

type Options = Omit<Variable, 'schema'>;

/** A variable with a default: always has a value. */
export function variable<Output>(
  schema: z.ZodType<Output, string>,
  options: Options & { default: string },
): Variable<Output> & { default: string };
/** A variable that may be left unset. */
export function variable<Output>(
  schema: z.ZodType<Output, string>,
  options: Options & { default?: undefined },
): Variable<Output> & { default?: undefined };
export function variable<Output>(schema: z.ZodType<Output, string>, options: Options): Variable<Output> {
  return { schema, ...options };
}

/** What a set of variables parses to: undefined only where there is no default. */
export type Values<Variables extends Record<string, Variable>> = {
  [Name in keyof Variables]: Variables[Name] extends Variable<infer Output>
    ? Variables[Name] extends { default: string }
      ? NonNullable<Output>
      : NonNullable<Output> | undefined
    : never;
};

/** Any text that could be meant. */
export const text = z.string().max(4096);

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits] : undefined;
}

/** `500ms 10s 15m 1h 30d` to milliseconds. */
export const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue('must be a duration such as 500ms, 10s, 15m, 1h or 30d');
  return z.NEVER;
});

export const positiveDuration = duration.refine((ms) => ms > 0, 'must be longer than nothing');

/** `count/duration` to a limit. */
export const limit = z.string().transform((text, context): Limit => {
  const [count = '', window = ''] = text.split('/');
  const windowMs = parseDuration(window);
  if (/^[1-9]\d{0,8}$/.test(count) && windowMs) return { count: Number(count), windowMs };
  context.addIssue('must be a count, a slash and a duration, such as 600/1m');
  return z.NEVER;
});

export const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** An http(s) URL without query and fragment; the slash at its end is dropped. */
export const baseUrl = httpUrl
  .refine(
    (text) => !/[?#\\@]/.test(text) && /^https?:\/\/[^/]/.test(text),
    'must be host, port and path alone',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** Such URLs, comma-separated. */
export const baseUrls = z.string().transform((text, context) => {
  const parsed = text.split(',').map((item) => baseUrl.safeParse(item.trim()));
  const urls = parsed.flatMap(({ data }) => data ?? []);
  if (urls.length === parsed.length) return urls;
  context.addIssue('must be http or https URLs of host, port and path alone, comma-separated');
  return z.NEVER;
});

/** An http proxy, perhaps with user and password. */
export const proxyUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((text) => {
    // Zod asks this too of what it has refused already.
    if (!URL.canParse(text)) return true;
    const { pathname, search, hash } = new URL(text);
    return pathname === '/' && search === '' && hash === '';
  }, 'must be scheme, user, password, host and port alone');

/** Exact origins, comma-separated. */
export const origins = z.string().transform((text, context) => {
  const list = text.split(',').map((item) => item.trim());
  const wrong = list.find((item) => !httpUrl.safeParse(item).success || new URL(item).origin !== item);
  if (wrong === undefined) return list;
  context.addIssue(`must be exact origins such as https://app.example.com, but has "${wrong}"`);
  return z.NEVER;
});
