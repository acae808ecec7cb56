import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openidOf, personNamed, unionidOf } from '../../src/simulator/people.js';
import { backends, embedded } from '../support/backends.js';
import { browser, placeOf } from '../support/browser.js';
import type { Answer } from '../support/client.js';
import { type Case, DoorTable } from '../support/door-table.js';
import { DoorWitness } from '../support/door-witness.js';
import {
  type Door,
  doors,
  isSilent,
  knock,
  knockWith,
  linkBy,
  otherThan,
  outspoken,
  redirects,
  strangeApps,
} from '../support/doors.js';
import { tallyOf, wordsOf } from '../support/race-table.js';
import { appOf } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const crowd = 50;
const lockRounds = 20;
const mergeRounds = 10;
/** Spreads the locks of all rounds over the time that a login takes. */
const laterByMs = 2;
const nothing = { users: 0, identities: 0, sessions: 0 };

let count = 0;
const somebody = () => `at the door ${process.pid} ${(count += 1)}`;

const tables = new Map(backends.map(({ name }) => [name, new DoorTable()]));
afterAll(() => {
  if (!process.env.DOOR_TABLE) return;
  for (const [name, table] of tables) process.stdout.write(`\n${name}\n\n${table.toString()}`);
});

describe.each(backends)('on $name', (backend) => {
  let service: RunningService;
  let witness: DoorWitness;
  beforeAll(async () => {
    const replicas = backend === embedded ? 1 : 2;
    service = await startService(backend, { replicas, strangeApps, env: { REPLICAS: String(replicas) } });
    witness = new DoorWitness(service);
  });
  afterAll(() => service?.close());

  const either = (i: number) => service.replicas[i % service.replicas.length]!;

  describe.each(doors)('the door $name', (door) => {
    const { appId } = appOf(door.kind);
    const other = otherThan(door);
    const refusedWith = (error: string, status: number) => (redirects(door) ? 303 : status) + ` ${error}`;
    const note = (which: Case, words: string) => tables.get(backend.name)!.note(door.name, which, words);

    const enter = async (person: string, by: Door = door, options = {}) =>
      (await knock(service, by, person, options)).enter();

    describe('first login', () => {
      it('lets somebody new in as a new user with one identity', async () => {
        const person = somebody();
        const before = await witness.counts();
        const login = await enter(person);
        const identities = await witness.identitiesOf(login);
        note('first login', `${welcome(login)}, unionid ${identities.map(statusOf).join()}`);
        expect(login).toMatchObject({ status: 200, data: { isNewUser: true, user: { status: 'active' } } });
        expect(await witness.growthSince(before)).toEqual({ users: 1, identities: 1, sessions: 1 });
        expect(identities).toEqual([
          {
            id: expect.any(String),
            kind: door.kind,
            appId,
            openid: openidOf(personNamed(person), appId),
            unionid: isSilent(door) ? null : unionidOf(personNamed(person), 'simulated'),
            unionidStatus: isSilent(door) ? 'scope_base' : 'present',
            linkedAt: expect.any(String),
          },
        ]);
        const { accessToken: token, sessionId, user } = login.data;
        expect(claimsOf(token)).toMatchObject({ sub: user.id, sid: sessionId, client_id: appId });
        const { data } = await service.api('GET', '/sessions', undefined, { token });
        expect(data.items).toMatchObject([{ id: sessionId, via: door.kind, current: true }]);
        const recorded = await witness.acts({ userId: user.id });
        expect(recorded.sort()).toEqual([`identity_created success ${appId}`, `login success ${appId}`]);
      });

      it('notes why there is no unionid', async () => {
        const login = await enter(somebody(), door, { unionid: false });
        const statuses = (await witness.identitiesOf(login)).map(statusOf);
        note('first login', `${welcome(login)}, unionid ${statuses.join()}`);
        expect(login).toMatchObject({ status: 200, data: { isNewUser: true } });
        expect(statuses).toEqual([isSilent(door) ? 'scope_base' : 'app_not_bound']);
      });
    });

    it('knows a person again, each time in a new session', async () => {
      const person = somebody();
      const first = await enter(person);
      const before = await witness.counts();
      const second = await enter(person);
      note('repeat', welcome(second));
      expect(second).toMatchObject({ status: 200, data: { isNewUser: false } });
      expect(second.data.user.id).toBe(first.data.user.id);
      expect(await witness.growthSince(before)).toEqual({ ...nothing, sessions: 1 });
      expect((await witness.acts({ userId: first.data.user.id })).sort()).toEqual([
        `identity_created success ${appId}`,
        `login success ${appId}`,
        `login success ${appId}`,
      ]);
    });

    describe('linked', () => {
      it('lets in who has linked it, until it is unlinked, and never takes the last one away', async () => {
        const [person, linked] = [somebody(), somebody()];
        const home = await enter(person, other);
        const link = await linkBy(service, door, linked, home.data.accessToken);
        expect(wordsOf(link)).toBe(redirects(door) ? '303' : '201');
        const login = await enter(linked);
        note('linked', `${wordsOf(link)}, then ${welcome(login)}`);
        expect(login).toMatchObject({ status: 200, data: { isNewUser: false } });
        expect(login.data.user.id).toBe(home.data.user.id);
        const again = await linkBy(service, door, linked, home.data.accessToken);
        expect(wordsOf(again)).toBe(wordsOf(link));

        const [own, added] = await witness.identitiesOf(home);
        expect([own!.kind, added!.kind]).toEqual([other.kind, door.kind]);
        const unlink = (id: string) =>
          service.api('DELETE', `/users/me/identities/${id}`, undefined, { token: home.data.accessToken });
        const unlinked = await unlink(added!.id);
        const stranger = await enter(linked);
        const last = await unlink(own!.id);
        note('linked', `unlinked ${wordsOf(unlinked)}, then ${welcome(stranger)}; the last ${wordsOf(last)}`);
        expect(unlinked.status).toBe(200);
        expect(stranger.data.isNewUser).toBe(true);
        expect(stranger.data.user.id).not.toBe(home.data.user.id);
        expect(last).toMatchObject({ status: 409, error: 'last_identity' });
        expect(await witness.identitiesOf(home)).toEqual([own]);
        const recorded = await witness.acts({ userId: home.data.user.id });
        expect(recorded.filter((act) => act.startsWith('identity_')).sort()).toEqual([
          `identity_created success ${appOf(other.kind).appId}`,
          `identity_linked success ${appId}`,
          `identity_unlinked success ${appId}`,
        ]);
      });

      it('does not let its last identity go either', async () => {
        const login = await enter(somebody());
        const [only] = await witness.identitiesOf(login);
        const token = login.data.accessToken as string;
        const last = await service.api('DELETE', `/users/me/identities/${only!.id}`, undefined, { token });
        expect(last).toMatchObject({ status: 409, error: 'last_identity' });
        expect(await witness.identitiesOf(login)).toEqual([only]);
      });

      it('links nothing that is another user’s, and moves nothing', async () => {
        const [person, owner] = [somebody(), somebody()];
        const mine = await enter(person, other);
        const theirs = await enter(owner);
        const before = [await witness.identitiesOf(mine), await witness.identitiesOf(theirs)];
        const taken = await linkBy(service, door, owner, mine.data.accessToken);
        note('linked', `another's ${wordsOf(taken)}`);
        expect(wordsOf(taken)).toBe(refusedWith('identity_taken', 409));
        expect([await witness.identitiesOf(mine), await witness.identitiesOf(theirs)]).toEqual(before);
        expect((await enter(owner)).data.user.id).toBe(theirs.data.user.id);
      });

      it('links one WeChat account to one of two users who link it at once', async () => {
        const owner = somebody();
        const users = [await enter(somebody(), other), await enter(somebody(), other)];
        const links = await Promise.all(
          users.map(({ data }) => linkBy(service, door, owner, data.accessToken as string)),
        );
        note('linked', `by two users at once: ${wordsOfTally(links)}`);
        expect(tallyOf(links)).toEqual({
          [redirects(door) ? '303' : '201']: 1,
          [refusedWith('identity_taken', 409)]: 1,
        });
        const login = await enter(owner);
        expect(login.data).toMatchObject({
          isNewUser: false,
          user: { id: userOf(users[links.findIndex(({ error }) => !error)]!) },
        });
      });

      if (redirects(door)) {
        it('links nothing once the session that began it has ended', async () => {
          const [who, owner] = [browser(service), somebody()];
          const { accessToken: token } = (await enter(somebody(), other)).data;
          const body = { kind: door.kind, returnTo: '/linked' };
          const begun = await who.post('/users/me/identities/authorize', body, { token });
          await service.api('POST', '/auth/logout', undefined, { token });
          const callback = (await service.simulator.consent(begun.data.url, { person: owner }))!;
          expect(placeOf(await who.open(callback)).searchParams.get('error')).toBe('session_ended');
          expect((await enter(owner)).data.isNewUser).toBe(true);
        });
      }

      // An official account is asked silently when it is linked, so that there is no unionid to tell by.
      if (door.kind !== 'official-account') {
        it('links nothing whose unionid is another user’s', async () => {
          const [person, owner] = [somebody(), somebody()];
          const mine = await enter(person, other);
          const theirs = await enter(owner, other);
          const taken = await linkBy(service, door, owner, mine.data.accessToken);
          expect(wordsOf(taken)).toBe(refusedWith('identity_taken', 409));
          expect(await witness.identitiesOf(mine)).toHaveLength(1);
          const login = await enter(owner);
          expect(login.data).toMatchObject({ isNewUser: false, user: { id: theirs.data.user.id } });
        });
      }
    });

    describe('late unionid', () => {
      it('fills a late unionid in, by which other doors find the user', async () => {
        const person = somebody();
        const first = await enter(person, door, { unionid: false });
        const late = await enter(person, outspoken(door));
        note('late unionid', `filled in: ${welcome(late)}`);
        expect(late.data).toMatchObject({ isNewUser: false, user: { id: first.data.user.id } });
        expect((await witness.identitiesOf(late)).map(statusOf)).toEqual(['present']);
        const elsewhere = await enter(person, other);
        expect(elsewhere.data).toMatchObject({ isNewUser: false, user: { id: first.data.user.id } });
      });

      it('makes two users one by a late unionid, the older of which was made here', async () => {
        const person = somebody();
        const older = await enter(person, door, { unionid: false });
        const younger = await enter(person, other);
        expect(younger.data.isNewUser).toBe(true);
        const late = await enter(person, outspoken(door));
        const ended = await witness.remainsOfEnded(younger);
        note('late unionid', `older here: ${welcome(late)}, the younger's sessions ${ended.join()}`);
        expect(late.data).toMatchObject({ isNewUser: false, user: { id: older.data.user.id } });
        expect(ended).toEqual(['401 session_ended merged']);
        expect(await witness.remainsOf(older)).toEqual(['200']);
        const elsewhere = await enter(person, other);
        expect(elsewhere.data).toMatchObject({ isNewUser: false, user: { id: older.data.user.id } });
        expect((await witness.identitiesOf(late)).map(statusOf)).toEqual(['present', 'present']);
        expect(await witness.acts({ userId: older.data.user.id })).toContain(
          `users_merged success ${appId} ${younger.data.user.id}`,
        );
      });

      it('makes two users one by a late unionid, the younger of which was made here', async () => {
        const person = somebody();
        const older = await enter(person, other);
        const younger = await enter(person, door, { unionid: false });
        expect(younger.data.isNewUser).toBe(true);
        const late = await enter(person, outspoken(door));
        const ended = await witness.remainsOfEnded(younger);
        note('late unionid', `younger here: ${welcome(late)}, its sessions ${ended.join()}`);
        expect(late.data).toMatchObject({ isNewUser: false, user: { id: older.data.user.id } });
        expect(ended).toEqual(['401 session_ended merged']);
        expect(await witness.remainsOf(older)).toEqual(['200']);
        expect((await enter(person)).data.user.id).toBe(older.data.user.id);
        expect((await witness.acts({ userId: younger.data.user.id }))[0]).toBe(
          `session_ended success ${appId} merged`,
        );
      });

      it('makes two users one of 20 late unionids at once', async () => {
        const person = somebody();
        const older = await enter(person, door, { unionid: false });
        const younger = await enter(person, other);
        const knocks = await Promise.all(
          Array.from({ length: 20 }, () => knock(service, outspoken(door), person)),
        );
        const logins = await Promise.all(knocks.map((one, i) => one.enter({ via: either(i) })));
        note(
          'late unionid',
          `20 at once: ${wordsOfTally(logins)}, ${distinct(logins.map(userOf)).length} user`,
        );
        expect(tallyOf(logins)).toEqual({ 200: 20 });
        expect(distinct(logins.map(userOf))).toEqual([older.data.user.id]);
        expect(await witness.remainsOfEnded(younger)).toEqual(['401 session_ended merged']);
        expect(await witness.remainsOf(logins[0]!)).toEqual(['200']);
      });

      it('repeats no login of a user who has become another since', async () => {
        const person = somebody();
        await enter(person, other);
        const headers = { 'idempotency-key': randomUUID() };
        const early = await knock(service, door, person, { unionid: false });
        const here = await knock(service, door, person, { unionid: false, returnTo: null });
        const first = await early.ask({ headers });
        await here.ask({ headers: { 'idempotency-key': randomUUID() } });
        const late = await enter(person, outspoken(door));
        const repeated = await early.ask({ headers });
        note('late unionid', `an earlier login repeated: ${wordsOf(repeated)}`);
        expect(repeated.error).toBe('session_ended');
        if (!redirects(door)) return;
        expect(await here.ask()).toMatchObject({ error: 'session_ended', data: { reason: 'merged' } });
        const loginCode = placeOf(first).searchParams.get('loginCode');
        const exchanged = await service.api('POST', '/auth/token', { loginCode });
        expect(exchanged).toMatchObject({ status: 401, error: 'login_code_invalid' });
        expect(await witness.remainsOf(late)).toEqual(['200']);
      });

      it(`leaves the younger no live session where its login races the merge, in ${mergeRounds} rounds`, async () => {
        const answers: Answer[] = [];
        for (let round = 0; round < mergeRounds; round++) {
          const person = somebody();
          const older = await enter(person, door, { unionid: false });
          const younger = await enter(person, other);
          const racing = await Promise.all([
            knock(service, outspoken(door), person),
            knock(service, other, person),
            knock(service, other, person),
          ]);
          const logins = await Promise.all(racing.map((one, i) => one.enter({ via: either(i) })));
          answers.push(...logins);
          expect(await witness.livingSessionsOf(younger.data.user.id)).toBe(0);
          for (const login of logins) {
            if (userOf(login) === userOf(older)) expect(await witness.remainsOf(login)).toEqual(['200']);
            else expect(await witness.remainsOfEnded(login)).toEqual(['401 session_ended merged']);
          }
        }
        note('late unionid', `${mergeRounds} races of merge and logins: ${wordsOfTally(answers)}`);
        expect(tallyOf(answers)).toEqual({ 200: 3 * mergeRounds });
      });
    });

    it('refuses codes of other apps, of the same kind or another, and makes nothing of them', async () => {
      const person = somebody();
      const strange = strangeApps.filter(({ kind }) => kind === door.kind);
      const ours = distinct(doors.map(({ kind }) => kind))
        .filter((kind) => kind !== door.kind)
        .map(appOf);
      const before = await witness.counts();
      const answers: Answer[] = [];
      for (const app of [...strange, ...ours]) {
        const code = await service.simulator.code(person, { kind: app.kind, appId: app.appId });
        answers.push(await (await knockWith(service, door, code)).enter());
        if (!redirects(door)) continue;
        answers.push(await (await knockWith(service, door, code, { returnTo: null })).enter());
      }
      note('foreign code', wordsOfTally(answers));
      const refused = new Set(['401 wechat_code_invalid', refusedWith('wechat_code_invalid', 401)]);
      expect(new Set(answers.map(wordsOf))).toEqual(refused);
      expect(await witness.growthSince(before)).toEqual(nothing);
      expect((await witness.acts({ event: 'login' }))[0]).toBe(`login failure ${appId} wechat_code_invalid`);
    });

    it('refuses a used code, and makes nothing of it', async () => {
      const first = await knock(service, door, somebody());
      expect(await first.enter()).toMatchObject({ status: 200 });
      const before = await witness.counts();
      const second = await (await knockWith(service, door, first.code)).enter();
      note('used code', wordsOf(second));
      expect(wordsOf(second)).toBe(refusedWith('wechat_code_used', 401));
      const here = await (await knockWith(service, door, first.code, { returnTo: null })).enter();
      expect(here).toMatchObject({ status: 401, error: 'wechat_code_used' });
      expect(await witness.growthSince(before)).toEqual(nothing);
      expect((await witness.acts({ event: 'login' }))[0]).toBe(`login failure ${appId} wechat_code_used`);
    });

    describe('50 at once', () => {
      if (redirects(door)) {
        it(`gives ${crowd} callbacks at once one login code of one exchange`, async () => {
          const one = await knock(service, door, somebody());
          const before = await witness.counts();
          const answers = await atOnce((i) => one.ask({ via: either(i) }));
          const places = distinct(answers.map((answer) => placeOf(answer).href));
          note('50 at once', `one callback: ${wordsOfTally(answers)}, ${places.length} login code`);
          expect(tallyOf(answers)).toEqual({ 303: crowd });
          expect(places).toEqual([expect.stringContaining('/there?loginCode=')]);
          expect(await witness.exchangesOf(one.code)).toBe(1);
          expect(await one.enter()).toMatchObject({ status: 200, data: { isNewUser: true } });
          expect(await witness.growthSince(before)).toEqual({ users: 1, identities: 1, sessions: 1 });
        });

        it(`gives ${crowd} callbacks without a returnTo at once one session of one exchange`, async () => {
          const one = await knock(service, door, somebody(), { returnTo: null });
          const answers = await atOnce((i) => one.ask({ via: either(i) }));
          const sessions = distinct(answers.map(({ data }) => data.sessionId as string));
          note('50 at once', `without returnTo: ${wordsOfTally(answers)}, ${sessions.length} session`);
          expect(tallyOf(answers)).toEqual({ 200: crowd });
          expect(sessions).toHaveLength(1);
          expect(await witness.exchangesOf(one.code)).toBe(1);
        });
      } else {
        it(`lets one code serve once, ${crowd} at once`, async () => {
          const one = await knock(service, door, somebody());
          const before = await witness.counts();
          const answers = await atOnce((i) => one.ask({ via: either(i) }));
          note('50 at once', `one code: ${wordsOfTally(answers)}`);
          expect(tallyOf(answers)).toEqual({ 200: 1, '401 wechat_code_used': crowd - 1 });
          expect(await witness.growthSince(before)).toEqual({ users: 1, identities: 1, sessions: 1 });
        });

        it(`gives ${crowd} requests of one Idempotency-Key at once the same answer of one exchange`, async () => {
          const one = await knock(service, door, somebody());
          const headers = { 'idempotency-key': randomUUID() };
          const answers = await atOnce((i) => one.ask({ via: either(i), headers }));
          const different = distinct(answers.map(({ data }) => JSON.stringify(data)));
          note('50 at once', `one key: ${wordsOfTally(answers)}, ${different.length} answer`);
          expect(tallyOf(answers)).toEqual({ 200: crowd });
          expect(different).toHaveLength(1);
          expect(await witness.exchangesOf(one.code)).toBe(1);
        });
      }

      it(`makes one user of ${crowd} first codes of one person at once`, async () => {
        const person = somebody();
        const before = await witness.counts();
        const knocks = await Promise.all(Array.from({ length: crowd }, () => knock(service, door, person)));
        const logins = await atOnce((i) => knocks[i]!.enter({ via: either(i) }));
        const users = distinct(logins.map(userOf));
        const fresh = logins.filter(({ data }) => data.isNewUser).length;
        note('50 at once', `first codes: ${wordsOfTally(logins)}, ${users.length} user, ${fresh} new`);
        expect(tallyOf(logins)).toEqual({ 200: crowd });
        expect(users).toHaveLength(1);
        expect(fresh).toBe(1);
        expect(await witness.growthSince(before)).toEqual({ users: 1, identities: 1, sessions: crowd });
      });
    });

    describe('locked', () => {
      it.each(['older', 'younger'])(
        'lets nobody in by a late unionid where the %s is locked',
        async (which) => {
          const person = somebody();
          const older = await enter(person, other);
          const younger = await enter(person, door, { unionid: false });
          await witness.lock(userOf(which === 'older' ? older : younger));
          const late = await enter(person, outspoken(door));
          note('locked', `merged with a locked ${which} user: ${wordsOf(late)}`);
          expect(wordsOf(late)).toBe(refusedWith('user_locked', 403));
          for (const login of [older, younger]) {
            expect(await witness.livingSessionsOf(userOf(login))).toBe(0);
            expect((await witness.remainsOfEnded(login)).join()).toMatch(
              /^401 session_ended (merged|user_locked)$/,
            );
          }
          const elsewhere = await enter(person, other);
          expect(elsewhere).toMatchObject({ status: 403, error: 'user_locked' });
        },
      );

      it('refuses a locked user, at the last step too', async () => {
        const person = somebody();
        const { user } = (await enter(person)).data;
        const under = await knock(service, door, person);
        const waiting = redirects(door) ? await under.ask() : undefined;
        const here = await knock(service, door, person, { returnTo: null });
        await witness.lock(user.id);
        const answer = await enter(person);
        note('locked', wordsOf(answer));
        expect(wordsOf(answer)).toBe(refusedWith('user_locked', 403));
        expect(await here.enter()).toMatchObject({ status: 403, error: 'user_locked' });
        if (waiting) {
          const loginCode = placeOf(waiting).searchParams.get('loginCode');
          const exchanged = await service.api('POST', '/auth/token', { loginCode });
          expect(exchanged).toMatchObject({ status: 403, error: 'user_locked' });
        } else expect(await under.enter()).toMatchObject({ status: 403, error: 'user_locked' });
        expect(await witness.livingSessionsOf(user.id)).toBe(0);
      });

      it('leaves no live session where the lock comes between finding the user and opening the session', async () => {
        for (const returnTo of ['/there', null]) {
          const person = somebody();
          const { user } = (await enter(person)).data;
          const under = await knock(service, door, person, { returnTo });
          witness.lockAmidNextLogin(user.id);
          expect(await under.enter()).toMatchObject({ status: 403, error: 'user_locked' });
          expect(await witness.livingSessionsOf(user.id)).toBe(0);
        }
      });

      it(`leaves no live session where a login races a lock, in ${lockRounds} rounds`, async () => {
        const logins: Answer[] = [];
        let living = 0;
        for (let round = 0; round < lockRounds; round++) {
          const person = somebody();
          const { user } = (await enter(person)).data;
          const returnTo = round % 2 ? '/there' : null;
          const racing = await knock(service, door, person, { returnTo });
          const lockLater = sleep(Math.floor(round / 2) * laterByMs).then(() => witness.lock(user.id));
          const [login] = await Promise.all([racing.enter({ via: either(round) }), lockLater]);
          logins.push(login);
          living += await witness.livingSessionsOf(user.id);
          if (login.status === 200)
            expect(await witness.remainsOfEnded(login)).toEqual(['401 session_ended user_locked']);
          else expect(login.error).toBe('user_locked');
        }
        note('locked', `${lockRounds} races: ${wordsOfTally(logins)}, ${living} live sessions`);
        expect(living).toBe(0);
      });
    });
  });
});

