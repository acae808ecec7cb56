import type { IncomingHttpHeaders } from 'node:http';
import Negotiator from 'negotiator';
import type { Language } from '../errors/app-error.js';

/** zh or en by `Accept-Language`; zh where neither is asked for. */
export function languageOf(headers: IncomingHttpHeaders): Language {
  return new Negotiator({ headers }).language(['zh', 'en']) === 'en' ? 'en' : 'zh';
}
