import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoginLimits } from '../../audit/login-limits.service.js';
import { Idempotency } from '../idempotency.service.js';
import { LoginGate } from '../login-gate.service.js';
import type { Issued, LoginTokens } from '../login.schemas.js';
import { LoginService } from '../login.service.js';
import { visitOf } from '../visit.js';
import type { LoginBody } from './password.schemas.js';

/** Logs in by username and password; nothing in what it answers tells whether there is such a user. */
@Injectable()
export class PasswordLogin {
  constructor(
    private readonly gate: LoginGate,
    private readonly idempotency: Idempotency,
    private readonly limits: LoginLimits,
    private readonly login: LoginService,
  ) {}

  /** @throws AppError blocked, too_many_requests, invalid_credentials, user_locked, and what the gate throws */
  logIn(request: FastifyRequest, body: LoginBody): Promise<Issued<LoginTokens>> {
    return this.gate.passByName(request, 'login', body.username, () =>
      this.idempotency.once(
        request,
        body,
        () => this.guess(request, body),
        (known) => this.login.requireStillGood(known),
      ),
    );
  }

  private guess(
    request: FastifyRequest,
    { username, password, device }: LoginBody,
  ): Promise<Issued<LoginTokens>> {
    const visit = visitOf(request, device);
    return this.limits.guess(username, () => this.login.logInByPassword(username, password, visit));
  }
}
