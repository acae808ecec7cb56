import type { Condition } from '../finding.js';

export const wechatAppConditions = {
  'app-id-unknown': {
    status: 'fail',
    title: {
      zh: '{app}：微信不认识这个 AppID（{errcode}）',
      en: '{app}: WeChat does not know this AppID ({errcode})',
    },
    cause: {
      zh: 'AppID 抄错，或属于另一类应用，或账号已注销。',
      en: "It is misspelled, another kind of app's, or the account is closed.",
    },
    remedy: {
      zh: '从微信后台复制 AppID，并核对应用类型。',
      en: 'Copy the AppID from the WeChat console, and check the kind of the app.',
    },
  },
  'app-secret-wrong': {
    status: 'fail',
    title: { zh: '{app}：AppSecret 不正确（{errcode}）', en: '{app}: the AppSecret is wrong ({errcode})' },
    cause: {
      zh: '它属于另一个 AppID，抄错了，或已在微信后台重置（旧的立即失效）。',
      en: "It is another AppID's, misspelled, or was reset in the WeChat console, which ends the old one.",
    },
    remedy: {
      zh: '核对 AppID 与 AppSecret 是否成对；找不回来就重置，并更新所有使用它的系统。',
      en: 'Check that both belong together; reset it where it is lost, and update every system that uses it.',
    },
  },
  'app-ip-not-listed': {
    status: 'fail',
    title: {
      zh: '{app}：本机出口地址 {address} 不在 IP 白名单（{errcode}）',
      en: '{app}: the outbound address {address} is not on the IP allow-list ({errcode})',
    },
    cause: {
      zh: '微信只把凭据交给白名单中的地址；出口地址随 NAT、容器或代理而变。',
      en: 'WeChat gives app tokens to listed addresses alone; the outbound address changes with NAT, containers and proxies.',
    },
    remedy: {
      zh: '在微信后台「开发管理 › 开发设置 › IP 白名单」添加 {address}，约 10 分钟生效；地址不固定时用 WECHAT_PROXY_URL。',
      en: 'Add {address} under IP allow-list (IP 白名单) of the development settings, which takes about 10 minutes; where it changes, use WECHAT_PROXY_URL.',
    },
  },
  'app-ip-unconfirmed': {
    status: 'fail',
    title: {
      zh: '{app}：本机地址需要管理员确认，或已被拒绝（{errcode}）',
      en: "{app}: this address awaits the administrator's consent, or was refused ({errcode})",
    },
    cause: {
      zh: '账号开启了调用确认；89506 与 89507 表示管理员已拒绝，24 小时或 1 小时内不能再试。',
      en: 'The account asks its administrator; 89506 and 89507 mean that he refused, for 24 hours or 1 hour.',
    },
    remedy: {
      zh: '请管理员在微信的通知里同意，之后再检查。',
      en: 'Have the administrator agree in WeChat, and check again.',
    },
  },
  'app-secret-frozen': {
    status: 'fail',
    title: { zh: '{app}：AppSecret 已被冻结（{errcode}）', en: '{app}: the AppSecret is frozen ({errcode})' },
    cause: {
      zh: '有人在微信后台冻结了它，或因疑似泄露被冻结。',
      en: 'Somebody froze it in the WeChat console, or WeChat did because it may have leaked.',
    },
    remedy: {
      zh: '在微信后台解冻，约 10 分钟生效；若已泄露，重置后更新配置。',
      en: 'Unfreeze it in the WeChat console, which takes about 10 minutes; if it leaked, reset it and update the configuration.',
    },
  },
  'app-account-frozen': {
    status: 'fail',
    title: {
      zh: '{app}：账号被冻结或处罚（{errcode}）',
      en: '{app}: the account is frozen or punished ({errcode})',
    },
    cause: {
      zh: '微信因违规、未年审或申请注销而停用了账号的接口。',
      en: 'WeChat stopped its calls because of irregularities, a missing yearly review or its closing.',
    },
    remedy: {
      zh: '登录微信后台查看通知，按提示申诉或续期认证。',
      en: 'See the notices in the WeChat console, and appeal or renew the verification.',
    },
  },
  'app-without-ability': {
    status: 'fail',
    title: {
      zh: '{app}：账号没有 {ability} 的权限（{errcode}）',
      en: '{app}: the account lacks the ability {ability} ({errcode})',
    },
    cause: {
      zh: '应用没有认证，或类型不对（例如公众号的 AppID 配成了小程序，或订阅号缺少接口）。',
      en: "It is not verified, or of another kind (an official account's AppID as a mini program, a subscription account without the call).",
    },
    remedy: {
      zh: '完成微信认证，在后台「接口权限」开通；核对 kind 与 AppID。',
      en: 'Verify the account and enable the call under interface permissions (接口权限); check kind and AppID.',
    },
  },
  'app-quota': {
    status: 'warn',
    title: { zh: '{app}：调用次数已达上限（{errcode}）', en: '{app}: the quota is used up ({errcode})' },
    cause: {
      zh: '45009 是当天用完，45011 是每分钟上限；常见原因是多个系统各自刷新凭据。',
      en: '45009: for today. 45011: for this minute. Mostly several systems refresh the token separately.',
    },
    remedy: {
      zh: '让所有系统共用 stable_token；等到次日，或在微信后台清零。',
      en: 'Let all systems use stable_token; wait for tomorrow, or clear the quota in the WeChat console.',
    },
  },
  'app-api-security': {
    status: 'fail',
    title: {
      zh: '{app}：开启了 API 签名或加密要求（{errcode}）',
      en: '{app}: demands signed or encrypted calls ({errcode})',
    },
    cause: {
      zh: '微信后台的「API 安全」对这些接口启用了强制签名，wxpass 不签名。',
      en: 'API security (API 安全) in the WeChat console enforces signatures for these calls, which wxpass does not make.',
    },
    remedy: { zh: '在「API 安全」中取消对这些接口的强制。', en: 'Stop enforcing them there.' },
  },
  'app-busy': {
    status: 'warn',
    title: {
      zh: '{app}：微信暂时没有回答（{reason}）',
      en: '{app}: WeChat did not answer for now ({reason})',
    },
    cause: {
      zh: '系统繁忙或超时，AppID 与 AppSecret 是否正确仍然未知。',
      en: 'It was busy or late, so whether AppID and AppSecret are right is unknown.',
    },
    remedy: { zh: '稍后再检查。', en: 'Check again later.' },
  },
  'app-refused': {
    status: 'fail',
    title: { zh: '{app}：微信拒绝了凭据请求（{errcode}）', en: '{app}: WeChat refuses ({errcode})' },
    cause: { zh: '{advice}', en: '{advice}' },
    remedy: {
      zh: '按提示处理；npm run errcode -- {errcode}（容器中为 node dist/src/errcode.js {errcode}）有更多说明。',
      en: 'Do as it says; npm run errcode -- {errcode} (in the container: node dist/src/errcode.js {errcode}) tells more.',
    },
  },
  'redirect-domain': {
    status: 'fail',
    title: {
      zh: '{app}：PUBLIC_URL 的域名 {domain} 不是授权回调域（10003）',
      en: '{app}: {domain}, the host of PUBLIC_URL, is not its callback domain (10003)',
    },
    cause: {
      zh: '微信只把人送回后台登记的域名，此处显示「redirect_uri 参数错误」。',
      en: 'WeChat sends people back to the registered domain alone and shows "redirect_uri 参数错误" instead.',
    },
    remedy: {
      zh: '网站应用：开放平台「授权回调域」填 {domain}；公众号：「网页授权域名」填 {domain}，不带 https:// 与端口。',
      en: 'Website app: set {domain} as callback domain (授权回调域) in the open platform; official account: as web authorization domain (网页授权域名); without https:// and port.',
    },
  },
  'redirect-scope': {
    status: 'fail',
    title: {
      zh: '{app}：没有网页授权的权限（10005、10016）',
      en: '{app}: may not ask people for consent (10005, 10016)',
    },
    cause: {
      zh: '公众号不是已认证的服务号，网站应用未过审，或 AppID 的类型不对。',
      en: 'The account is no verified service account, the website app is not approved, or the AppID is of another kind.',
    },
    remedy: {
      zh: '认证服务号或等待网站应用审核通过；核对 kind 与 AppID。',
      en: 'Verify the service account or have the website app approved; check kind and AppID.',
    },
  },
} satisfies Record<string, Condition>;
