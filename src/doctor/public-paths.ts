import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { pushSignature } from '../wechat/push-crypto.js';
import { askUrl } from './ask-url.js';
import { isLocalHost } from './configuration.js';
import { found } from './conditions.js';
import { good, skipped, type Finding, type Words } from './finding.js';
import { jsonOf } from './health-answer.js';
import { networkFault } from './network-fault.js';
import { nameOf } from './wechat-app-name.js';

const jwks = z.object({ keys: z.array(z.object({ kid: z.string() })) });

/** Whether a signing key of those configured here is published there; undefined where nobody can tell. */
export async function publishesOneOf(
  kids: string[] | undefined,
  publicUrl: string,
): Promise<boolean | undefined> {
  if (!kids || kids.length === 0) return undefined;
  const answer = await askUrl(`${publicUrl}/.well-known/jwks.json`).catch(() => undefined);
  const published = jwks.safeParse(jsonOf(answer?.body ?? ''));
  return published.success ? published.data.keys.some(({ kid }) => kids.includes(kid)) : undefined;
}

/** WeChat asks for them at the root of the host, whatever path PUBLIC_URL has. */
export async function examineVerifyFiles({ publicUrl, wechat }: Config): Promise<Finding[]> {
  const { origin } = new URL(publicUrl);
  return Promise.all(
    [...wechat.verifyFiles].map(([name, content]) => examineVerifyFile(`${origin}/${name}`, content)),
  );
}

async function examineVerifyFile(url: string, content: string): Promise<Finding> {
  const reason = await askUrl(url).then(
    ({ status, body }) => {
      if (status !== 200) return `HTTP ${status}`;
      return body.trim() === content ? undefined : { zh: '内容不同', en: 'other content' };
    },
    (error: unknown) => networkFault(error).code,
  );
  if (reason) return found('verify-file-not-served', { url, reason });
  return good('verify-file', { zh: `${url} 可以读到校验文件`, en: `${url} shows the verify file` });
}

/**
 * Asks the push address of each app the question that WeChat asks when it is submitted in its console. Its signature is
 * good for minutes, so that nobody else may see it.
 * @param isOurs whether this installation is known to answer there
 */
export async function examinePushAddresses(
  { publicUrl, wechat }: Config,
  isOurs: boolean | undefined,
): Promise<Finding[]> {
  const addresses = wechat.apps.flatMap((app) =>
    app.pushToken ? [{ app, token: app.pushToken, url: `${publicUrl}/wechat/push/${app.appId}` }] : [],
  );
  if (addresses.length === 0) return [];
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'http:' && !isLocalHost(hostname)) return [unasked(inTheClear)];
  if (!isOurs) return [unasked(notKnownToBeOurs)];
  return Promise.all(addresses.map(({ app, token, url }) => examinePushAddress(app, token, url)));
}

const inTheClear = {
  zh: 'PUBLIC_URL 是 http：推送签名不以明文发送',
  en: 'PUBLIC_URL is http, and a push signature is not sent in the clear',
};
const notKnownToBeOurs = {
  zh: '无法确认在 PUBLIC_URL 回答的就是这套安装：那里没有公布这里的签名密钥',
  en: 'What answers at PUBLIC_URL is not known to be this installation: it publishes no signing key of this one',
};

function unasked(reason: Words): Finding {
  return skipped('push-address', { zh: '推送地址是否可用', en: 'Whether the push addresses answer' }, reason);
}

async function examinePushAddress(app: WechatApp, token: string, url: string): Promise<Finding> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const [nonce, echostr] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
  const signature = pushSignature(token, timestamp, nonce);
  const query = new URLSearchParams({ signature, timestamp, nonce, echostr });
  const facts = { app: nameOf(app), url };
  try {
    const { status, body } = await askUrl(`${url}?${query.toString()}`);
    if (status === 403) return found('push-address-refuses', facts);
    if (status !== 200 || body !== echostr)
      return found('push-address-lost', { ...facts, reason: `HTTP ${status}` });
    return good('push-address', {
      zh: `${facts.app} 的推送地址可用：${url}`,
      en: `The push address of ${facts.app} answers: ${url}`,
    });
  } catch (error) {
    return found('push-address-lost', { ...facts, reason: networkFault(error).code });
  }
}
