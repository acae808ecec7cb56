import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEnds } from '../../src/session/session-ends.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { Sessions } from '../../src/session/sessions.service.js';
import type { IdentityView } from '../../src/users/identity.view.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import type { Answer } from './client.js';
import { wordsOf } from './race-table.js';
import type { RunningService } from './start-service.js';

/** Within this, an end must be known to all replicas. */
const knownWithinMs = 1000;

interface Counts {
  users: number;
  identities: number;
  sessions: number;
}

/** Sees what logins leave behind in a service. */
export class DoorWitness {
  constructor(private readonly service: RunningService) {}

  async counts(): Promise<Counts> {
    const [users, identities, sessions] = await Promise.all([
      this.rowsOf(UserEntity).count(),
      this.rowsOf(WechatIdentityEntity).count(),
      this.rowsOf(SessionEntity).count(),
    ]);
    return { users, identities, sessions };
  }

  /** How many there are more than there were. */
  async growthSince(before: Counts): Promise<Counts> {
    const now = await this.counts();
    return {
      users: now.users - before.users,
      identities: now.identities - before.identities,
      sessions: now.sessions - before.sessions,
    };
  }

  /** How often WeChat was asked about a code. */
  async exchangesOf(code: string): Promise<number> {
    const calls = (await this.service.simulator.calls()) as unknown as { query: Record<string, string> }[];
    return calls.filter(({ query }) => query.code === code || query.js_code === code).length;
  }

  /** What the audit log says, such as `login success <appId>`; the newest first. */
  async acts(filter: { userId?: string; event?: string }): Promise<string[]> {
    const logs = this.service.replicas.map(({ app }) => app.get(AuditLog, { strict: false }));
    for (const log of logs) await log.flush();
    const { items } = await logs[0]!.list(filter, 50);
    return items.map(({ event, outcome, appId, reason }) =>
      [event, outcome, appId, reason].filter(Boolean).join(' '),
    );
  }

  /** Those of whoever has logged in, the oldest first. */
  async identitiesOf({ data }: Answer): Promise<IdentityView[]> {
    const token = data.accessToken as string;
    const answer = await this.service.api('GET', '/users/me/identities', undefined, { token });
    return answer.data.items as IdentityView[];
  }

  livingSessionsOf(userId: string): Promise<number> {
    return this.rowsOf(SessionEntity).countBy({ userId, endedAt: IsNull() });
  }

  /** How access and refresh by this login are answered, by every replica. */
  async remainsOf({ data }: Answer): Promise<string[]> {
    const answers = await Promise.all(
      this.service.replicas.flatMap(({ api }) => [
        api('GET', '/users/me', undefined, { token: data.accessToken }),
        api('POST', '/auth/refresh', { refreshToken: data.refreshToken }),
      ]),
    );
    return [...new Set(answers.map(wordsOf))];
  }

  /** The same, asked again while one is let in, as long as the end may yet be unknown to a replica. */
  async remainsOfEnded(login: Answer): Promise<string[]> {
    for (const askedAt = performance.now(); ; await sleep(20)) {
      const words = await this.remainsOf(login);
      if (!words.includes('200') || performance.now() - askedAt > knownWithinMs) return words;
    }
  }

  /** As an administrator's lock does it. */
  async lock(userId: string): Promise<void> {
    await this.rowsOf(UserEntity).update({ id: userId }, { status: 'locked' });
    await this.service.app.get(SessionEnds, { strict: false }).endAll(userId, 'user_locked', {});
  }

  /** Locks in the worst moment of the next login: once the user was found, and before the session stands. */
  lockAmidNextLogin(userId: string): void {
    const sessions = this.service.app.get(Sessions, { strict: false });
    const open = sessions.open.bind(sessions);
    sessions.open = async (session) => {
      sessions.open = open;
      await this.lock(userId);
      return open(session);
    };
  }

  private rowsOf<Entity extends object>(entity: new () => Entity) {
    return this.service.app.get(DataSource).getRepository(entity);
  }
}
