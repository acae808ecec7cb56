import type { Condition } from '../finding.js';

/** What is wrong with where and how the service is meant to run. */
export const deploymentConditions = {
  'replicas-on-sqlite': {
    status: 'fail',
    title: {
      zh: 'REPLICAS 大于 1，但数据库是 SQLite',
      en: 'REPLICAS is more than 1, but the database is SQLite',
    },
    cause: {
      zh: 'SQLite 文件只属于一个进程，其他副本看不到这里的用户和会话。',
      en: 'A SQLite file belongs to one process: the other replicas would not see its users and sessions.',
    },
    remedy: {
      zh: '把 DATABASE_URL 指向 MySQL 8 或 MariaDB 10.6 以上，或把 REPLICAS 设回 1。',
      en: 'Let DATABASE_URL name MySQL 8 or MariaDB 10.6 or later, or set REPLICAS back to 1.',
    },
  },
  'replicas-without-redis': {
    status: 'fail',
    title: { zh: 'REPLICAS 大于 1，但没有 REDIS_URL', en: 'REPLICAS is more than 1, but REDIS_URL is unset' },
    cause: {
      zh: '扫码、登录状态和限流存放在内存里，换到另一个副本就找不到了。',
      en: 'Scans, login states and limits would live in memory, where another replica does not find them.',
    },
    remedy: {
      zh: '设置 REDIS_URL，或把 REPLICAS 设回 1。',
      en: 'Set REDIS_URL, or set REPLICAS back to 1.',
    },
  },
  'trust-proxy-too-wide': {
    status: 'fail',
    title: { zh: 'TRUST_PROXY 信任的范围太大', en: 'TRUST_PROXY would trust too much of the internet' },
    cause: {
      zh: '信任所有地址，任何人都能用 X-Forwarded-For 伪造来源，绕过限流和封禁。',
      en: 'Whoever is trusted may write any address into X-Forwarded-For, and so pass by limits and blocklist.',
    },
    remedy: {
      zh: '只写自己的代理或它所在的内网网段，例如 10.0.0.0/8。',
      en: 'Name only your own proxies or their private network, for example 10.0.0.0/8.',
    },
  },
  'trust-proxy-missing': {
    status: 'warn',
    title: {
      zh: 'PUBLIC_URL 是 https，但没有 TRUST_PROXY',
      en: 'PUBLIC_URL is https, but TRUST_PROXY is unset',
    },
    cause: {
      zh: '服务自身只说 HTTP，所以前面一定有终止 TLS 的代理；不信任它，所有人都共用代理的地址，一起被限流和封禁。',
      en: "The service itself speaks HTTP, so a proxy ends TLS before it; unless that is trusted, everybody has the proxy's address and shares limits and blocks.",
    },
    remedy: {
      zh: '把 TRUST_PROXY 设为代理的地址或网段。',
      en: "Set TRUST_PROXY to the proxy's address or network.",
    },
  },
  'simulator-in-production': {
    status: 'fail',
    title: { zh: '生产环境开启了 SIMULATOR', en: 'SIMULATOR is on in production' },
    cause: {
      zh: '模拟器让任何人都能以任何人的身份登录。',
      en: 'The simulator lets anybody log in as anybody.',
    },
    remedy: {
      zh: '删掉 SIMULATOR，并配置真实的微信应用。',
      en: 'Remove SIMULATOR and configure real WeChat apps.',
    },
  },
  'simulator-exposed': {
    status: 'warn',
    title: {
      zh: '模拟器已开启，而 HOST 不是本机地址',
      en: 'The simulator is on and HOST is not loopback',
    },
    cause: {
      zh: '能访问到这里的人都可以以任何人的身份登录。',
      en: 'Whoever reaches it can log in as anybody.',
    },
    remedy: {
      zh: '删掉 HOST，只监听 127.0.0.1；对外服务时关闭模拟器。',
      en: 'Remove HOST, so that it listens on 127.0.0.1; turn the simulator off where others may come.',
    },
  },
  'public-url-http': {
    status: 'warn',
    title: { zh: 'PUBLIC_URL 是 http', en: 'PUBLIC_URL is http' },
    cause: {
      zh: '令牌和 Cookie 以明文传输，Cookie 也不会带 Secure。',
      en: 'Tokens and cookies travel in the clear, and cookies are not Secure.',
    },
    remedy: {
      zh: '在代理上启用 HTTPS，并把 PUBLIC_URL 改为 https 地址。',
      en: 'Let a proxy serve HTTPS and give PUBLIC_URL the https address.',
    },
  },
  'production-on-sqlite': {
    status: 'warn',
    title: { zh: '生产环境使用 SQLite', en: 'Production runs on SQLite' },
    cause: {
      zh: '只能运行一个进程、放在一块磁盘上，滚动更新时会中断。',
      en: 'It is one process on one disk, and a rolling update interrupts it.',
    },
    remedy: {
      zh: '小规模可以接受，请定期备份；否则把 DATABASE_URL 指向 MySQL。',
      en: 'Fine for a small service with backups; else let DATABASE_URL name MySQL.',
    },
  },
  'wechat-api-http': {
    status: 'warn',
    title: { zh: 'WECHAT_API_URL 是 http', en: 'WECHAT_API_URL is http' },
    cause: {
      zh: 'AppSecret 会以明文经过网络。',
      en: 'AppSecrets travel in the clear.',
    },
    remedy: {
      zh: '改为 https 地址，或删掉它以使用微信默认地址。',
      en: "Give it an https address, or remove it for WeChat's own.",
    },
  },
  'metrics-open': {
    status: 'warn',
    title: { zh: '没有设置 METRICS_TOKEN', en: 'METRICS_TOKEN is not set' },
    cause: {
      zh: '能访问到这个端口的人都能读 /metrics：有多少人登录、用哪些应用、什么出了错。',
      en: 'Whoever reaches the port may read /metrics: how many log in, with which apps, and what fails.',
    },
    remedy: {
      zh: '设置一个随机值（如 openssl rand -hex 24），并让 Prometheus 使用同一个；或者不让代理转发 /metrics。',
      en: 'Set a random one (openssl rand -hex 24) and give it to Prometheus as well; or let the proxy keep /metrics inside.',
    },
  },
  'not-production': {
    status: 'warn',
    title: {
      zh: 'NODE_ENV 不是 production，但 PUBLIC_URL 是对外地址',
      en: 'NODE_ENV is not production, but PUBLIC_URL is no local address',
    },
    cause: {
      zh: '此时允许占位密钥、自动生成的开发密钥、.env 文件和模拟器。',
      en: 'Placeholder secrets, a generated key, the .env file and the simulator are then allowed.',
    },
    remedy: {
      zh: '对外服务时设置 NODE_ENV=production。',
      en: 'Set NODE_ENV=production where others may come.',
    },
  },
  'configuration-warning': {
    status: 'warn',
    title: { zh: '配置可疑：{warning}', en: 'The configuration is doubtful: {warning}' },
    cause: {
      zh: '服务能启动，但会在日志里写下这条警告。',
      en: 'The service starts, and says so in its log.',
    },
    remedy: {
      zh: '确认这是有意为之，否则修改所提到的变量。',
      en: 'Make sure that it is meant, or change the variable that it names.',
    },
  },
} satisfies Record<string, Condition>;
