import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { Config } from '../platform/config/config.js';
import { wechatDispatcher } from '../wechat/wechat-dispatcher.js';
import { compareClocks, type ToldTime } from './clock.js';
import { found } from './conditions.js';
import { good, skipped, type Finding } from './finding.js';
import { networkFault } from './network-fault.js';
import { examineRedirectDomain } from './redirect-domain.js';
import { nameOf } from './wechat-app-name.js';
import { AppExaminer } from './wechat-app.js';

/** Whether WeChat can be reached as the service reaches it, and what it says of each app. */
export async function examineWechat(config: Config): Promise<Finding[]> {
  const { apps } = config.wechat;
  if (config.simulator && apps.length === 0) return [playedBySimulator];
  const dispatcher = wechatDispatcher(config.wechat.timeoutMs, config.wechat.proxyUrl);
  try {
    const ways = await examineWays(config, dispatcher);
    if (ways.every(({ isOpen }) => !isOpen)) return [...blockedWays(config, ways), ...unaskedApps(config)];
    const byApp = await Promise.all(
      apps.map(async (app) => [
        ...(await new AppExaminer(config).examine(app)),
        ...(await examineRedirectDomain(app, config, dispatcher)),
      ]),
    );
    return [...ways.flatMap(({ findings }) => findings), ...byApp.flat()];
  } finally {
    await dispatcher.destroy();
  }
}

interface Way {
  findings: Finding[];
  isOpen: boolean;
}

const playedBySimulator = good('wechat', {
  zh: '没有配置微信应用，由模拟器扮演微信',
  en: 'No app is configured; the simulator plays WeChat',
});

function examineWays({ wechat }: Config, dispatcher: Dispatcher): Promise<Way[]> {
  const urls = [wechat.apiUrl, ...wechat.apiFallbackUrls];
  return Promise.all(urls.map((url) => examineWay(url, dispatcher, wechat)));
}

/** The simulator lives in the service: where that does not run, nothing is wrong with the way to WeChat. */
function blockedWays(config: Config, ways: Way[]): Finding[] {
  if (!config.simulator) return ways.flatMap(({ findings }) => findings);
  const title = { zh: '微信（模拟器）能否连接', en: 'Whether WeChat (the simulator) can be reached' };
  return [
    skipped('wechat', title, {
      zh: '模拟器在服务内，服务没有运行',
      en: 'It is part of the service, which does not run',
    }),
  ];
}

function unaskedApps({ wechat: { apps } }: Config): Finding[] {
  return apps.map((app) =>
    skipped(
      'wechat-app',
      { zh: `${nameOf(app)} 的 AppID 与 AppSecret`, en: `AppID and AppSecret of ${nameOf(app)}` },
      { zh: '需要能连接微信', en: 'It needs a way to WeChat' },
    ),
  );
}

/** Asks for a token without saying whose: WeChat refuses with an errcode of its own, and nothing is spent. */
async function examineWay(
  url: string,
  dispatcher: Dispatcher,
  { timeoutMs, proxyUrl }: Config['wechat'],
): Promise<Way> {
  const { host } = new URL(url);
  try {
    const askedMs = Date.now();
    const { statusCode, headers, body } = await request(`${url}/cgi-bin/token`, {
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answeredMs = Date.now();
    const text = await body.text();
    const clock = clockFindings(headers.date, askedMs, answeredMs);
    return judgeAnswer(host, statusCode, text, clock, proxyUrl !== undefined);
  } catch (error) {
    return { isOpen: false, findings: [explainFailure(error, host, proxyUrl !== undefined)] };
  }
}

function judgeAnswer(host: string, status: number, text: string, clock: Finding[], isProxied: boolean): Way {
  const isProxys = isProxied && (status === 407 || status === 403 || status === 502 || status === 504);
  if (isProxys) return closed(found('wechat-proxy-refuses', { status, host }));
  if (status >= 500) return closed(found('wechat-unavailable', { host, reason: `HTTP ${status}` }));
  if (status !== 200 || !isWechats(text)) return closed(found('wechat-not-wechat', { status, host }));
  const reached = good('wechat', { zh: `可以连接微信 ${host}`, en: `WeChat at ${host} can be reached` });
  return { isOpen: true, findings: [reached, ...clock] };
}

function closed(finding: Finding): Way {
  return { isOpen: false, findings: [finding] };
}

function isWechats(text: string): boolean {
  try {
    return z.object({ errcode: z.coerce.number() }).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function clockFindings(date: string | string[] | undefined, askedMs: number, answeredMs: number): Finding[] {
  const told = Date.parse([date].flat()[0] ?? '');
  if (Number.isNaN(told)) {
    const title = { zh: '时钟与微信是否一致', en: 'Whether the clock agrees with that of WeChat' };
    return [skipped('clock-wechat', title, { zh: '回答里没有 Date', en: 'The answer has no Date' })];
  }
  // A Date leaves out what is below a second.
  const time: ToldTime = { toldMs: told + 500, askedMs, answeredMs };
  return [compareClocks('clock-wechat', time)];
}

function explainFailure(error: unknown, host: string, isProxied: boolean): Finding {
  const { code, kind } = networkFault(error);
  const status = /\((407|403|502|503|504)\)/.exec(wordsOf(error))?.[1];
  if (isProxied && status) return found('wechat-proxy-refuses', { status, host });
  if (kind === 'certificate' || kind === 'no-tls') return found('wechat-certificate', { host, code });
  if (isProxied) return found('wechat-proxy-unreachable', { code });
  return kind === 'host-unknown'
    ? found('wechat-host-unknown', { host, code })
    : found('wechat-unreachable', { host, code });
}

/** undici says only in words with what status a proxy refused its tunnel. */
function wordsOf(error: unknown): string {
  const { message = '', cause } = error as { message?: string; cause?: unknown };
  return cause ? `${message} ${wordsOf(cause)}` : message;
}
