import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { AppError, type Language } from '../errors/app-error.js';

const locales = { zh: z.locales.zhCN().localeError, en: z.locales.en().localeError };
const reportedIssues = 20;

/** The body of a route that takes none: absent, or an empty object. */
export const noBody = z.strictObject({});

/** The one pipe all parameters pass: `@Body({ schema })`, `@Query({ schema })`, `@Param({ schema })`. */
@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { schema }: ArgumentMetadata): unknown {
    return schema ? parseRequest(schema as z.ZodType, value) : value;
  }
}

/**
 * Parses input by a route's schema; what fails is told field by field, in the caller's language.
 * @throws AppError invalid_request
 */
export function parseRequest<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap(onePerField).slice(0, reportedIssues);
  throw new AppError('invalid_request', {
    details: (language: Language) => ({ fields: issues.map((issue) => describe(issue, language)) }),
  });
}

/** Unknown fields come as one issue on their parent; whoever mends a form wants one at each field. */
function onePerField(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ ...issue, keys: [key], path: [...issue.path, key] }));
}

function describe(issue: z.core.$ZodIssue, language: Language): { path: string; message: string } {
  const localized = locales[language](issue as z.core.$ZodRawIssue);
  const message = (typeof localized === 'string' ? localized : localized?.message) ?? issue.message;
  return { path: issue.path.map(String).join('.').slice(0, 200), message: message.slice(0, 300) };
}
