import { catalogue, type ErrorName } from './catalogue.js';

export type Language = 'zh' | 'en';

/** Whom a refusal concerns, as far as that is proven. */
export interface Concerned {
  userId?: string;
  appId?: string;
}

interface AppErrorOptions {
  /** What the answer's `data` holds; a function where the words depend on the caller's language. */
  details?: unknown;
  /** Seconds for the Retry-After header. */
  retryAfterSeconds?: number;
  /** Headers that the answer carries beside it. */
  headers?: Readonly<Record<string, string>>;
  /** For the log only, never for the answer. */
  privateMessage?: string;
  /** For the audit log only, never for the answer. */
  about?: Concerned;
  cause?: unknown;
}

/** An error the caller is meant to see: a name of the catalogue, and what the log may know beyond it. */
export class AppError extends Error {
  readonly status: number;
  readonly code: number;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly about: Concerned;
  private readonly details: unknown;

  constructor(
    readonly error: ErrorName,
    options: AppErrorOptions = {},
  ) {
    super(options.privateMessage ?? error, { cause: options.cause });
    this.name = 'AppError';
    this.status = catalogue[error].status;
    this.code = catalogue[error].code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
    this.about = options.about ?? {};
    this.details = options.details;
  }

  messageIn(language: Language): string {
    return catalogue[this.error][language];
  }

  detailsIn(language: Language): unknown {
    return (
      (typeof this.details === 'function'
        ? (this.details as (language: Language) => unknown)(language)
        : this.details) ?? null
    );
  }
}
