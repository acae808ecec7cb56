import { Injectable } from '@nestjs/common';
import { byCommand } from '../../audit/act.js';
import type { Language } from '../../platform/errors/app-error.js';
import { Sessions } from '../../session/sessions.service.js';
import { SessionKicks } from '../session-kicks.service.js';
import type { Told } from './command-line.js';
import { NamedUsers } from './named-users.service.js';
import { table, type Outcome } from './outcome.js';
import { textTable } from './text-table.js';

const columns = ['id', 'createdAt', 'lastSeenAt', 'via', 'address', 'deviceType', 'deviceName'] as const;

/** What operators do to people's sessions from the shell. */
@Injectable()
export class SessionCommands {
  constructor(
    private readonly named: NamedUsers,
    private readonly sessions: Sessions,
    private readonly kicks: SessionKicks,
  ) {}

  async list({ user, limit, cursor }: Told<'sessions list'>, language: Language): Promise<Outcome> {
    const { id: userId } = await this.named.find(user);
    const page = await this.sessions.list({ userId }, { limit, cursor }, language);
    const rows = page.items.map(({ device, ...session }) => ({
      ...session,
      deviceType: device.type,
      deviceName: device.name,
    }));
    return table(page, textTable(rows, columns, page.nextCursor));
  }

  async end({ user, session }: Told<'sessions end'>): Promise<Outcome> {
    const { id } = await this.named.find(user);
    const ended = session === undefined ? await this.kicks.endAll(id, byCommand) : 1;
    if (session !== undefined) await this.kicks.end(id, session, byCommand);
    return { data: { ended }, words: { zh: `已结束 ${ended} 个会话`, en: `sessions ended: ${ended}` } };
  }
}
