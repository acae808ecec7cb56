import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoginLimits } from '../../audit/login-limits.service.js';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { clientAddress } from '../../platform/http/client-address.js';
import { PasswordPolicy } from '../../users/password-policy.service.js';
import { Passwords } from '../../users/passwords.service.js';
import { Idempotency } from '../idempotency.service.js';
import { LoginGate } from '../login-gate.service.js';
import type { Issued, LoginTokens } from '../login.schemas.js';
import { LoginService } from '../login.service.js';
import { visitOf } from '../visit.js';
import type { RegisterBody } from './password.schemas.js';

/** Makes accounts with a password, by self-service. */
@Injectable()
export class Registration {
  constructor(
    private readonly gate: LoginGate,
    private readonly idempotency: Idempotency,
    private readonly limits: LoginLimits,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly login: LoginService,
    private readonly config: Config,
  ) {}

  /** @throws AppError forbidden, invalid_request, too_many_requests, conflict, and what the gate throws */
  async register(request: FastifyRequest, body: RegisterBody): Promise<Issued<LoginTokens>> {
    const { registration } = this.config;
    // A password that may not be is a fault of the form, and takes no place in any window.
    if (registration) this.policy.requireGood('password', body.password, body.username);
    return this.gate.passByName(request, 'user_registered', body.username, async () => {
      if (!registration) throw new AppError('forbidden');
      return this.idempotency.once(
        request,
        body,
        () => this.makeAccount(request, body),
        (known) => this.login.requireStillGood(known),
      );
    });
  }

  private async makeAccount(
    request: FastifyRequest,
    { username, password, email, device }: RegisterBody,
  ): Promise<Issued<LoginTokens>> {
    await this.limits.countRegistration(clientAddress(request));
    const user = await this.passwords.register({ username, password, email });
    return this.login.logInRegistered(user, visitOf(request, device));
  }
}
