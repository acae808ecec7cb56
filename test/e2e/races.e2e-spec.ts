import { createHash, createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { LoginLimits } from '../../src/audit/login-limits.service.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { shared } from '../support/backends.js';
import type { Answer, RequestOptions } from '../support/client.js';
import { stranger } from '../support/person.js';
import { distinct, type Ending, RaceTable, strangeAmong, tallyOf, wordsOf } from '../support/race-table.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

/** Each finds a broken race with near certainty in a few; the table that is shown has twenty. */
const rounds = process.env.RACE_TABLE ? 20 : 5;
const crowd = 100;
const timeoutMs = 180_000;
/** Within this, an end must be known to all replicas. */
const knownWithinMs = 1000;
/** Spreads the logouts of all rounds over the time that a crowd of refreshes takes. */
const laterByMs = 4;
const machine = { id: 'gateway', secret: 'a secret of the gateway' };

describe(`in ${rounds} rounds over two replicas on one database and one Redis`, () => {
  let service: RunningService;
  const races = new RaceTable();
  beforeAll(async () => {
    service = await startService(shared, {
      replicas: 2,
      env: {
        REPLICAS: '2',
        TRUST_PROXY: '127.0.0.1',
        LOGIN_LIMIT_IP: '1000000/1m',
        LOGIN_LIMIT_ACCOUNT: '5/1m',
        SESSION_LIMITS: 'web=2',
        API_CLIENTS: `${machine.id}:${machine.secret}:introspect`,
      },
    });
  });
  afterAll(async () => {
    await service?.close();
    if (process.env.RACE_TABLE) process.stdout.write(`\n${races.toString()}\n`);
  });

  const both = () => service.replicas.slice(0, 2);
  const either = (i: number) => service.replicas[i % 2]!;
  const me = (token: string, replica: Replica) => replica.api('GET', '/users/me', undefined, { token });
  const refresh = (refreshToken: string, i: number) =>
    either(i).api('POST', '/auth/refresh', { refreshToken });
  const post = (body: { code: string } & Record<string, unknown>, i: number, options?: RequestOptions) =>
    either(i).api('POST', '/auth/wechat/mini-program', { appId: miniProgram.appId, ...body }, options);

  /** Somebody new, logged in, whom both replicas remember. */
  async function newcomer() {
    const { data } = await stranger(service.simulator).logIn(either(0));
    await Promise.all(both().map((replica) => me(data.accessToken, replica)));
    return data;
  }

  /** One code for each place in the crowd. */
  const codesOf = (someone: ReturnType<typeof stranger>, appIdAt = (_: number) => miniProgram.appId) =>
    Promise.all(Array.from({ length: crowd }, (_, i) => someone.code({ appId: appIdAt(i) })));

  /** How both replicas answer to each of the access tokens now. */
  async function accessBy(tokens: string[]): Promise<string[]> {
    const answers = await Promise.all(tokens.flatMap((token) => both().map((replica) => me(token, replica))));
    return distinct(answers.map(wordsOf));
  }

  /** The same, asked again while one is let in, as long as the end may yet be unknown to a replica. */
  async function accessAfterEnd(tokens: string[], endedAt: number): Promise<string[]> {
    for (;;) {
      const askedAt = performance.now();
      const words = await accessBy(tokens);
      if (!words.includes('200') || askedAt - endedAt > knownWithinMs) return words;
      await sleep(20);
    }
  }

  /** How both replicas answer to each of the refresh tokens now. */
  async function refreshBy(tokens: string[]): Promise<string[]> {
    const answers = await Promise.all(tokens.flatMap((token) => [refresh(token, 0), refresh(token, 1)]));
    return distinct(answers.map(wordsOf));
  }

  it(
    'one refresh token shown 100 times at once has one successor, which serves, and the session lives',
    async () => {
      const race = races.begin('one refresh token');
      await race.run(rounds, async () => {
        const login = await newcomer();
        const answers = await race.atOnce(crowd, (i) => refresh(login.refreshToken, i));
        race.demand('answers', tallyOf(answers), { 200: crowd });
        const successors = distinct(answers.map(({ data }) => data.refreshToken));
        race.demand('successors', successors.length, 1);
        race.demand('the successor is another', successors.includes(login.refreshToken), false);
        const tokens = answers.map(({ data }) => data.accessToken);
        race.demand('access', await accessBy(tokens), ['200']);
        race.demand('the successor', wordsOf(await refresh(successors[0]!, 1)), '200');
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a logout among 99 refreshes leaves no token alive that was ever given',
    async () => {
      const race = races.begin('refresh against logout');
      const ended = '401 session_ended logged_out';
      await race.run(rounds, async (round) => {
        const login = await newcomer();
        let loggedOutAt = Infinity;
        // A refresh asks the database twice and a logout once, so that one started with them would overtake most.
        const logOut = async (i: number) => {
          await sleep(round * laterByMs);
          const answer = await either(i).api('POST', '/auth/logout', undefined, { token: login.accessToken });
          loggedOutAt = performance.now();
          return answer;
        };
        const placeOfLogout = (round * crowd) / rounds;
        const answers = await race.atOnce(crowd, (i) =>
          i === placeOfLogout ? logOut(i) : refresh(login.refreshToken, i),
        );
        const [logout] = answers.splice(placeOfLogout, 1);
        race.demand('the logout', wordsOf(logout!), '200');
        race.demand('refreshes', strangeAmong(answers, ['200', ended]), []);
        const given = [login, ...given200(answers)];
        race.demand('refresh', await refreshBy(distinct(given.map(refreshTokenOf))), [ended]);
        race.demand('access', await accessAfterEnd(given.map(accessTokenOf), loggedOutAt), [ended]);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a refresh token older than the predecessor ends the session once while the current one is refreshed',
    async () => {
      const race = races.begin('reused refresh token');
      const ended = '401 session_ended refresh_token_reused';
      const users: string[] = [];
      await race.run(rounds, async (round) => {
        const first = await newcomer();
        users.push(first.user.id);
        const second = (await refresh(first.refreshToken, 0)).data;
        const third = (await refresh(second.refreshToken, 1)).data;
        // Places in pairs, so that both replicas see both.
        const showsOld = (i: number) => (Math.floor(i / 2) + round) % 2 === 0;
        const answers = await race.atOnce(crowd, (i) =>
          refresh(showsOld(i) ? first.refreshToken : third.refreshToken, i),
        );
        const endedAt = performance.now();
        const old = answers.filter((_, i) => showsOld(i));
        const current = answers.filter((_, i) => !showsOld(i));
        race.demand('the old', strangeAmong(old, ['401 refresh_token_reused', ended]), []);
        race.demand('the current', strangeAmong(current, ['200', ended]), []);
        const given = [first, second, third, ...given200(answers)];
        race.demand('refresh', await refreshBy(distinct(given.map(refreshTokenOf))), [ended]);
        race.demand('access', await accessAfterEnd(given.map(accessTokenOf), endedAt), [ended]);
      });
      await sleep(1000);
      const audit = service.app.get(AuditLog, { strict: false });
      for (const userId of users) {
        const { items } = await audit.list({ userId }, 50);
        const acts = items
          .map(({ event }) => event)
          .filter((event) => !/^(login|identity_created)$/.test(event));
        race.demand(`audit rows of ${userId}`, acts, ['refresh_token_reused']);
      }
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 200 guesses at one account 5 pass',
    async () => {
      const race = races.begin('limit of 5 guesses');
      const guess = (account: string, i: number): Promise<Ending> =>
        either(i)
          .app.get(LoginLimits, { strict: false })
          .guess(account, () => Promise.reject(new AppError('invalid_credentials')))
          .catch(({ status, error }: AppError) => ({ status, error }));
      await race.run(rounds, async () => {
        const account = randomUUID();
        const answers = await race.atOnce(200, (i) => guess(account, i));
        race.demand('answers', tallyOf(answers), {
          '401 invalid_credentials': 5,
          '429 too_many_requests': 195,
        });
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 attempts of one address 20 get past the gate where LOGIN_LIMIT_IP is 20',
    async () => {
      const narrow = { LOGIN_LIMIT_IP: '20/1m' };
      const gates = [await service.addReplica(narrow), await service.addReplica(narrow)];
      const attempt = (address: string, i: number) =>
        gates[i % 2]!.api(
          'POST',
          '/auth/wechat/mini-program',
          { code: 'wrong', appId: miniProgram.appId },
          { headers: { 'x-forwarded-for': address } },
        );
      const race = races.begin('LOGIN_LIMIT_IP of 20');
      await race.run(rounds, async (round) => {
        const answers = await race.atOnce(crowd, (i) => attempt(`198.18.0.${round}`, i));
        race.demand('answers', tallyOf(answers), {
          '401 wechat_code_invalid': 20,
          '429 too_many_requests': crowd - 20,
        });
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 logins with one X-Nonce one succeeds',
    async () => {
      const race = races.begin('nonce of a login');
      await race.run(rounds, async () => {
        const codes = await codesOf(stranger(service.simulator));
        const headers = { 'x-timestamp': String(Math.floor(Date.now() / 1000)), 'x-nonce': randomUUID() };
        const answers = await race.atOnce(crowd, (i) => post({ code: codes[i]! }, i, { headers }));
        race.demand('answers', tallyOf(answers), { 200: 1, '409 nonce_replayed': crowd - 1 });
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 repetitions of one signed request one is answered',
    async () => {
      const race = races.begin('nonce of a signed request');
      const body = 'token=x';
      const introspect = async (headers: Record<string, string>, i: number): Promise<Ending> => {
        const response = await fetch(`${either(i).base}/oauth/introspect`, { method: 'POST', headers, body });
        const { error } = (await response.json()) as { error?: string };
        return { status: response.status, error };
      };
      await race.run(rounds, async () => {
        const headers = signed(body);
        const answers = await race.atOnce(crowd, (i) => introspect(headers, i));
        race.demand('answers', tallyOf(answers), { 200: 1, '409 nonce_replayed': crowd - 1 });
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 logins of one person on the web the 2 that SESSION_LIMITS allows live on, the others are replaced',
    async () => {
      const race = races.begin('device limit web=2');
      const sessions = service.app.get(DataSource).getRepository(SessionEntity);
      const countOnTheWeb = (userId: string) =>
        sessions.countBy({ userId, deviceType: 'web', endedAt: IsNull() });
      // Ended or not, by the database's clock.
      const newestOnTheWeb = async (userId: string) => {
        const order = { createdAt: 'DESC', id: 'DESC' } as const;
        const newest = await sessions.find({ where: { userId, deviceType: 'web' }, order, take: 2 });
        return newest.map(({ id }) => id).sort();
      };
      await race.run(rounds, async () => {
        const someone = stranger(service.simulator);
        await someone.logIn(either(0));
        const codes = await codesOf(someone);
        const device = { type: 'web' };
        const answers = await race.atOnce(crowd, (i) => post({ code: codes[i]!, device }, i));
        race.demand('answers', tallyOf(answers), { 200: crowd });
        const logins = given200(answers);
        const newest = await newestOnTheWeb(logins[0].user.id);
        for (const replica of both()) {
          const asked = await Promise.all(logins.map((login) => me(accessTokenOf(login), replica)));
          race.demand('access', tallyOf(asked), { 200: 2, '401 session_ended replaced': crowd - 2 });
          const living = logins.filter((_, i) => asked[i]!.status === 200).map(sessionIdOf);
          race.demand('the living', living.sort(), newest);
        }
        race.demand('sessions stored', await countOnTheWeb(logins[0].user.id), 2);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    '100 logins with one Idempotency-Key make one session and ask WeChat once',
    async () => {
      const race = races.begin('Idempotency-Key');
      const exchangesOf = async (code: string) => {
        const calls = (await service.simulator.calls()) as unknown as { query: Record<string, string> }[];
        return calls.filter(({ query }) => query.js_code === code).length;
      };
      await race.run(rounds, async () => {
        const code = await stranger(service.simulator).code();
        const headers = { 'idempotency-key': randomUUID() };
        const answers = await race.atOnce(crowd, (i) => post({ code }, i, { headers }));
        race.demand('answers', tallyOf(answers), { 200: crowd });
        race.demand('different answers', distinct(answers.map(({ data }) => JSON.stringify(data))).length, 1);
        race.demand('exchanges', await exchangesOf(code), 1);
        const token = accessTokenOf(answers[0]!.data);
        const { data } = await either(1).api('GET', '/sessions', undefined, { token });
        race.demand('sessions', data.items.length, 1);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    '100 first logins of one person over two apps make one user',
    async () => {
      const race = races.begin('first logins over two apps');
      const users = service.app.get(DataSource).getRepository(UserEntity);
      // Places in pairs, so that both replicas see both.
      const appIdAt = (i: number) => (i % 4 < 2 ? miniProgram.appId : otherMiniProgram.appId);
      await race.run(rounds, async () => {
        const before = await users.count();
        const codes = await codesOf(stranger(service.simulator), appIdAt);
        const answers = await race.atOnce(crowd, (i) => post({ code: codes[i]!, appId: appIdAt(i) }, i));
        race.demand('answers', tallyOf(answers), { 200: crowd });
        const logins = given200(answers);
        race.demand('users answered', distinct(logins.map(({ user }) => user.id)).length, 1);
        race.demand('new users answered', logins.filter(({ isNewUser }) => isNewUser).length, 1);
        race.demand('users stored', (await users.count()) - before, 1);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );
});

const accessTokenOf = ({ accessToken }: { accessToken: string }) => accessToken;
const sessionIdOf = ({ sessionId }: { sessionId: string }) => sessionId;
const refreshTokenOf = ({ refreshToken }: { refreshToken: string }) => refreshToken;

function given200(answers: Answer[]): any[] {
  return answers.filter(({ status }) => status === 200).map(({ data }) => data);
}

/** The headers of a machine's request to introspect, signed as the contract says. */
function signed(body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = randomUUID();
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const text = ['POST', '/oauth/introspect', timestamp, nonce, bodyHash].join('\n');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-client-id': machine.id,
    'x-timestamp': timestamp,
    'x-nonce': nonce,
    'x-signature': createHmac('sha256', machine.secret).update(text).digest('hex'),
  };
}
