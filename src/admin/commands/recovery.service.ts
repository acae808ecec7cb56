import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { byCommand } from '../../audit/act.js';
import { recordAct } from '../../audit/record-act.js';
import { hasAdministrator } from '../../users/administrators.js';
import { Passwords } from '../../users/passwords.service.js';
import { UserStanding } from '../user-standing.service.js';
import type { Told } from './command-line.js';
import type { Asker } from './confirmation.js';
import { NamedUsers } from './named-users.service.js';
import type { Outcome } from './outcome.js';
import { exits, Refusal } from './refusal.js';

/** 144 bits. */
const passwordBytes = 18;

/** Gives a service whose administrators are all lost another one; whoever has the shell has everything already. */
@Injectable()
export class Recovery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly named: NamedUsers,
    private readonly passwords: Passwords,
    private readonly standing: UserStanding,
  ) {}

  /** Makes a user an administrator, or a new one with a password; be REGISTRATION on or off. */
  async recover(told: Told<'recover'>, asker: Asker): Promise<Outcome> {
    await this.requireNeed(told.force);
    return told.user === undefined ? this.create(told, asker) : this.promote(told.user);
  }

  private async requireNeed(force: boolean): Promise<void> {
    if (force || !(await hasAdministrator(this.dataSource.manager))) return;
    throw new Refusal('administrator_exists', {
      zh: '已有管理员：请由其操作，或加 --force',
      en: 'there is an administrator: let them do it, or add --force',
    });
  }

  private async promote(name: string): Promise<Outcome> {
    const { id } = await this.named.find(name);
    await this.standing.change(id, { role: 'admin', status: 'active' }, byCommand);
    await this.remember(id);
    return { data: { id }, words: { zh: `用户 ${id} 是管理员`, en: `user ${id} is an administrator` } };
  }

  private async create(told: Told<'recover'>, asker: Asker): Promise<Outcome> {
    const account = { username: await usernameOf(told, asker), ...(await passwordOf(told, asker)) };
    const { id, username } = await this.passwords.register({ ...account, role: 'admin' });
    await this.remember(id);
    const made = { zh: `管理员 ${username}：${id}`, en: `administrator ${username}: ${id}` };
    if (!account.isMadeUp) return { data: { id, username }, words: made };
    const { password } = account;
    return {
      data: { id, username, password },
      words: {
        zh: `${made.zh}\n密码（只显示这一次）：${password}`,
        en: `${made.en}\npassword, shown this once: ${password}`,
      },
    };
  }

  /** Beside what says who became what. */
  private remember(userId: string): Promise<void> {
    const entry = { event: 'administrator_recovered', outcome: 'success', userId } as const;
    return recordAct(this.dataSource, { ...entry, ...byCommand });
  }
}

async function usernameOf({ username }: Told<'recover'>, { terminal, language }: Asker): Promise<string> {
  if (username !== undefined) return username;
  if (terminal.hasPerson) return (await terminal.ask({ zh: '用户名：', en: 'username: ' }[language])).trim();
  throw new Refusal(
    'username_needed',
    { zh: '没有终端可以询问：请加 --username', en: 'there is no terminal to ask: add --username' },
    exits.usage,
  );
}

/** Never an argument: those stand in the history of the shell and in the list of processes. */
async function passwordOf({ 'password-stdin': given }: Told<'recover'>, { terminal, language }: Asker) {
  if (!given) return { password: randomBytes(passwordBytes).toString('base64url'), isMadeUp: true };
  const password = await terminal.readSecret({ zh: '密码：', en: 'password: ' }[language]);
  return { password, isMadeUp: false };
}
