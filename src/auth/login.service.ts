import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import type { DeviceType } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { Metrics } from '../platform/observability/metrics.js';
import { AccessTokens } from '../session/access-tokens.service.js';
import { SessionStates } from '../session/session-states.service.js';
import { SessionEnds, type Whence } from '../session/session-ends.service.js';
import { Sessions, type NewSession, type OpenSession } from '../session/sessions.service.js';
import { Identities, type IdentifiedUser } from '../users/identities.service.js';
import type { PhoneNumber } from '../users/phone-number.js';
import { Passwords } from '../users/passwords.service.js';
import { Phones } from '../users/phones.service.js';
import type { UserRow, UserView } from '../users/user.view.js';
import { refuseLocked, Users } from '../users/users.service.js';
import type { WechatProof } from '../wechat/wechat-channel.js';
import type { LoginGrant } from './login-codes.service.js';
import type { DeviceInput, Issued, LoginTokens, RefreshedTokens } from './login.schemas.js';
import { passwordDoor } from '../users/password-door.js';
import type { Visit } from './visit.js';

/** The way by which a person came in. */
interface Door {
  /** A kind of WeChat app, or `password`. */
  via: string;
  /** The app's id; `wxpass` for passwords. */
  clientId: string;
}

/** Somebody who came in, and what is asked again once their session stands. */
interface Found extends IdentifiedUser {
  /** Whether what let them in still would; a session of someone whom it would not is taken back. */
  stands?: () => Promise<boolean>;
}

/** What a session takes over from the one that begot it. */
type Inheritance = Pick<NewSession, 'authenticatedAt' | 'maxExpiresAt' | 'parentId'>;

interface Admitted {
  user: UserView;
  session: OpenSession;
}

const deviceOfDoor: Partial<Record<string, DeviceType>> = {
  'mini-program': 'mini-program',
  mobile: 'mobile',
};

/** Who the person is may change while they come in; each time it did, they are looked up anew. */
const attempts = 5;

