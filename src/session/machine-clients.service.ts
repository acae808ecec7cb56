import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Refusals } from '../audit/refusals.service.js';
import { nonceTtlMs, readStamp } from '../audit/replay-protection.js';
import { Nonces } from '../audit/nonces.service.js';
import { Config, type ApiClient, type ApiScope } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { whenceOf } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';

/** Machines that call with a secret of their own (`API_CLIENTS`): by Basic, or by a signed request. */
@Injectable()
export class MachineClients {
  private readonly clients: Map<string, ApiClient>;

  constructor(
    config: Config,
    private readonly nonces: Nonces,
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly refusals: Refusals,
  ) {
    this.clients = new Map(config.apiClients.map((client) => [client.id, client]));
  }

  /**
   * The client that calls, if it may do this. Refused calls count against their address, which the blocklist ends.
   * @throws AppError unauthenticated, request_signature_invalid, nonce_replayed, forbidden, blocked
   */
  async require(request: FastifyRequest, scope: ApiScope): Promise<ApiClient> {
    const whence = whenceOf(request);
    try {
      await this.blocklist.requireFree(whence);
      return requireScope(await this.authenticate(request, whence.address), scope);
    } catch (error) {
      await this.refusals.remember({ event: 'client_refused', ...whence }, toAppError(error));
      throw error;
    }
  }

  /** Whoever was refused has used up an attempt of its address; good clients use none. */
  private async authenticate(request: FastifyRequest, address: string): Promise<ApiClient> {
    try {
      return isSigned(request) ? await this.bySignature(request) : this.byBasic(request);
    } catch (error) {
      await this.limits.countAttempt(address);
      throw error;
    }
  }

  private byBasic({ headers: { authorization } }: FastifyRequest): ApiClient {
    const [id, secret] = basicCredentials(authorization);
    const client = this.clients.get(id);
    if (!client || !equal(secret, client.secret)) throw new AppError('unauthenticated');
    return client;
  }

  /** The nonce is used only once the signature was found good, so that a stranger cannot use up a client's. */
  private async bySignature(request: FastifyRequest): Promise<ApiClient> {
    const { timestamp, nonce } = readStamp(request.headers);
    const client = this.clients.get(String(request.headers['x-client-id']));
    const signature = String(request.headers['x-signature']);
    if (!client || !equal(signature, signatureOf(request, client.secret, timestamp, nonce))) {
      throw new AppError('request_signature_invalid');
    }
    const first = await this.nonces.useOnce(`client:${client.id}`, nonce, nonceTtlMs);
    if (!first) throw new AppError('nonce_replayed');
    return client;
  }
}

function requireScope(client: ApiClient, scope: ApiScope): ApiClient {
  if (!client.scopes.includes(scope)) throw new AppError('forbidden');
  return client;
}

function isSigned({ headers }: FastifyRequest): boolean {
  return headers['x-client-id'] !== undefined || headers['x-signature'] !== undefined;
}

/** Hex HMAC-SHA256 of method, path with query, timestamp, nonce and the hash of the body, a line each. */
function signatureOf(request: FastifyRequest, secret: string, timestamp: string, nonce: string): string {
  const bodyHash = createHash('sha256')
    .update(request.rawBody ?? '')
    .digest('hex');
  const lines = [request.method, request.url, timestamp, nonce, bodyHash];
  return createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
}

/** The two parts are form-encoded before they are joined (RFC 6749, 2.3.1); plain ones read the same. */
function basicCredentials(authorization = ''): [string, string] {
  const [, encoded = ''] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
  const [, id = '', secret = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return [formDecode(id), formDecode(secret)];
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
