import { randomBytes } from 'node:crypto';
import type { UserView } from '../../src/users/user.view.js';
import { FloorSessions, type OpenSession, type SessionRow } from './sessions.js';
import type { Tokens } from './tokens.js';
import { FloorUsers, type Proof } from './users.js';
import type { Wires } from './wires.js';

const appId = 'wx0123456789abcdef';
const codeForm = /^[A-Za-z0-9_-]{1,128}$/;

/** The work that the service's promises ask for, and nothing else: no framework, validation, headers or log. */
export class Floor {
  readonly users: FloorUsers;
  readonly sessions: FloorSessions;

  constructor(
    readonly wires: Wires,
    readonly tokens: Tokens,
  ) {
    this.users = new FloorUsers(wires);
    this.sessions = new FloorSessions(wires);
  }

  async verify(authorization = ''): Promise<SessionRow> {
    const claims = this.tokens.verify(authorization.slice('Bearer '.length));
    if (!claims) throw new Error('invalid token');
    await this.count(`user:${claims.sub}`);
    return this.sessions.require(claims.sid);
  }

  async me(authorization?: string): Promise<UserView> {
    const { user_id } = await this.verify(authorization);
    return this.users.get(user_id);
  }

  async logIn(body: string, address: string, userAgent = ''): Promise<object> {
    await this.count(`address:${address}`);
    await this.count(`login:${address}`);
    const proof = await this.exchange((JSON.parse(body) as { code: string }).code);
    const user = await this.users.admit(await this.users.identify(proof));
    const session = await this.sessions.open(user.id, user.role, appId, userAgent);
    return { ...this.tokensFor(session), isNewUser: false, user };
  }

  async refresh(body: string, address: string): Promise<object> {
    await this.count(`address:${address}`);
    const { refreshToken } = JSON.parse(body) as { refreshToken: string };
    return this.tokensFor(await this.sessions.rotate(refreshToken));
  }

  async exchange(code: string): Promise<Proof> {
    if (!codeForm.test(code)) throw new Error('malformed code');
    const query = new URLSearchParams({
      appid: appId,
      secret: 'secret',
      js_code: code,
      grant_type: 'authorization_code',
    });
    const path = `/sns/jscode2session?${query.toString()}`;
    const { openid, unionid } = (await this.wires.askWechat(path)) as Omit<Proof, 'appId'>;
    return { appId, openid, unionid };
  }

  private async count(tracker: string): Promise<void> {
    if (!(await this.wires.slide(`api:${tracker}`))) throw new Error('too many requests');
  }

  private tokensFor(session: OpenSession): object {
    const accessToken = this.tokens.issue({
      sub: session.userId,
      sid: session.id,
      role: session.role,
      client_id: session.clientId,
      jti: randomBytes(12).toString('base64url'),
    });
    return {
      tokenType: 'Bearer',
      accessToken,
      expiresIn: 900,
      refreshToken: session.refreshToken,
      refreshExpiresIn: 2_592_000,
      sessionId: session.id,
    };
  }
}
