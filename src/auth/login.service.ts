import { Injectable, Logger } from '@nestjs/common';
import { AccessTokens } from '../session/access-tokens.service.js';
import { Sessions, type DeviceType, type OpenSession } from '../session/sessions.service.js';
import { Identities } from '../users/identities.service.js';
import { Users } from '../users/users.service.js';
import type { WechatProof } from '../wechat/wechat-channel.js';
import type { DeviceInput, LoginTokens, RefreshedTokens } from './login.schemas.js';

/** Where a login comes from. */
export interface Visit {
  address: string;
  userAgent?: string;
  device?: DeviceInput;
}

const deviceOfDoor: Partial<Record<string, DeviceType>> = {
  'mini-program': 'mini-program',
  mobile: 'mobile',
};

/** The funnel every login ends in: proof → user → session → tokens. */
@Injectable()
export class LoginService {
  private readonly logger = new Logger('Login');

  constructor(
    private readonly identities: Identities,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly tokens: AccessTokens,
  ) {}

  async logIn(proof: WechatProof, visit: Visit): Promise<LoginTokens> {
    const known = await this.identities.identify(proof);
    const user = await this.users.admit(known.user);
    const session = await this.sessions.open({
      userId: user.id,
      role: user.role,
      clientId: proof.appId,
      via: proof.kind,
      device: describeDevice(visit.device, proof.kind),
      address: visit.address,
      userAgent: visit.userAgent,
    });
    this.logger.log(
      `user ${user.id} logged in by ${proof.kind}${known.isNewUser ? ', for the first time' : ''}`,
    );
    return { ...this.tokensFor(session), isNewUser: known.isNewUser, user };
  }

  async refresh(refreshToken: string): Promise<RefreshedTokens> {
    return this.tokensFor(await this.sessions.rotate(refreshToken));
  }

  /**
   * Whether an answer that was given before may be given again.
   * @throws AppError session_ended, user_locked
   */
  async requireStillGood({ sessionId }: RefreshedTokens): Promise<void> {
    const { userId } = await this.sessions.require(sessionId);
    await this.users.requireActive(userId);
  }

  private tokensFor(session: OpenSession): RefreshedTokens {
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
    };
  }
}

function describeDevice(device: DeviceInput | undefined, door: string) {
  return { ...device, type: device?.type ?? deviceOfDoor[door] ?? 'other' };
}
