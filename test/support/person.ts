import type { Answer, Client, RequestOptions } from './client.js';
import { miniProgram, type RunningSimulator } from './start-simulator.js';

interface LoginOptions extends RequestOptions {
  appId?: string;
  unionid?: boolean;
  body?: Record<string, unknown>;
}

/** Someone with a phone in hand. */
export function person(simulator: RunningSimulator, name: string) {
  const codeOptions = ({ appId, unionid }: LoginOptions) => ({
    ...(appId ? { appId } : {}),
    ...(unionid === undefined ? {} : { unionid }),
  });
  return {
    name,
    code: (options: LoginOptions = {}) => simulator.code(name, codeOptions(options)),
    /** Opens the mini program and logs in with a fresh code. */
    async logIn(client: Client, options: LoginOptions = {}): Promise<Answer> {
      const code = await simulator.code(name, codeOptions(options));
      const body = { code, appId: options.appId ?? miniProgram.appId, ...options.body };
      return client.api('POST', '/auth/wechat/mini-program', body, options);
    },
  };
}

let count = 0;

/** Somebody nobody has seen before. */
export function stranger(simulator: RunningSimulator) {
  count += 1;
  return person(simulator, `stranger ${process.pid} ${count}`);
}
