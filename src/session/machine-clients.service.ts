import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Nonces } from '../audit/nonces.service.js';
import { Refusals } from '../audit/refusals.service.js';
import { nonceTtlMs } from '../audit/replay-protection.js';
import { Config, type ApiScope } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { whenceOf } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';
import { readProof } from './client-proof.js';
import { ClientSecret } from './client-secret.js';

/** A machine that has proved which one it is. */
export interface MachineClient {
  id: string;
  scopes: ApiScope[];
}

/** Machines that call with a secret of their own (`API_CLIENTS`): by Basic, or by a signed request. */
@Injectable()
export class MachineClients {
  private readonly clients: Map<string, MachineClient & { secret: ClientSecret }>;
  /** Whom unknown ids are compared with, so that they are refused no faster. */
  private readonly nobody = new ClientSecret(randomBytes(32).toString('hex'));

  constructor(
    config: Config,
    private readonly nonces: Nonces,
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly refusals: Refusals,
  ) {
    this.clients = new Map(
      config.apiClients.map(({ id, secret, scopes }) => [
        id,
        { id, scopes, secret: new ClientSecret(secret) },
      ]),
    );
  }

  /**
   * The client that calls, if it may do this. Refused calls count against their address, which the blocklist ends.
   * @throws AppError unauthenticated, request_signature_invalid, nonce_replayed, forbidden, blocked, too_many_requests
   */
  async require(request: FastifyRequest, scope: ApiScope): Promise<MachineClient> {
    const whence = whenceOf(request);
    try {
      await this.blocklist.requireFree(whence);
      return requireScope(await this.authenticate(request, whence.address), scope);
    } catch (error) {
      await this.refusals.remember({ event: 'client_refused', ...whence }, toAppError(error));
      throw error;
    }
  }

  /** The nonce is used only once the signature was found good, so that a stranger cannot use up a client's. */
  private async authenticate(request: FastifyRequest, address: string): Promise<MachineClient> {
    const { id, fits, refusal, nonce } = readProof(request);
    const client = this.clients.get(id);
    const isRight = fits(client?.secret ?? this.nobody) && client !== undefined;
    await this.limits.countClientGuess(address, isRight);
    if (!isRight) throw new AppError(refusal);
    if (nonce !== undefined) await this.useNonce(client, nonce);
    return client;
  }

  private async useNonce({ id }: MachineClient, nonce: string): Promise<void> {
    const isFirst = await this.nonces.useOnce(`client:${id}`, nonce, nonceTtlMs);
    if (!isFirst) throw new AppError('nonce_replayed', { about: { appId: id } });
  }
}

function requireScope(client: MachineClient, scope: ApiScope): MachineClient {
  if (!client.scopes.includes(scope)) throw new AppError('forbidden', { about: { appId: client.id } });
  return client;
}
