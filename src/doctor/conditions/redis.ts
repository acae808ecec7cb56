import type { Condition } from '../finding.js';

export const redisConditions = {
  'redis-host-unknown': {
    status: 'fail',
    title: { zh: '找不到 Redis 主机（{reason}）', en: 'The Redis host is not found ({reason})' },
    cause: {
      zh: '主机名写错，或此处的 DNS 不认识它。',
      en: 'The name is misspelled, or the DNS used here does not know it.',
    },
    remedy: { zh: '核对 REDIS_URL 的主机名。', en: 'Check the host in REDIS_URL.' },
  },
  'redis-unreachable': {
    status: 'fail',
    title: { zh: '连接不上 Redis（{reason}）', en: 'Redis cannot be reached ({reason})' },
    cause: {
      zh: 'Redis 没有运行、只监听本机、需要 TLS，或被防火墙挡住；扫码和跳转登录会回答 503。',
      en: 'It does not run, listens on its own machine alone, wants TLS, or a firewall is between; scans and redirect logins answer 503.',
    },
    remedy: {
      zh: '启动 Redis，核对 REDIS_URL 的端口，TLS 用 rediss://，哨兵用 redis+sentinel://。',
      en: 'Start it, check the port in REDIS_URL, and use rediss:// for TLS or redis+sentinel:// for sentinels.',
    },
  },
  'redis-login-refused': {
    status: 'fail',
    title: { zh: 'Redis 拒绝登录（{reason}）', en: 'Redis refuses the login ({reason})' },
    cause: {
      zh: 'REDIS_URL 没有密码、密码错误，或用户被停用。',
      en: 'REDIS_URL has no password or a wrong one, or the user is disabled.',
    },
    remedy: {
      zh: '写成 redis://:密码@主机:端口/0，特殊字符用百分号转义。',
      en: 'Write redis://:password@host:port/0, with special characters percent-encoded.',
    },
  },
  'redis-refuses-commands': {
    status: 'fail',
    title: {
      zh: 'Redis 拒绝了 {commands}（{reason}）',
      en: 'Redis refuses {commands} ({reason})',
    },
    cause: {
      zh: 'NOPERM 表示 ACL 不允许，OOM 表示内存已满，MISCONF 表示它存不了盘而停止写入，LOADING 表示它还在载入数据。',
      en: 'NOPERM: an ACL forbids it. OOM: its memory is full. MISCONF: it cannot save to disk and has stopped to write. LOADING: it still reads its file.',
    },
    remedy: {
      zh: 'NOPERM：执行 ACL SETUSER {user} {rules}，并确认它的键与频道包含 ~wxpass:* 与 &wxpass:*。OOM：腾出内存或调高 maxmemory。MISCONF：关闭持久化（wxpass 不需要）。LOADING：稍候。',
      en: 'NOPERM: run ACL SETUSER {user} {rules}; its keys and channels must cover ~wxpass:* and &wxpass:*. OOM: free memory or raise maxmemory. MISCONF: turn persistence off, which wxpass does not need. LOADING: wait.',
    },
  },
  'redis-info-refused': {
    status: 'warn',
    title: {
      zh: 'Redis 可用，但不允许 INFO（NOPERM）：版本、内存和淘汰策略未知',
      en: 'Redis answers but refuses INFO (NOPERM): its version, memory and eviction policy are unknown',
    },
    cause: {
      zh: '用户 {user} 的 ACL 没有它。服务能用，但看不出 Redis 还在载入数据，每次连接都会在标准错误输出一行警告。',
      en: 'The ACL of the user {user} lacks it. The service works, but does not see that Redis is still loading, and each connection warns on stderr.',
    },
    remedy: {
      zh: '执行 ACL SETUSER {user} +info；或自行确认 maxmemory-policy 是 noeviction。',
      en: 'Run ACL SETUSER {user} +info, or see for yourself that maxmemory-policy is noeviction.',
    },
  },
  'redis-version': {
    status: 'fail',
    title: { zh: '不支持 Redis {version}', en: 'Redis {version} is not supported' },
    cause: {
      zh: '限流脚本先读时间再写入，需要 Redis 5 以上；wxpass 在 Redis 7 上测试。',
      en: 'The script that counts reads the time and then writes, which needs Redis 5; wxpass is tested on Redis 7.',
    },
    remedy: { zh: '升级到 Redis 7。', en: 'Upgrade to Redis 7.' },
  },
  'redis-evicts': {
    status: 'warn',
    title: { zh: 'Redis 的 maxmemory-policy 是 {policy}', en: 'The maxmemory-policy of Redis is {policy}' },
    cause: {
      zh: '内存满时它会悄悄删掉扫码、登录状态和限流计数，而不是报错。',
      en: 'When its memory is full it silently drops scans, login states and counts instead of saying so.',
    },
    remedy: {
      zh: '设为 noeviction，并给 wxpass 单独的实例或足够的 maxmemory。',
      en: 'Set noeviction, and give wxpass an instance of its own or enough maxmemory.',
    },
  },
  'redis-memory': {
    status: 'warn',
    title: { zh: 'Redis 内存已用 {percent}%', en: 'Redis uses {percent} % of its memory' },
    cause: {
      zh: '用满后它拒绝写入（OOM），登录回答 503。',
      en: 'When it is full it refuses to write (OOM), and logins answer 503.',
    },
    remedy: {
      zh: '调高 maxmemory，或把共用此实例的其他数据移走。',
      en: 'Raise maxmemory, or move what shares the instance elsewhere.',
    },
  },
  'redis-replica': {
    status: 'fail',
    title: { zh: '连到的 Redis 是从节点', en: 'The Redis that answers is a replica' },
    cause: {
      zh: '从节点不接受写入，主从切换后地址没有跟着变。',
      en: 'It takes no writes; the address did not follow a failover.',
    },
    remedy: {
      zh: '把 REDIS_URL 指向主节点，或用 redis+sentinel:// 自动跟随切换。',
      en: 'Let REDIS_URL name the master, or use redis+sentinel://, which follows failovers.',
    },
  },
  'redis-cluster': {
    status: 'fail',
    title: { zh: 'Redis 以集群模式运行', en: 'Redis runs in cluster mode' },
    cause: {
      zh: 'wxpass 不跟随 MOVED 重定向，多数键会失败。',
      en: 'wxpass does not follow MOVED redirections, so most keys fail.',
    },
    remedy: {
      zh: '使用单节点、主从加哨兵，或集群前的代理。',
      en: 'Use a single node, a master with sentinels, or a proxy before the cluster.',
    },
  },
} satisfies Record<string, Condition>;
