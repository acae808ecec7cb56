import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { pushSignature } from '../wechat/push-crypto.js';
import { askUrl } from './ask-url.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';
import { jsonOf } from './health-answer.js';
import { networkFault } from './network-fault.js';
import { nameOf } from './wechat-app-name.js';

const jwks = z.object({ keys: z.array(z.object({ kid: z.string() })) });

/** Whether it publishes a signing key of the database configured here. */
export async function examineInstallation(
  { publicUrl }: Config,
  kids: Promise<string[] | undefined>,
): Promise<Finding[]> {
  const own = await kids;
  if (!own || own.length === 0) return [];
  const answer = await askUrl(`${publicUrl}/.well-known/jwks.json`).catch(() => undefined);
  const published = jwks.safeParse(jsonOf(answer?.body ?? ''));
  if (!published.success || published.data.keys.some(({ kid }) => own.includes(kid))) return [];
  return [found('public-url-other-installation')];
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

/** Asks the push address of each app the question that WeChat asks when it is submitted in its console. */
export async function examinePushAddresses({ publicUrl, wechat }: Config): Promise<Finding[]> {
  return Promise.all(
    wechat.apps.flatMap((app) =>
      app.pushToken ? [examinePushAddress(app, app.pushToken, `${publicUrl}/wechat/push/${app.appId}`)] : [],
    ),
  );
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
