import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { AccessTokens } from '../session/access-tokens.service.js';
import { SessionStates } from '../session/session-states.service.js';
import { Sessions, type OpenSession, type Whence } from '../session/sessions.service.js';
import type { DeviceType } from '../platform/config/config.js';
import { Identities, type IdentifiedUser } from '../users/identities.service.js';
import { Users } from '../users/users.service.js';
import type { WechatProof } from '../wechat/wechat-channel.js';
import type { DeviceInput, Issued, LoginTokens, RefreshedTokens } from './login.schemas.js';
import type { Visit } from './visit.js';

/** The way by which a person came in. */
interface Door {
  /** A kind of WeChat app. */
  via: string;
  /** The app's id. */
  clientId: string;
}

const deviceOfDoor: Partial<Record<string, DeviceType>> = {
  'mini-program': 'mini-program',
  mobile: 'mobile',
};

/** The funnel every login ends in: proof → user → session → tokens. */
@Injectable()
export class LoginService {
  constructor(
    private readonly identities: Identities,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly states: SessionStates,
    private readonly tokens: AccessTokens,
    private readonly audit: AuditLog,
  ) {}

  async logInByWechat(proof: WechatProof, visit: Visit): Promise<Issued<LoginTokens>> {
    const identified = await this.identities.identify(proof);
    return this.admit(identified, { via: proof.kind, clientId: proof.appId }, visit);
  }

  /** What every door shares once it is known who the person is. */
  private async admit(identified: IdentifiedUser, door: Door, visit: Visit): Promise<Issued<LoginTokens>> {
    const { isNewUser } = identified;
    const user = await this.users.admit(identified.user);
    const session = await this.sessions.open({
      userId: user.id,
      role: user.role,
      ...door,
      device: describeDevice(visit.device, door.via),
      address: visit.address,
      userAgent: visit.userAgent,
    });
    this.remember(user.id, door, visit, isNewUser);
    return { ...this.tokensFor(session), isNewUser, user };
  }

  private remember(userId: string, { clientId: appId }: Door, visit: Visit, isNewUser: boolean): void {
    const { address, userAgent } = visit;
    const entry = { outcome: 'success' as const, userId, appId, address, userAgent };
    if (isNewUser) this.audit.record({ event: 'identity_created', ...entry });
    this.audit.record({ event: 'login', ...entry });
  }

  async refresh(refreshToken: string, whence: Whence): Promise<Issued<RefreshedTokens>> {
    return this.tokensFor(await this.sessions.rotate(refreshToken, whence));
  }

  /**
   * Whether an answer that was given before may be given again.
   * @throws AppError session_ended, user_locked
   */
  async requireStillGood({ sessionId }: RefreshedTokens): Promise<void> {
    const { userId } = await this.states.require(sessionId);
    await this.users.requireActive(userId);
  }

  private tokensFor(session: OpenSession): Issued<RefreshedTokens> {
    return {
      tokenType: 'Bearer',
      ...this.tokens.issue({
        userId: session.userId,
        sessionId: session.id,
        role: session.role,
        clientId: session.clientId,
        sessionExpiresAt: session.refreshExpiresAt,
      }),
      refreshToken: session.refreshToken,
      refreshExpiresIn: Math.max(0, Math.ceil((session.refreshExpiresAt - Date.now()) / 1000)),
      sessionId: session.id,
      csrfToken: session.csrfToken,
    };
  }
}

function describeDevice(device: DeviceInput | undefined, door: string) {
  return { ...device, type: device?.type ?? deviceOfDoor[door] ?? 'other' };
}
