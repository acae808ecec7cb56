import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Client } from '../client.js';

/** Within it every replica must have heard of an end. */
const newsMs = 1000;

/** A session as its holder knows it. */
export interface KeptSession {
  person: string;
  userId: string;
  id: string;
  accessToken: string;
  refreshToken: string;
  /** When its end was acknowledged. */
  endedAt?: number;
  /** Its end was asked for without an answer: it may have ended or not. */
  doubtful: boolean;
}

/** What must be 0, and why it is not. */
export interface Damage {
  lost: string[];
  duplicated: string[];
  /** Served twice what serves once. */
  forked: string[];
  revived: string[];
  /** Scans, states and codes that were gone: no harm where a store that keeps nothing was emptied. */
  forgotten: string[];
}

export const unharmed: Damage = { lost: [], duplicated: [], forked: [], revived: [], forgotten: [] };

interface Account {
  username: string;
  password: string;
}

type Tokens = { accessToken: string; refreshToken: string };

/** All that the service has acknowledged, to be held against what it knows later. */
export class Ledger {
  readonly sessions: KeptSession[] = [];
  private readonly accounts: (Account & { userId: string })[] = [];
  private readonly successors = new Map<string, Set<string>>();
  private readonly noted: Pick<Damage, 'forked' | 'forgotten'> = { forked: [], forgotten: [] };

  /** An acknowledged login. */
  open(person: string, { user, ...tokens }: Tokens & { user: { id: string } }): KeptSession {
    const { accessToken, refreshToken } = tokens;
    const id = sessionIdOf(accessToken);
    const session = { person, userId: user.id, id, accessToken, refreshToken, doubtful: false };
    this.sessions.push(session);
    return session;
  }

  /** An acknowledged registration, which is a login too. */
  register(account: Account, tokens: Tokens & { user: { id: string } }): void {
    const { userId } = this.open(account.username, tokens);
    this.accounts.push({ ...account, userId });
  }

  /** What is seen at once, and needs no check later. */
  note(kind: 'forked' | 'forgotten', words: string): void {
    this.noted[kind].push(words);
  }

  /** An acknowledged exchange of a refresh token. */
  rotate(session: KeptSession, from: string, { accessToken, refreshToken }: Tokens): void {
    const known = this.successors.get(from) ?? new Set();
    this.successors.set(from, known.add(refreshToken));
    session.accessToken = accessToken;
    session.refreshToken = refreshToken;
  }

  /** Asks every replica about every session, and compares. */
  async check(clients: Client[]): Promise<Damage> {
    const damage: Damage = structuredClone({ ...unharmed, ...this.noted });
    await inTurns(this.sessions, async (session) => {
      if (session.endedAt !== undefined) await this.checkEnded(session, clients, damage);
      else if (!session.doubtful) await this.checkLiving(session, clients, damage);
    });
    await inTurns(this.accounts, (account) => this.checkAccount(account, clients[0]!, damage));
    this.checkPeople(damage);
    this.checkFamilies(damage);
    return damage;
  }

  private async checkLiving(session: KeptSession, clients: Client[], { lost }: Damage): Promise<void> {
    const from = session.refreshToken;
    const refreshed = await Promise.all(
      clients.map(({ api }) => api('POST', '/auth/refresh', { refreshToken: from })),
    );
    for (const answer of refreshed) {
      if (answer.status === 200) this.rotate(session, from, answer.data);
      else lost.push(`session ${session.id}: ${wordsOf(answer)}`);
    }
    for (const { api } of clients) {
      const me = await api('GET', '/users/me', undefined, { token: session.accessToken });
      if (me.status !== 200 || me.data.id !== session.userId)
        lost.push(`user of ${session.id}: ${wordsOf(me)}`);
    }
  }

  private async checkEnded(session: KeptSession, clients: Client[], { revived }: Damage): Promise<void> {
    const { accessToken: token, refreshToken, endedAt = 0 } = session;
    await sleep(Math.max(0, endedAt + newsMs - performance.now()));
    for (const { api } of clients) {
      const answers = [
        await api('GET', '/users/me', undefined, { token }),
        await api('POST', '/auth/refresh', { refreshToken }),
      ];
      for (const answer of answers)
        if (answer.status !== 401) revived.push(`session ${session.id}: ${wordsOf(answer)}`);
    }
  }

  private async checkAccount(
    { userId, ...account }: Account & { userId: string },
    { api }: Client,
    { lost }: Damage,
  ): Promise<void> {
    const answer = await api('POST', '/auth/login', account);
    if (answer.status !== 200 || answer.data.user.id !== userId)
      lost.push(`account ${account.username}: ${wordsOf(answer)}`);
  }

  private checkPeople({ duplicated }: Damage): void {
    const usersOf = new Map<string, Set<string>>();
    for (const { person, userId } of this.sessions)
      usersOf.set(person, (usersOf.get(person) ?? new Set()).add(userId));
    for (const [person, users] of usersOf)
      if (users.size > 1) duplicated.push(`${person} is ${[...users].join(' and ')}`);
  }

  private checkFamilies({ forked }: Damage): void {
    for (const successors of this.successors.values())
      if (successors.size > 1) forked.push(`a refresh token has ${successors.size} successors`);
  }
}

function sessionIdOf(accessToken: string): string {
  const claims = Buffer.from(accessToken.split('.')[1]!, 'base64url').toString();
  return String((JSON.parse(claims) as { sid: string }).sid);
}

function wordsOf({ status, error, data }: Answer): string {
  return [status, error, data?.reason].filter(Boolean).join(' ');
}

/** A few at a time: thousands at once would be a fault of their own. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
