import { fastify, type InjectOptions } from 'fastify';
import { simulatedApps, simulator } from '../../src/simulator/simulator.plugin.js';
import type { SimulatorSettings } from '../../src/simulator/settings.js';
import { miniProgram, otherMiniProgram } from './start-simulator.js';

export { miniProgram, otherMiniProgram };

export const officialAccount = simulatedApps.find(({ kind }) => kind === 'official-account')!;

/** A simulated WeChat without a port, and with a clock that tests move. */
export async function wechatSide(settings: Partial<SimulatorSettings> = {}) {
  const clock = { now: Date.UTC(2026, 0, 15, 4) };
  const server = fastify();
  const apps = [...simulatedApps, otherMiniProgram];
  await server.register(simulator, { prefix: '/simulator', apps, now: () => clock.now, settings });

  const inject = (method: InjectOptions['method'], path: string, payload?: InjectOptions['payload']) =>
    server.inject({ method, url: `/simulator${path}`, payload });
  const control = async (method: 'GET' | 'PUT' | 'POST', path: string, payload?: object) =>
    (await inject(method, `/control/${path}`, payload)).json();
  const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();

  return {
    server,
    clock,
    inject,
    control,
    pass: (seconds: number) => void (clock.now += seconds * 1000),
    get: async (path: string, parameters: Record<string, string> = {}) =>
      (await inject('GET', `${path}?${query(parameters)}`)).json(),
    post: async (path: string, parameters: Record<string, string>, body: object) =>
      (await inject('POST', `${path}?${query(parameters)}`, body)).json(),
    /** A token of this app. */
    token: async ({ appId, appSecret } = miniProgram): Promise<string> => {
      const asked = query({ grant_type: 'client_credential', appid: appId, secret: appSecret });
      return (await inject('GET', `/cgi-bin/token?${asked}`)).json().access_token;
    },
    /** A login of this person by code2Session. */
    login: async (
      person = 'ada',
      { appId, appSecret } = miniProgram,
    ): Promise<{ openid: string; session_key: string }> => {
      const { code } = await control('POST', 'codes', { kind: 'mini-program', appId, person });
      const asked = { appid: appId, secret: appSecret, js_code: code, grant_type: 'authorization_code' };
      return (await inject('GET', `/sns/jscode2session?${query(asked)}`)).json();
    },
    openid: async (person: string, { appId } = officialAccount): Promise<string> => {
      const { people } = await control('GET', 'people');
      return people.find((known: { person: string }) => known.person === person).openids[appId];
    },
  };
}

export type WechatSide = Awaited<ReturnType<typeof wechatSide>>;
