import type { Condition } from '../finding.js';

export const configurationConditions = {
  'configuration-fault': {
    status: 'fail',
    title: { zh: '{variable} 配置有误：{problem}', en: '{variable} {problem}' },
    cause: {
      zh: '服务读到它会以退出码 78 拒绝启动。',
      en: 'The service refuses to start with it, with exit code 78.',
    },
    remedy: {
      zh: '按 .env.example 修改 {variable}，例如：{example}',
      en: 'Change {variable} as .env.example says, for example: {example}',
    },
  },
  'secret-file-unreadable': {
    status: 'fail',
    title: {
      zh: '读不到 {variable}_FILE 指向的文件',
      en: 'The file that {variable}_FILE names cannot be read',
    },
    cause: {
      zh: '路径不对，文件为空，没有挂载，或运行服务的用户没有读权限。',
      en: 'The path is wrong, the file is empty or not mounted, or the user who runs the service may not read it.',
    },
    remedy: {
      zh: '核对路径与权限；在 Kubernetes 中核对 Secret 的键名和 volumeMounts。',
      en: 'Check path and rights; in Kubernetes check the key of the Secret and the volumeMounts.',
    },
  },
  'secret-weak': {
    status: 'fail',
    title: { zh: '{variable} 里的密钥太弱：{problem}', en: '{variable} {problem}' },
    cause: {
      zh: '生产环境不接受占位符或少于 16 个字符的密钥，猜到它的人就能冒充这个应用或客户端。',
      en: 'Production takes no placeholder and no secret below 16 characters: who guesses it can act as the app or client.',
    },
    remedy: {
      zh: 'AppSecret 请从微信后台复制；自己的密钥用 openssl rand -hex 32 生成。',
      en: 'Copy an AppSecret from the WeChat console; make secrets of your own with openssl rand -hex 32.',
    },
  },
  'app-half-configured': {
    status: 'fail',
    title: {
      zh: '缺少 {variable}：该应用只配置了一半',
      en: '{variable} is missing: the app is half configured',
    },
    cause: {
      zh: '一个微信应用至少要有 AppID 和 AppSecret。',
      en: 'A WeChat app needs at least an AppID and an AppSecret.',
    },
    remedy: {
      zh: '补上 {variable}；不用这个应用时，把它的变量全部删掉。',
      en: 'Set {variable}, or remove all variables of an app that is not used.',
    },
  },
  'app-id-malformed': {
    status: 'fail',
    title: { zh: '{variable} 里的 AppID 不像 AppID', en: 'The AppID in {variable} is none' },
    cause: {
      zh: 'AppID 是 wx 加 16 位字母数字；容易误填成原始 ID（gh_…）、AppSecret 或多余空格。',
      en: 'An AppID is wx and 16 letters or digits; the original id (gh_…), the AppSecret or a space is easily taken for it.',
    },
    remedy: {
      zh: '从微信后台「开发管理」中复制 AppID。',
      en: 'Copy the AppID from the development settings (开发管理) of the WeChat console.',
    },
  },
  'app-secret-malformed': {
    status: 'fail',
    title: { zh: '{variable} 里的 AppSecret 格式不对', en: 'The AppSecret in {variable} is malformed' },
    cause: {
      zh: '微信给出的是 32 位字母数字，复制时可能带上了空格、引号或换行。',
      en: 'WeChat gives 32 letters and digits; a space, a quote or a line break may have come along.',
    },
    remedy: {
      zh: '重新复制；若已遗失，在微信后台重置。',
      en: 'Copy it again; if it is lost, reset it in the WeChat console.',
    },
  },
  'push-token-malformed': {
    status: 'fail',
    title: { zh: '{variable} 里的消息推送 Token 格式不对', en: 'The push token in {variable} is malformed' },
    cause: {
      zh: '微信只接受 3 到 32 位字母数字；不一致时签名对不上，所有推送都会被拒绝。',
      en: 'WeChat takes 3 to 32 letters and digits; with another no signature fits and every push is refused.',
    },
    remedy: {
      zh: '在微信后台「消息推送」设置一个新 Token，两边填成一样。',
      en: 'Set a new token under message push (消息推送) in the WeChat console and here.',
    },
  },
  'aes-key-malformed': {
    status: 'fail',
    title: {
      zh: '{variable} 里的 EncodingAESKey 格式不对',
      en: 'The EncodingAESKey in {variable} is malformed',
    },
    cause: {
      zh: '它必须正好是 43 个字符（字母、数字、+、/），解码后为 32 字节，否则打不开任何加密推送。',
      en: 'It must be exactly 43 characters of letters, digits, + and /, which decode to 32 bytes; with another no sealed push opens.',
    },
    remedy: {
      zh: '从微信后台「消息推送」完整复制，不要补等号。',
      en: 'Copy it in full from message push (消息推送) in the WeChat console, without an equals sign.',
    },
  },
  'push-token-missing': {
    status: 'warn',
    title: {
      zh: '{app} 有 EncodingAESKey，却没有消息推送 Token',
      en: '{app} has an EncodingAESKey but no push token',
    },
    cause: {
      zh: '没有 Token 就验不了签名，该应用的推送会全部被拒绝：扫码登录、取消授权等事件都收不到。',
      en: 'Without a token no signature can be verified, so all its pushes are refused: scans to log in, withdrawn consents.',
    },
    remedy: {
      zh: '把微信后台「消息推送」里的 Token 也填进配置。',
      en: 'Configure the token of message push (消息推送) as well.',
    },
  },
  'same-app-secret': {
    status: 'warn',
    title: { zh: '{apps} 配置了相同的 AppSecret', en: '{apps} are configured with the same AppSecret' },
    cause: {
      zh: '微信给每个应用不同的 AppSecret，其中至少有一个填错了。',
      en: 'WeChat gives each app its own, so at least one of them is wrong.',
    },
    remedy: {
      zh: '逐个到微信后台核对 AppID 与 AppSecret 是否成对。',
      en: 'Compare each pair of AppID and AppSecret with the WeChat console.',
    },
  },
  'no-wechat-app': {
    status: 'warn',
    title: { zh: '没有配置任何微信应用', en: 'No WeChat app is configured' },
    cause: {
      zh: '模拟器没有开启，所以没有人能用微信登录。',
      en: 'The simulator is off, so nobody can log in with WeChat.',
    },
    remedy: {
      zh: '设置 WECHAT_MINI_PROGRAM_APP_ID 等变量，或 WECHAT_APPS；步骤见 docs/doors.zh-CN.md。',
      en: 'Set WECHAT_MINI_PROGRAM_APP_ID and its like, or WECHAT_APPS; docs/doors.md has the steps.',
    },
  },
  'encryption-keys-missing': {
    status: 'fail',
    title: { zh: '生产环境没有 ENCRYPTION_KEYS', en: 'ENCRYPTION_KEYS is missing in production' },
    cause: {
      zh: '手机号、session_key 和签名密钥都用它加密存放；自动生成的开发密钥会随容器一起丢失。',
      en: 'It seals phone numbers, session keys and signing keys; a generated development key would be lost with the container.',
    },
    remedy: {
      zh: '设为 k1: 加上 openssl rand -base64 32 的输出，存进密钥管理，不要丢失。',
      en: 'Set it to k1: and the output of openssl rand -base64 32, keep it in a secret store and never lose it.',
    },
  },
  'encryption-keys-malformed': {
    status: 'fail',
    title: { zh: 'ENCRYPTION_KEYS 格式不对：{problem}', en: 'ENCRYPTION_KEYS {problem}' },
    cause: {
      zh: '每个密钥写成「名字:32 字节的 base64」，多个用逗号分隔，名字不可重复。',
      en: 'Each key is an id, a colon and the base64 of 32 bytes; several are separated by commas, ids are unique.',
    },
    remedy: {
      zh: '用 openssl rand -base64 32 生成，例如：{example}',
      en: 'Make one with openssl rand -base64 32, for example: {example}',
    },
  },
  'encryption-keys-weak': {
    status: 'fail',
    title: { zh: 'ENCRYPTION_KEYS 里有不随机的密钥', en: 'ENCRYPTION_KEYS has a key that is not random' },
    cause: {
      zh: '全零或重复字节的密钥谁都能猜到，等于没有加密。',
      en: "A key of zeros or repeated bytes is anybody's guess: it seals nothing.",
    },
    remedy: {
      zh: '用 openssl rand -base64 32 生成新密钥放在最前面，重启后执行 npm run keys:reseal，再删掉旧的。',
      en: 'Put one from openssl rand -base64 32 first, restart, run npm run keys:reseal, and take the old one out.',
    },
  },
  'encryption-keys-generated': {
    status: 'warn',
    title: {
      zh: '没有 ENCRYPTION_KEYS，而数据库由多个进程共用',
      en: 'ENCRYPTION_KEYS is unset although the database may be shared',
    },
    cause: {
      zh: '每台机器会在 data/ 下各自生成开发密钥，换一台机器就打不开已加密的数据。',
      en: 'Each machine makes a development key of its own under data/, and another machine opens nothing that it sealed.',
    },
    remedy: {
      zh: '给所有进程设置同一个 ENCRYPTION_KEYS。',
      en: 'Give all processes the same ENCRYPTION_KEYS.',
    },
  },
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