describe.each(backends)('where users are never merged, on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { env: { UNION_MERGE: 'refuse' } });
  });
  afterAll(() => service?.close());

  it.each(doors)('a late unionid of two users is refused at the door $name', async (door) => {
    const person = somebody();
    const enter = async (by: Door, options = {}) => (await knock(service, by, person, options)).enter();
    const [here, elsewhere] = [await enter(door, { unionid: false }), await enter(otherThan(door))];
    const late = await enter(outspoken(door));
    tables.get(backend.name)!.note(door.name, 'late unionid', `UNION_MERGE=refuse: ${wordsOf(late)}`);
    expect(wordsOf(late)).toBe(redirects(door) ? '303 identity_conflict' : '409 identity_conflict');
    const again = await enter(otherThan(door));
    expect(again.data.user.id).toBe(elsewhere.data.user.id);
    const still = await enter(door, { unionid: false });
    expect(still.data.user.id).toBe(here.data.user.id);
    expect(still.data.user.id).not.toBe(again.data.user.id);
    for (const { data } of [here, elsewhere]) {
      const me = await service.api('GET', '/users/me', undefined, { token: data.accessToken });
      expect(me.status).toBe(200);
    }
  });
});

const userOf = ({ data }: Answer) => data.user.id as string;
const statusOf = ({ unionidStatus }: { unionidStatus: string }) => unionidStatus;
const distinct = <Value extends string>(values: Value[]) => [...new Set(values)];
const atOnce = (start: (place: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: crowd }, (_, place) => start(place)));

/** How a login came out, and whether as a new user. */
function welcome(login: Answer): string {
  return login.status === 200 ? `200 ${login.data.isNewUser ? 'new' : 'known'} user` : wordsOf(login);
}

function wordsOfTally(answers: Answer[]): string {
  const entries = Object.entries(tallyOf(answers));
  return entries.map(([words, times]) => `${times} × ${words}`).join(', ');
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
