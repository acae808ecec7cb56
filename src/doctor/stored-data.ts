import { BlockList, isIPv6 } from 'node:net';
import type { DataSource } from 'typeorm';
import { recentAddresses } from '../audit/recent-addresses.js';
import type { Config } from '../platform/config/config.js';
import { countUnionids, type UnionidCount } from '../users/unionid-counts.js';
import { found } from './conditions.js';
import { isLocalHost } from './configuration.js';
import { good, skipped, type Finding } from './finding.js';
import { nameOf } from './wechat-app-name.js';

const addressesLookedAt = 200;
/** Fewer may well be one person. */
const addressesThatTell = 20;

/** Whether WeChat gives each app unionids, by whom it let in last. */
export async function examineUnionids(dataSource: DataSource, { wechat }: Config): Promise<Finding[]> {
  const counts = await countUnionids(dataSource);
  const findings = wechat.apps.flatMap((app) => {
    const own = counts.filter(({ appId }) => appId === app.appId);
    const [bound, unbound] = [of(own, 'present'), of(own, 'app_not_bound')];
    const isUnbound = unbound !== undefined && unbound.newestAt > (bound?.newestAt ?? 0);
    return isUnbound ? [found('unionid-not-bound', { app: nameOf(app), count: unbound.people })] : [];
  });
  return findings.length > 0 ? findings : [unionidsFine(counts)];
}

function unionidsFine(counts: UnionidCount[]): Finding {
  const people = counts
    .filter(({ status }) => status === 'present')
    .reduce((sum, one) => sum + one.people, 0);
  return good('unionid', {
    zh: `没有应用缺少 unionid（${people} 人有）`,
    en: `No app lacks unionids (${people} people have one)`,
  });
}

function of(counts: UnionidCount[], status: UnionidCount['status']): UnionidCount | undefined {
  return counts.find((one) => one.status === status);
}

/** Whether everybody seems to come from one private address, which is then a proxy's. */
export async function examineAddresses(dataSource: DataSource, { publicUrl }: Config): Promise<Finding[]> {
  if (isLocalHost(new URL(publicUrl).hostname)) return [];
  const title = { zh: '来访地址是否真实', en: 'Whether the addresses of callers are true' };
  const addresses = await recentAddresses(dataSource, addressesLookedAt);
  const count = addresses.length;
  if (count < addressesThatTell) {
    const few = {
      zh: `审计日志只有 ${count} 个地址，还看不出来`,
      en: `The audit log has ${count} addresses, too few to tell`,
    };
    return [skipped('addresses', title, few)];
  }
  const [address = '', ...others] = new Set(addresses);
  if (others.length === 0 && isPrivate(address)) return [found('everybody-one-address', { address, count })];
  return [
    good('addresses', {
      zh: `最近 ${count} 次操作来自 ${others.length + 1} 个地址`,
      en: `The latest ${count} acts came from ${others.length + 1} addresses`,
    }),
  ];
}

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
] as const)
  privateRanges.addSubnet(network, prefix, 'ipv4');
privateRanges.addSubnet('fc00::', 7, 'ipv6');
privateRanges.addSubnet('fe80::', 10, 'ipv6');
privateRanges.addAddress('::1', 'ipv6');

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
