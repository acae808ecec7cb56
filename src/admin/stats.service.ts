import { Injectable } from '@nestjs/common';
import { LoginCounts } from '../audit/login-counts.service.js';
import { isoTime } from '../platform/http/iso-time.js';
import { SessionCount } from '../session/session-count.service.js';
import { passwordDoor } from '../users/password-door.js';
import { UserCounts } from '../users/user-counts.service.js';
import { WechatApps } from '../wechat/wechat-apps.js';
import { intervals, type Door, type StatsRange, type StatsView } from './stats.schemas.js';

/** Numbers for whoever looks after the service. */
@Injectable()
export class Stats {
  constructor(
    private readonly logins: LoginCounts,
    private readonly sessions: SessionCount,
    private readonly users: UserCounts,
    private readonly apps: WechatApps,
  ) {}

  async over({ from, to, interval }: StatsRange): Promise<StatsView> {
    const [counts, activeSessions, users] = await Promise.all([
      this.logins.between(from, to, intervals[interval].partMs),
      this.sessions.active(),
      this.users.byStatus(),
    ]);
    const logins = counts.map(({ at, appId, outcome, count }) => {
      return { at: isoTime(at), appId, door: this.doorOf(appId), outcome, count };
    });
    return { from: isoTime(from), to: isoTime(to), interval, logins, activeSessions, users };
  }

  private doorOf(appId: string | null): Door {
    if (appId === passwordDoor.clientId) return 'password';
    return (appId === null ? undefined : this.apps.named(appId)?.kind) ?? 'unknown';
  }
}
