import { z } from 'zod';
import type { UrlAnswer } from './ask-url.js';

const indicator = z.object({ status: z.string() });
/** Terminus' form, which the service has on all its health paths. */
const health = z.object({
  status: z.enum(['ok', 'error', 'shutting_down']),
  info: z.record(z.string(), indicator),
  error: z.record(z.string(), indicator),
});

/** What is down, by an answer of ours; undefined where it is not of ours. */
export function readHealth({ body }: UrlAnswer): { down: string[] } | undefined {
  const parsed = health.safeParse(jsonOf(body));
  return parsed.success ? { down: Object.keys(parsed.data.error) } : undefined;
}

/** Undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
