import type { Condition } from '../finding.js';

/** What is wrong with what the variables hold. */
export const appsAndSecretsConditions = {
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
      zh: '用 openssl rand -base64 32 生成新密钥放在最前面，重启后执行 npm run keys:reseal（容器中为 node dist/src/keys.js reseal），再删掉旧的。',
      en: 'Put one from openssl rand -base64 32 first, restart, run npm run keys:reseal (in the container: node dist/src/keys.js reseal), and take the old one out.',
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
} satisfies Record<string, Condition>;
