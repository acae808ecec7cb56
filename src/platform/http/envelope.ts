import type { AppError, Language } from '../errors/app-error.js';
import { currentTraceId } from './request-context.js';

/** The form of every answer under /api/v1. */
export interface Envelope {
  code: number;
  error?: string;
  message: string;
  data: unknown;
  traceId: string;
}

export function success(data: unknown): Envelope {
  return { code: 0, message: 'ok', data: data ?? null, traceId: currentTraceId() };
}

export function failure(error: AppError, language: Language): Envelope {
  return {
    code: error.code,
    error: error.error,
    message: error.messageIn(language),
    data: error.detailsIn(language),
    traceId: currentTraceId(),
  };
}
