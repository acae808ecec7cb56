import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { catalogue, type ErrorName } from '../errors/catalogue.js';

type JsonSchema =
  Exclude<Parameters<typeof ApiResponse>[0], undefined> extends infer Options
    ? Options extends { schema: infer Schema }
      ? Schema
      : never
    : never;

const traceId = z.string().regex(/^[0-9a-f]{32}$/);

/** Documents a good answer: the envelope around this data. */
export function ApiAnswer(status: number, data: z.ZodType) {
  const envelope = z.object({ code: z.literal(0), message: z.literal('ok'), data, traceId });
  return ApiResponse({ status, description: 'Done', schema: toJsonSchema(envelope) });
}

/** Documents which errors of the catalogue a route answers with, grouped by status. */
export function ApiErrors(...names: ErrorName[]) {
  const statuses = new Set(names.map((name) => catalogue[name].status));
  return applyDecorators(
    ...[...statuses].map((status) =>
      ApiResponse(
        describeErrors(
          status,
          names.filter((name) => catalogue[name].status === status),
        ),
      ),
    ),
  );
}

function describeErrors(status: number, names: ErrorName[]) {
  const envelope = z.object({
    code: z.union(names.map((name) => z.literal(catalogue[name].code))),
    error: z.enum(names),
    message: z.string(),
    data: z.unknown(),
    traceId,
  });
  const description = names.map((name) => `\`${name}\`: ${catalogue[name].en}`).join('; ');
  return { status, description, schema: toJsonSchema(envelope) };
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'output' });
  return json as JsonSchema;
}
