import { isIP, isIPv6 } from 'node:net';
import type { Config } from '../platform/config/config.js';
import { askUrl, type UrlAnswer } from './ask-url.js';
import { found } from './conditions.js';
import { good, skipped, type Finding } from './finding.js';
import { networkFault } from './network-fault.js';
import { readHealth } from './health-answer.js';
import { examinePushAddresses, examineVerifyFiles, publishesOneOf } from './public-paths.js';

const dayMs = 86_400_000;
const renewalDueDays = 14;
const healthPath = '/health/live';

/**
 * Whether what answers at PUBLIC_URL is this service, unchanged on the way.
 * @param kids the signing keys of this installation, once they are known
 */
export async function examinePublicUrl(
  config: Config,
  kids: Promise<string[] | undefined>,
): Promise<Finding[]> {
  const form = formFindings(config);
  let answer: UrlAnswer;
  try {
    answer = await askUrl(config.publicUrl + healthPath);
  } catch (error) {
    return [...form, await explainFailure(error, config), ...unasked];
  }
  const fault = await explainAnswer(answer, config);
  if (fault) return [...form, fault, ...unasked];
  const paths = await Promise.all([
    examineReadiness(config),
    examineVerifyFiles(config),
    examineInstallation(config, kids),
  ]);
  return [...form, ...certificateFindings(answer), ...paths.flat()];
}

const unasked = [
  skipped(
    'public-paths',
    {
      zh: '校验文件、推送地址与签名密钥是否可达',
      en: 'Whether verify files, push addresses and signing keys can be reached',
    },
    { zh: '需要 PUBLIC_URL 上的服务', en: 'It needs the service at PUBLIC_URL' },
  ),
];

/** What WeChat takes for a callback domain. */
function formFindings({ publicUrl, simulator, wechat }: Config): Finding[] {
  const redirects = wechat.apps.some(({ kind }) => kind === 'website' || kind === 'official-account');
  if (simulator || !redirects) return [];
  const { hostname, host, port } = new URL(publicUrl);
  const isName = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 && hostname.includes('.') && port === '';
  return isName ? [] : [found('public-url-no-domain', { host })];
}

async function explainFailure(error: unknown, config: Config): Promise<Finding> {
  const { publicUrl: url } = config;
  const { hostname: host } = new URL(url);
  const { code, kind } = networkFault(error);
  if (kind === 'host-unknown') return found('public-url-host-unknown', { host, code });
  if (kind === 'no-tls') return found('public-url-no-tls', { code });
  if (code === 'CERT_HAS_EXPIRED') return found('public-url-certificate-expired');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return found('public-url-certificate-name', { host });
  if (kind === 'certificate') return found('public-url-certificate-untrusted', { code });
  return (await runsHere(config)) ? found('public-url-unreachable', { url, code }) : notRunning;
}

const notRunning = skipped(
  'public-url',
  { zh: 'PUBLIC_URL 是否指向本服务', en: 'Whether PUBLIC_URL leads to this service' },
  {
    zh: '服务没有运行：PUBLIC_URL 和本机端口都没有回答',
    en: 'The service does not run: nothing answers there, nor on this machine',
  },
);

/** Whether the service answers on this machine, without any proxy. */
async function runsHere({ host, port }: Config): Promise<boolean> {
  const own = ['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host;
  const answer = await askUrl(`http://${isIPv6(own) ? `[${own}]` : own}:${port}${healthPath}`).catch(
    () => undefined,
  );
  return answer !== undefined && readHealth(answer) !== undefined;
}

/** What is wrong with an answer to the question whether the service lives; nothing where it is the service's. */
async function explainAnswer(answer: UrlAnswer, { publicUrl }: Config): Promise<Finding | undefined> {
  const { status, location } = answer;
  if (readHealth(answer)) return undefined;
  if (location !== undefined && status >= 300 && status < 400) return explainRedirect(publicUrl, location);
  const { origin, pathname: path } = new URL(publicUrl);
  if (path !== '/') {
    const bare = await askUrl(origin + healthPath).catch(() => undefined);
    if (bare && readHealth(bare)) return found('public-url-prefix', { origin, path });
  }
  return found('public-url-other-service', { status });
}

function explainRedirect(publicUrl: string, location: string): Finding {
  const target = URL.canParse(location, publicUrl) ? new URL(location, publicUrl) : undefined;
  const wanted = publicUrl.replace(/^http:/, 'https:');
  const isSameButTls = publicUrl.startsWith('http:') && target?.href === wanted + healthPath;
  return isSameButTls
    ? found('public-url-should-be-https', { location: wanted })
    : found('public-url-redirects', { location: target ? target.origin + target.pathname : location });
}

async function examineInstallation(config: Config, kids: Promise<string[] | undefined>): Promise<Finding[]> {
  const isOurs = await publishesOneOf(await kids, config.publicUrl);
  const other = isOurs === false ? [found('public-url-other-installation')] : [];
  return [...other, ...(await examinePushAddresses(config, isOurs))];
}

async function examineReadiness({ publicUrl }: Config): Promise<Finding[]> {
  const health = await askUrl(`${publicUrl}/health/ready`).then(readHealth, () => undefined);
  if (health && health.down.length === 0)
    return [
      good('public-url', { zh: `${publicUrl} 上的服务已就绪`, en: `The service at ${publicUrl} is ready` }),
    ];
  return [found('public-url-not-ready', { down: health?.down.join(', ') ?? '?' })];
}

function certificateFindings({ certificateEnds }: UrlAnswer): Finding[] {
  if (!certificateEnds) return [];
  const days = Math.floor((certificateEnds.getTime() - Date.now()) / dayMs);
  if (days < renewalDueDays) return [found('public-url-certificate-expiring', { days })];
  return [good('certificate', { zh: `证书还有 ${days} 天`, en: `The certificate is good for ${days} days` })];
}
