import type { FastifyInstance } from 'fastify';
import { chooseApp } from './apps.js';
import { BadRequest } from './bad-request.js';
import { decide } from './consents.js';
import { codeRequest, consentRequest, faultRequest, parse } from './control.schemas.js';
import { defaultPerson, openidOf, people, personNamed, unionidOf } from './people.js';
import { pushControlRoutes } from './push.control.js';
import { serverControlRoutes } from './server.control.js';
import { settingsControlRoutes } from './settings.control.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** What tests and developers do behind WeChat's back; answers JSON, `{error, message}` where it cannot. */
export async function controlRoutes(control: FastifyInstance, simulation: Simulation): Promise<void> {
  const { apps, codes, faults, calls, settings } = simulation;

  control.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    if (error instanceof BadRequest) {
      return reply.code(400).send({ error: error.error, message: error.message });
    }
    request.log.error(error);
    return reply.code(error.statusCode ?? 500).send({ error: 'failed', message: error.message });
  });

  control.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: 'not_found', message: `${request.method} ${request.url}` }),
  );

  /**
   * `{kind, appId?, person?, unionid?, scope?, snapshot?}` → `{code}`: what `wx.login`, or a person's consent, would
   * have given.
   */
  control.post('/codes', (request) => {
    const { kind, appId, person, unionid = settings.unionids, ...consent } = parse(codeRequest, request.body);
    const app = chooseApp(apps, kind, appId);
    return { code: codes.mint(app, person ? personNamed(person) : defaultPerson, { unionid, ...consent }) };
  });

  /**
   * `{url, person?, decision?, snapshot?, unionid?}` → `{redirectTo}`: where the person's browser goes after the consent
   * that `url` asks for, null where it stays. What WeChat shows an error page for is `wechat_page`.
   */
  control.post('/consents', (request) => ({
    redirectTo: decide(simulation, parse(consentRequest, request.body)),
  }));

  /** A `Fault`, `times` 1 where omitted → the fault as it will befall the next calls. */
  control.post('/faults', (request) => {
    const fault = parse(faultRequest, request.body);
    faults.add(fault);
    return fault;
  });

  /** → `{faults: Fault[]}`: those to come, in their order. */
  control.get('/faults', () => ({ faults: faults.list() }));

  /** → `{cleared}`: how many faults were still waiting. */
  control.delete('/faults', () => ({ cleared: faults.clear() }));

  /** → `{people: [{person, nickname, avatar, blocked?, openids, unionids}]}`; any other name is somebody as well. */
  control.get('/people', () => {
    const platforms = [...new Set(apps.flatMap(({ openPlatform }) => openPlatform ?? []))];
    return {
      people: people.map((person) => ({
        ...person,
        openids: Object.fromEntries(apps.map(({ appId }) => [appId, openidOf(person, appId)])),
        unionids: Object.fromEntries(platforms.map((platform) => [platform, unionidOf(person, platform)])),
      })),
    };
  });

  /** → `{apps: {kind, appId, name?, openPlatform?}[]}`: the apps may be an operator's own, so no secret of theirs. */
  control.get('/apps', () => ({
    apps: apps.map(({ kind, appId, name, openPlatform }) => ({ kind, appId, name, openPlatform })),
  }));

  /** `?since` → `{calls: Call[], cursor}`: of the last 200 those new or changed since that cursor, oldest first. */
  control.get('/calls', (request) => {
    const since = Number(queryOf(request).get('since')) || 0;
    return { calls: calls.list(since), cursor: calls.cursor };
  });

  settingsControlRoutes(control, simulation);
  serverControlRoutes(control, simulation);
  pushControlRoutes(control, simulation);
}
