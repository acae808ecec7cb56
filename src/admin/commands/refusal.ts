import { AppError, type Language } from '../../platform/errors/app-error.js';

/** Done, refused or not found, and not understood. */
export const exits = { done: 0, refused: 1, usage: 64 } as const;

/** What a command does not do, as no caller of the API would be told it. */
export class Refusal extends Error {
  constructor(
    readonly error: string,
    readonly words: Record<Language, string>,
    readonly exit: number = exits.refused,
  ) {
    super(error);
    this.name = 'Refusal';
  }
}

/** What a command writes instead of what it would have done. */
export interface Refused {
  error: string;
  message: string;
}

export function refusedIn(language: Language, error: AppError | Refusal): Refused {
  if (error instanceof Refusal) return { error: error.error, message: error.words[language] };
  const faults = faultsOf(error.detailsIn(language));
  return { error: error.error, message: [error.messageIn(language), ...faults].join('\n  ') };
}

/** Each faulty field with what is wrong with it. */
function faultsOf(details: unknown): string[] {
  const { fields = [] } = (details ?? {}) as { fields?: { path: string; message: string }[] };
  return fields.map(({ path, message }) => `${path}: ${message}`);
}
