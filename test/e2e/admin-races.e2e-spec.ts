import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull } from 'typeorm';
import { BlockEntity } from '../../src/audit/block.entity.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { shared } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { newOperator, setStanding } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { distinct, RaceTable, strangeAmong, wordsOf } from '../support/race-table.js';
import { miniProgram } from '../support/start-simulator.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

/** Each finds a broken race with near certainty in a few; the table that is shown has twenty. */
const rounds = process.env.RACE_TABLE ? 20 : 5;
const crowd = 100;
const timeoutMs = 180_000;
/** Within this, an end must be known to all replicas. */
const knownWithinMs = 1000;
/** On a machine with much else to do, some of a crowd wait for too long: they are told to come again, and nothing happened. */
const busy = '503 dependency_unavailable';
/** How many administrators try to be rid of each other. */
const quorum = 5;

type Operator = Awaited<ReturnType<typeof newOperator>>;

describe(`in ${rounds} rounds over two replicas on one database and one Redis`, () => {
  let service: RunningService;
  let chief: Operator;
  const races = new RaceTable();
  beforeAll(async () => {
    service = await startService(shared, { replicas: 2, env: { REPLICAS: '2' } });
    chief = await newOperator(service, 'admin');
  });
  afterAll(async () => {
    await service?.close();
    if (process.env.RACE_TABLE) process.stdout.write(`\n${races.toString()}\n`);
  });

  const both = () => service.replicas.slice(0, 2);
  const either = (i: number) => service.replicas[i % 2]!;
  const rowsOf = <Row extends object>(entity: new () => Row) =>
    service.app.get(DataSource).getRepository(entity);
  const me = (token: string, replica: Replica) => replica.api('GET', '/users/me', undefined, { token });
  const refresh = (refreshToken: string, i: number) =>
    either(i).api('POST', '/auth/refresh', { refreshToken });
  const change = (by: Operator, id: string, body: object, i: number) =>
    either(i).api('PATCH', `/admin/users/${id}`, body, { token: by.accessToken });
  const logIn = (code: string, i: number) =>
    either(i).api('POST', '/auth/wechat/mini-program', { appId: miniProgram.appId, code });

  /** What an operator does as often as it takes. */
  async function insist(act: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await act();
      if (wordsOf(answer) !== busy) return answer;
      await sleep(200);
    }
  }

  /**
   * Starts a crowd of which the operator is one, who acts once so many of the others were answered: a bit later in each
   * round, from the first to the last of them.
   */
  function crowdWithOperator(
    race: ReturnType<RaceTable['begin']>,
    round: number,
    operator: () => Promise<Answer>,
    others: (i: number) => Promise<Answer>,
  ): Promise<Answer[]> {
    const turn = Math.floor((round * (crowd - 1)) / rounds);
    let answered = 0;
    let begin = () => undefined as void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const noteAnswer = () => {
      if (answered++ >= turn) begin();
    };
    if (turn === 0) begin();
    return race.atOnce(crowd, async (i) => {
      if (i === 0) return begun.then(() => insist(operator));
      return others(i).finally(noteAnswer);
    });
  }

  /** How both replicas answer to each of the access tokens, asked again as long as an end may yet be unknown to one. */
  async function accessAfterEnd(tokens: string[], endedAt: number): Promise<string[]> {
    for (;;) {
      const askedAt = performance.now();
      const answers = await Promise.all(
        tokens.flatMap((token) => both().map((replica) => me(token, replica))),
      );
      const words = distinct(answers.map(wordsOf));
      if (!words.includes('200') || askedAt - endedAt > knownWithinMs) return words;
      await sleep(20);
    }
  }

  it(
    `${quorum} administrators who demote, lock and erase each other leave exactly one`,
    async () => {
      const race = races.begin('last administrator');
      const active = () => rowsOf(UserEntity).findBy({ role: 'admin', status: 'active' });
      const dismissals = [
        (by: Operator, of: Operator, i: number) => change(by, of.user.id, { role: 'user' }, i),
        (by: Operator, of: Operator, i: number) => change(by, of.user.id, { status: 'locked' }, i),
        (by: Operator, _: Operator, i: number) =>
          either(i).api('DELETE', '/users/me', undefined, { token: by.accessToken }),
      ];
      const expected = [
        '200',
        '409 last_administrator',
        // Whoever asks, or is asked about, is one no more.
        '403 forbidden',
        '401 session_ended user_locked',
        '401 session_ended user_erased',
        '404 not_found',
        busy,
      ];
      await race.run(rounds, async (round) => {
        const before = await active();
        const admins: Operator[] = [];
        for (let i = 0; i < quorum; i++) admins.push(await newOperator(service, 'admin'));
        for (const { id } of before) await setStanding(service, id, { role: 'user' });
        const answers = await race.atOnce(crowd, (i) => {
          const [by, of] = [admins[(i + round) % quorum]!, admins[Math.floor(i / quorum) % quorum]!];
          return dismissals[(i + round) % dismissals.length]!(by, of, i);
        });
        race.demand('answers', strangeAmong(answers, expected), []);
        race.demand('there is an administrator', (await active()).length > 0, true);
        // Those who were told to come again.
        for (const by of admins)
          for (const of of admins)
            if (by !== of) await insist(() => change(by, of.user.id, { role: 'user' }, round));
        const [left, ...others] = await active();
        race.demand('administrators left beside one', left && others.length, 0);
        const survivor = admins.find(({ user }) => user.id === left?.id);
        for (const replica of both()) {
          const answer = await replica.api('GET', '/admin/merges', undefined, {
            token: survivor?.accessToken,
          });
          race.demand('what the last one may', wordsOf(answer), '200');
        }
      });
      chief = await newOperator(service, 'admin');
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a lock among 50 refreshes and 49 logins leaves no token alive that was ever given',
    async () => {
      const race = races.begin('lock against refresh and login');
      const ended = '401 session_ended user_locked';
      await race.run(rounds, async (round) => {
        const someone = stranger(service.simulator);
        const login = (await someone.logIn(either(0))).data;
        const codes = await Promise.all(Array.from({ length: crowd }, () => someone.code()));
        let lockedAt = Infinity;
        const lock = async () => {
          const answer = await change(chief, login.user.id, { status: 'locked' }, round);
          lockedAt = performance.now();
          return answer;
        };
        const answers = await crowdWithOperator(race, round, lock, (i) =>
          i % 4 < 2 ? refresh(login.refreshToken, i) : logIn(codes[i]!, i),
        );
        race.demand('the lock', wordsOf(answers.shift()!), '200');
        race.demand('the others', strangeAmong(answers, ['200', ended, '403 user_locked', busy]), []);
        const given = [login, ...given200(answers)];
        const refreshed = await Promise.all(given.map(({ refreshToken }, i) => refresh(refreshToken, i)));
        race.demand('refresh', distinct(refreshed.map(wordsOf)), [ended]);
        const tokens = given.map(({ accessToken }) => accessToken);
        race.demand('access', await accessAfterEnd(tokens, lockedAt), [ended]);
        race.demand('a login', wordsOf(await someone.logIn(either(1))), '403 user_locked');
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'once a demotion was answered no write of the administrator succeeds that was begun after it',
    async () => {
      const race = races.begin('demotion against writes');
      await race.run(rounds, async (round) => {
        const doomed = await newOperator(service, 'admin');
        // Both replicas remember the session as an administrator's.
        await Promise.all(both().map((replica) => me(doomed.accessToken, replica)));
        let demoted: Promise<unknown>;
        const demote = () =>
          insist(() => change(chief, doomed.user.id, { role: round % 2 ? 'user' : 'auditor' }, round));
        // The last quarter begins once the demotion was answered, while earlier writes are still under way.
        const isLate = (i: number) => i >= (crowd * 3) / 4;
        const write = async (i: number) => {
          if (isLate(i)) await demoted;
          const reason = `${isLate(i) ? 'late' : 'early'} ${round}`;
          const body = { kind: 'address', value: `198.18.${round}.${i}`, reason };
          return either(i).api('POST', '/admin/blocks', body, { token: doomed.accessToken });
        };
        const answers = await race.atOnce(crowd, (i) => {
          if (i > 0) return write(i);
          const answer = sleep(round * 4).then(demote);
          demoted = answer;
          return answer;
        });
        race.demand('the demotion', wordsOf(answers.shift()!), '200');
        race.demand('writes', strangeAmong(answers, ['201', '403 forbidden', busy]), []);
        const late = answers.filter((_, i) => isLate(i + 1));
        race.demand('late writes', strangeAmong(late, ['403 forbidden', busy]), []);
        race.demand('late blocks', await rowsOf(BlockEntity).countBy({ reason: `late ${round}` }), 0);
        const role = round % 2 ? '403 forbidden' : '200';
        for (const replica of both()) {
          const token = doomed.accessToken;
          const read = await replica.api('GET', '/admin/audit-log?limit=1', undefined, { token });
          race.demand('what the role still allows', wordsOf(read), role);
        }
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a role changed among 99 logins is the role of every session',
    async () => {
      const race = races.begin('role against logins');
      await race.run(rounds, async (round) => {
        const someone = stranger(service.simulator);
        const { user } = (await someone.logIn(either(0))).data;
        const codes = await Promise.all(Array.from({ length: crowd }, () => someone.code()));
        const promote = () => change(chief, user.id, { role: 'auditor' }, round);
        const answers = await crowdWithOperator(race, round, promote, (i) => logIn(codes[i]!, i));
        race.demand('the change', wordsOf(answers.shift()!), '200');
        race.demand('logins', strangeAmong(answers, ['200', busy]), []);
        const sessions = await rowsOf(SessionEntity).findBy({ userId: user.id, endedAt: IsNull() });
        race.demand('roles', distinct(sessions.map(({ role }) => role)), ['auditor']);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );
});

function given200(answers: Answer[]): any[] {
  return answers.filter(({ status }) => status === 200).map(({ data }) => data);
}
