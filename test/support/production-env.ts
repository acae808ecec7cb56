import { miniProgram, type RunningSimulator } from './start-simulator.js';

/** Of 32 bytes that no rule takes for a pattern. */
export const encryptionKey = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256)).toString(
  'base64',
);

/** What the built service needs for production, with a simulator in WeChat's place and limits that nothing meets by chance. */
export function productionEnv({ url }: RunningSimulator) {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PUBLIC_URL: 'https://login.example.test',
    ENCRYPTION_KEYS: `k1:${encryptionKey}`,
    WECHAT_MINI_PROGRAM_APP_ID: miniProgram.appId,
    WECHAT_MINI_PROGRAM_APP_SECRET: miniProgram.appSecret,
    WECHAT_API_URL: url,
    API_LIMIT: '1000000/1m',
    LOGIN_LIMIT_IP: '1000000/1m',
  };
}
