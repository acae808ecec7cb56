import { fastify } from 'fastify';
import type { AddressInfo } from 'node:net';
import { simulatedApps, type SimulatedApp, simulator } from '../../src/simulator/simulator.plugin.js';

export interface RunningSimulator {
  /** What WECHAT_API_URL is set to. */
  url: string;
  /** A code as `wx.login` gives it to this person. */
  code(person: string, options?: CodeOptions): Promise<string>;
  /** What the phone-number button gives this person. */
  phoneCode(person: string, options?: PhoneOptions): Promise<string>;
  /** What a mini program gets encrypted for this person, who must have logged in; profiles come signed. */
  encryptedData(person: string, options?: EncryptedDataOptions): Promise<EncryptedData>;
  /** Where WeChat sends the browser once this person has decided; null where nowhere. */
  consent(url: string, options?: ConsentOptions): Promise<string | null>;
  /** Makes the next calls fail; the fields are those of POST /simulator/control/faults. */
  fault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  /** What WeChat was asked so far, newest last. */
  calls(): Promise<{ path: string; query: Record<string, string>; answer: unknown }[]>;
  close(): Promise<void>;
}

interface CodeOptions {
  kind?: AppKind;
  appId?: string;
  unionid?: boolean;
  scope?: string;
}

interface PhoneOptions {
  appId?: string;
  /** Digits without the country code. */
  phoneNumber?: string;
  countryCode?: string;
}

interface EncryptedDataOptions {
  appId?: string;
  kind?: 'profile' | 'phone';
  which?: 'current' | 'previous';
  data?: Record<string, unknown>;
  watermark?: Record<string, unknown>;
}

export interface EncryptedData {
  encryptedData: string;
  iv: string;
  rawData?: string;
  signature?: string;
}

interface ConsentOptions {
  person?: string;
  decision?: 'confirm' | 'refuse';
  snapshot?: boolean;
  unionid?: boolean;
}

type AppKind = (typeof simulatedApps)[number]['kind'];

/** A second mini program, so that "another app" can be tested. */
export const otherMiniProgram = {
  kind: 'mini-program' as const,
  appId: 'wxfa4e000000000012',
  appSecret: '0123456789abcdef0123456789abcd12',
  openPlatform: 'simulated',
};

/** The simulator's own app of a kind. */
export const appOf = (kind: AppKind) => simulatedApps.find((app) => app.kind === kind)!;

export const miniProgram = appOf('mini-program');

/**
 * WeChat for all replicas of one test.
 * @param strangeApps apps of other operators, which the service does not know
 */
export async function startSimulator(strangeApps: readonly SimulatedApp[] = []): Promise<RunningSimulator> {
  const server = fastify({ forceCloseConnections: true });
  const apps = [...simulatedApps, otherMiniProgram, ...strangeApps];
  await server.register(simulator, { prefix: '/simulator', apps });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/simulator`;
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/control/${path}`, { method, ...json(body) });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`the simulator refused: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    url,
    code: async (person, { kind = 'mini-program', appId = appOf(kind).appId, ...options } = {}) =>
      String((await control('POST', 'codes', { kind, appId, person, ...options })).code),
    phoneCode: async (person, options = {}) =>
      String((await control('POST', 'phone-codes', { appId: miniProgram.appId, person, ...options })).code),
    encryptedData: async (person, options = {}) => {
      const order = { appId: miniProgram.appId, person, kind: 'profile', ...options };
      return (await control('POST', 'encrypted-data', order)) as unknown as EncryptedData;
    },
    consent: async (url, options = {}) =>
      (await control('POST', 'consents', { url, ...options })).redirectTo as string | null,
    fault: async (fault) => void (await control('POST', 'faults', fault)),
    clearFaults: async () => void (await control('DELETE', 'faults')),
    calls: async () =>
      (await control('GET', 'calls')).calls as Awaited<ReturnType<RunningSimulator['calls']>>,
    close: () => server.close(),
  };
}

function json(body: unknown) {
  return body === undefined
    ? {}
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