/** The funnel every login ends in: proof → user → session → tokens. */
@Injectable()
export class LoginService {
  constructor(
    private readonly identities: Identities,
    private readonly users: Users,
    private readonly phones: Phones,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly ends: SessionEnds,
    private readonly states: SessionStates,
    private readonly tokens: AccessTokens,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  /** @param phone the number that WeChat gave with the login: it is bound before the session opens */
  async logInByWechat(proof: WechatProof, visit: Visit, phone?: PhoneNumber): Promise<Issued<LoginTokens>> {
    const find = async () => {
      const identified = await this.identify(proof, visit);
      return phone ? this.bindPhone(identified, phone, proof.appId, visit) : identified;
    };
    return this.logIn(find, doorOf(proof), visit);
  }

  /** @throws AppError invalid_credentials, user_locked, dependency_unavailable */
  async logInByPassword(username: string, password: string, visit: Visit): Promise<Issued<LoginTokens>> {
    const find = async () => {
      const { user, hash } = await this.passwords.verify(username, password);
      return { user, isNewUser: false, stands: () => this.passwords.stands(user.id, hash) };
    };
    return this.logIn(find, passwordDoor, { ...visit, username });
  }

  /** @param user who has just registered */
  async logInRegistered({ id, username }: UserRow, visit: Visit): Promise<Issued<LoginTokens>> {
    const find = async () => ({ user: await this.users.find(id), isNewUser: true });
    return this.logIn(find, passwordDoor, { ...visit, username: username ?? undefined });
  }

  /** What a login code of this person carries; the session is opened by whoever exchanges it. */
  async grantByWechat(proof: WechatProof, visit: Visit): Promise<LoginGrant> {
    const { user, isNewUser } = await this.identify(proof, visit);
    refuseLocked(user);
    return { userId: user.id, isNewUser, ...doorOf(proof) };
  }

  /** @throws AppError login_code_invalid where its user is no more, user_locked, session_ended */
  async logInByGrant(grant: LoginGrant, visit: Visit): Promise<Issued<LoginTokens>> {
    const { userId, isNewUser, via, clientId, parent } = grant;
    if (parent) await this.states.require(parent.sessionId);
    // Whoever ends the parent at the same moment ends what it would beget.
    const stands = async () => {
      if (parent) await this.states.requireNow(parent.sessionId);
      return true;
    };
    const find = async () => ({ user: await this.userOfGrant(userId), isNewUser, stands });
    // A page exchanges the code, whatever the door was that proved the person.
    const device = { ...visit.device, type: visit.device?.type ?? ('other' as const) };
    return this.logIn(find, { via, clientId }, { ...visit, device }, inheritanceOf(grant));
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

  /** What every door shares once it is known how to find the person. */
  private async logIn(
    find: () => Promise<Found>,
    door: Door,
    visit: Visit,
    inheritance?: Inheritance,
  ): Promise<Issued<LoginTokens>> {
    let isNewUser = false;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const found = await find();
      isNewUser ||= found.isNewUser;
      const admitted = await this.admit(found, door, visit, inheritance);
      if (!admitted) continue;
      this.remember(admitted.user.id, door, visit, isNewUser);
      return { ...this.tokensFor(admitted.session), isNewUser, user: admitted.user };
    }
    throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
  }

  private async identify(proof: WechatProof, { address, userAgent }: Visit): Promise<IdentifiedUser> {
    const ending = this.ends.endingAllOf('merged', { address, userAgent, appId: proof.appId });
    const { user, isNewUser } = await this.identities.identify(proof, ending.within);
    await ending.announce();
    const known = proof.profile ? await this.users.acceptProfile(user, proof.profile) : user;
    return { user: known, isNewUser };
  }

  /** Where the user has become another meanwhile, the login finds out and begins anew. */
  private async bindPhone(
    { user, isNewUser }: IdentifiedUser,
    phone: PhoneNumber,
    appId: string,
    { address, userAgent }: Visit,
  ): Promise<IdentifiedUser> {
    refuseLocked(user);
    const bound = await this.phones.bind(user.id, phone, { address, userAgent, appId });
    return { user: { ...user, ...bound }, isNewUser };
  }

  private async userOfGrant(userId: string): Promise<UserRow> {
    return this.users.find(userId).catch((error: unknown) => {
      throw error instanceof AppError && error.error === 'not_found'
        ? new AppError('login_code_invalid')
        : error;
    });
  }

  /**
   * The session comes first: whoever locks the user at the same moment then finds it, or is found by the user's admission.
   * The same goes for whoever changes the password. Others make room for it only then. Nothing where the user has changed
   * since it was read.
   */
  private async admit(
    { user, stands }: Found,
    door: Door,
    visit: Visit,
    inheritance?: Inheritance,
  ): Promise<Admitted | undefined> {
    refuseLocked(user);
    const opening: NewSession = {
      userId: user.id,
      role: user.role,
      ...door,
      ...inheritance,
      device: describeDevice(visit.device, door.via),
      address: visit.address,
      userAgent: visit.userAgent,
    };
    const session = await this.sessions.open(opening);
    try {
      const admitted = await this.users.admit(user);
      if (admitted && (!stands || (await stands()))) {
        await this.sessions.makeRoom(opening);
        return { user: admitted, session };
      }
    } catch (error) {
      await this.sessions.discard(session);
      throw error;
    }
    await this.sessions.discard(session);
    return undefined;
  }

  private remember(userId: string, { via, clientId: appId }: Door, visit: Visit, isNewUser: boolean): void {
    const { address, userAgent, username } = visit;
    const entry = { outcome: 'success' as const, userId, username, appId, address, userAgent };
    const created = via === passwordDoor.via ? 'user_registered' : 'identity_created';
    if (isNewUser) this.audit.record({ event: created, ...entry });
    this.audit.record({ event: 'login', ...entry });
    this.metrics.count('sessionsOpened', { door: via });
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

function doorOf({ kind, appId }: WechatProof): Door {
  return { via: kind, clientId: appId };
}

function inheritanceOf({ parent }: LoginGrant): Inheritance | undefined {
  if (!parent) return undefined;
  const { sessionId, authenticatedAt, maxExpiresAt, takesAlong } = parent;
  return { authenticatedAt, maxExpiresAt, ...(takesAlong ? { parentId: sessionId } : {}) };
}

function describeDevice(device: DeviceInput | undefined, door: string) {
  return { ...device, type: device?.type ?? deviceOfDoor[door] ?? 'other' };
}
