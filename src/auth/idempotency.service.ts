import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hashSecret } from '../platform/crypto/secrets.js';
import { parseRequest } from '../platform/http/validation.js';
import { Once } from './once.service.js';

const headerSchema = z.object({ 'Idempotency-Key': z.string().regex(/^[\x21-\x7e]{16,128}$/) });

/** Does once what several requests of one `Idempotency-Key` ask for. */
@Injectable()
export class Idempotency {
  constructor(private readonly occasions: Once) {}

  /**
   * Does the work once for one key, route and body; without a key, each time.
   * @param body what the route's schema made of the body
   * @param recheck refuses an answer that may no longer be repeated
   * @throws AppError idempotency_key_reused, and whatever the work throws
   */
  async once<Answer>(
    request: FastifyRequest,
    body: unknown,
    work: () => Promise<Answer>,
    recheck: (answer: Answer) => Promise<void>,
  ): Promise<Answer> {
    const header = request.headers['idempotency-key'];
    if (header === undefined) return work();
    const { 'Idempotency-Key': key } = parseRequest(headerSchema, { 'Idempotency-Key': header });
    const occasion = {
      key: `idempotency:${hashSecret(key)}`,
      request: `${request.routeOptions.url}\n${JSON.stringify(body)}`,
      otherRequest: 'idempotency_key_reused' as const,
    };
    return this.occasions.do(occasion, work, recheck);
  }
}
