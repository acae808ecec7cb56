import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { shared } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { stranger } from '../support/person.js';
import { distinct, RaceTable, strangeAmong, tallyOf, wordsOf } from '../support/race-table.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

/** Each finds a broken race with near certainty in a few; the table that is shown has twenty. */
const rounds = process.env.RACE_TABLE ? 20 : 5;
const crowd = 100;
const timeoutMs = 400_000;
/** Within this, an end must be known to all replicas. */
const knownWithinMs = 1000;
const password = 'correct horse battery staple';
const newPassword = 'another horse, another staple';
/** Whoever finds too many before them is told to come back, and nothing has happened. */
const busy = '503 dependency_unavailable';
const changed = '401 session_ended password_changed';

describe(`passwords in ${rounds} rounds over two replicas on one database and one Redis`, () => {
  let service: RunningService;
  const races = new RaceTable();
  beforeAll(async () => {
    service = await startService(shared, {
      replicas: 2,
      env: { REPLICAS: '2', REGISTER_LIMIT: '1000000/1h', LOGIN_LIMIT_ACCOUNT: '1000000/1m' },
    });
  });
  afterAll(async () => {
    await service?.close();
    if (process.env.RACE_TABLE) process.stdout.write(`\n${races.toString()}\n`);
  });

  const either = (i: number) => service.replicas[i % 2]!;
  const register = (username: string, i: number) =>
    either(i).api('POST', '/auth/register', { username, password });
  const logIn = (username: string, i: number, known = password) =>
    either(i).api('POST', '/auth/login', { username, password: known });
  const put = (token: string, body: object, i: number) =>
    either(i).api('PUT', '/users/me/password', body, { token });
  const me = (token: string, i: number) => either(i).api('GET', '/users/me', undefined, { token });
  const refresh = (refreshToken: string, i: number) =>
    either(i).api('POST', '/auth/refresh', { refreshToken });

  /** How both replicas answer to these logins now; asked again while a replica may not know of their end. */
  async function remainsOf(logins: Tokens[], endedAt: number): Promise<string[]> {
    for (;;) {
      const askedAt = performance.now();
      const asked = logins.flatMap(({ accessToken, refreshToken }) =>
        [0, 1].flatMap((i) => [me(accessToken, i), refresh(refreshToken, i)]),
      );
      const words = distinct((await Promise.all(asked)).map(wordsOf));
      const isEarly = words.includes('200') && askedAt - endedAt <= knownWithinMs;
      if (!isEarly && !words.includes(busy)) return words;
      await sleep(20);
    }
  }

  it(
    'of 100 who register names that look alike one has it',
    async () => {
      const race = races.begin('register one name');
      const users = service.app.get(DataSource).getRepository(UserEntity);
      await race.run(rounds, async (round) => {
        const spellings = [`Crowd.${round}`, `crowd.${round}`, `CROWD.${round}`, `cr0wd.${round}`];
        const before = await users.count();
        const answers = await race.atOnce(crowd, (i) => register(spellings[(i >> 1) % 4]!, i));
        const made = answers.filter(({ status }) => status === 201).map(({ data }) => data.user.id);
        race.demand('others', strangeAmong(answers, ['201', '409 conflict', busy]), []);
        race.demand('users stored', (await users.count()) - before, 1);
        // Of a machine that has no time left even the one who was stored may be told to come back.
        const loggedIn = await Promise.all(spellings.map((spelling, i) => told(() => logIn(spelling, i))));
        const owners = distinct([...made, ...loggedIn.map(({ data }) => data?.user?.id)]);
        race.demand('made', made.length <= 1, true);
        race.demand('who has it', owners.length, 1);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 5 accounts that link one WeChat identity by 100 codes one has it',
    async () => {
      const race = races.begin('link one identity');
      const identities = service.app.get(DataSource).getRepository(WechatIdentityEntity);
      await race.run(rounds, async (round) => {
        const someone = stranger(service.simulator);
        const owners: (Tokens & { user: { id: string } })[] = [];
        for (let i = 0; i < 5; i++) owners.push((await told(() => register(`linker.${round}.${i}`, i))).data);
        const codes = await Promise.all(Array.from({ length: crowd }, () => someone.code()));
        const ownerAt = (i: number) => owners[(i >> 1) % 5]!;
        const answers = await race.atOnce(crowd, (i) => {
          const body = { kind: 'mini-program', appId: miniProgram.appId, code: codes[i] };
          return either(i).api('POST', '/users/me/identities', body, { token: ownerAt(i).accessToken });
        });
        const linked = answers.flatMap(({ status }, i) => (status === 201 ? [ownerAt(i).user.id] : []));
        race.demand('owners answered', distinct(linked).length, 1);
        race.demand('answers', strangeAmong(answers, ['201', '409 identity_taken', busy]), []);
        const [id] = distinct(answers.flatMap(({ status, data }) => (status === 201 ? [data.id] : [])));
        race.demand('owner stored', (await identities.findOneBy({ id }))?.userId, linked[0]);
        const login = await told(() => someone.logIn(either(round)));
        race.demand('logged in', login.data?.user?.id, linked[0]);
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a change of password among 99 logins and refreshes leaves no token alive but those of who changed it',
    async () => {
      const race = races.begin('password change against login and refresh');
      await race.run(rounds, async (round) => {
        const username = `changer.${round}`;
        const own = (await told(() => register(username, 0))).data;
        const others: Tokens[] = [];
        for (const i of [0, 1]) others.push((await told(() => logIn(username, i))).data);
        for (const { accessToken } of others) await Promise.all([me(accessToken, 0), me(accessToken, 1)]);
        let changedAt = Infinity;
        const change = async (i: number) => {
          const body = { currentPassword: password, newPassword };
          const answer = await told(() => put(own.accessToken, body, i));
          changedAt = performance.now();
          return answer;
        };
        const placeOfChange = round * 3;
        const answers = await race.atOnce(crowd, async (i) => {
          // Hashing takes longest: spread out, some come before the change is made and some after.
          await sleep(i * 6);
          if (i === placeOfChange) return change(i);
          return i % 3 === 2 ? logIn(username, i) : refresh(others[(i >> 1) % 2]!.refreshToken, i);
        });
        const [first] = answers.splice(placeOfChange, 1);
        race.demand('the change', wordsOf(first!), '200');
        const expected = ['200', changed, '401 invalid_credentials', busy];
        race.demand('the others', strangeAmong(answers, expected), []);
        const given = answers.flatMap(({ status, data }) => (status === 200 ? [data as Tokens] : []));
        race.demand('what remains', await remainsOf([...others, ...given], changedAt), [changed]);
        const old = await told(() => logIn(username, 1));
        race.demand('the old password', wordsOf(old), '401 invalid_credentials');
        race.demand('the new one', wordsOf(await told(() => logIn(username, 0, newPassword))), '200');
        race.demand('the own session', wordsOf(await told(() => me(own.accessToken, 1))), '200');
        race.demand('its refresh', wordsOf(await told(() => refresh(own.refreshToken, 1))), '200');
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 changes of one password one is made, and its words get in afterwards',
    async () => {
      const race = races.begin('100 changes of one password');
      await race.run(rounds, async (round) => {
        const username = `many.${round}`;
        const sessions: Tokens[] = [(await told(() => register(username, 0))).data];
        for (let i = 1; i < 4; i++) sessions.push((await told(() => logIn(username, i))).data);
        const choiceOf = (i: number) => `a choice of many, the ${i}th`;
        const answers = await race.atOnce(crowd, (i) =>
          put(
            sessions[(i >> 1) % 4]!.accessToken,
            { currentPassword: password, newPassword: choiceOf(i) },
            i,
          ),
        );
        race.demand('made', tallyOf(answers)['200'], 1);
        const expected = ['200', '401 invalid_credentials', changed, busy];
        race.demand('others', strangeAmong(answers, expected), []);
        const winner = answers.findIndex(({ status }) => status === 200);
        const login = await told(() => logIn(username, 1, choiceOf(winner)));
        race.demand('logged in', wordsOf(login), '200');
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'of 100 first passwords one is set, with its name',
    async () => {
      const race = races.begin('100 first passwords');
      await race.run(rounds, async (round) => {
        const someone = stranger(service.simulator);
        const { data } = await told(() => someone.logIn(either(round)));
        const nameOf = (i: number) => `first.${round}.no${i}`;
        const answers = await race.atOnce(crowd, (i) =>
          put(data.accessToken, { username: nameOf(i), newPassword }, i),
        );
        race.demand('made', tallyOf(answers)['200'], 1);
        const late = '400 invalid_request';
        race.demand('others', strangeAmong(answers, ['200', '409 conflict', late, busy]), []);
        const winner = answers.findIndex(({ status }) => status === 200);
        const { data: user } = await told(() => me(data.accessToken, 1));
        race.demand('the name', user.username, nameOf(winner));
        const login = await told(() => logIn(nameOf(winner), 1, newPassword));
        race.demand('logged in', wordsOf(login), '200');
      });
      expect(race.violations).toEqual([]);
    },
    timeoutMs,
  );
});

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Asks until somebody has the time to answer. */
async function told(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await sleep(100);
  }
}
