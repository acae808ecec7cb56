/** One row of the catalogue: the HTTP status, the stable number, and the words for people. */
export interface CatalogueEntry {
  status: number;
  code: number;
  zh: string;
  en: string;
}

/** Every error the service answers with; names and numbers are part of the contract and never change. */
export const catalogue = {
  invalid_request: { status: 400, code: 40000, zh: '请求有误', en: 'The request is not valid' },
  return_to_not_allowed: {
    status: 400,
    code: 40010,
    zh: '不允许跳转到此地址',
    en: 'This return address is not allowed',
  },
  unknown_app: {
    status: 400,
    code: 40011,
    zh: '没有这种类型的微信应用，或配置了多个而未指明 appId',
    en: 'No such WeChat app of this kind, or several are configured and appId is missing',
  },
  pkce_required: {
    status: 400,
    code: 40012,
    zh: '跳转到其他站点时必须提供 codeChallenge',
    en: 'A return address of another origin needs a codeChallenge',
  },
  decryption_failed: {
    status: 400,
    code: 40020,
    zh: '加密数据无法解开',
    en: 'The encrypted data cannot be opened',
  },
  unauthenticated: { status: 401, code: 40100, zh: '请先登录', en: 'Please log in' },
  token_expired: { status: 401, code: 40101, zh: '访问令牌已过期', en: 'The access token has expired' },
  token_invalid: { status: 401, code: 40102, zh: '访问令牌无效', en: 'The access token is not valid' },
  session_ended: {
    status: 401,
    code: 40103,
    zh: '会话已结束，请重新登录',
    en: 'The session has ended, please log in again',
  },
  wechat_code_invalid: {
    status: 401,
    code: 40110,
    zh: '微信登录凭证无效或已过期，请重试',
    en: 'The WeChat code is not valid or has expired, please try again',
  },
  wechat_code_used: {
    status: 401,
    code: 40111,
    zh: '微信登录凭证已被使用，请重试',
    en: 'The WeChat code has already been used, please try again',
  },
  state_invalid: {
    status: 401,
    code: 40112,
    zh: '登录请求无效或已过期，请重新开始',
    en: 'The login request is not valid or has expired, please start again',
  },
  login_code_invalid: {
    status: 401,
    code: 40113,
    zh: '登录码无效或已过期',
    en: 'The login code is not valid or has expired',
  },
  access_denied: {
    status: 401,
    code: 40114,
    zh: '你在微信中拒绝了登录',
    en: 'You declined to log in at WeChat',
  },
  invalid_credentials: {
    status: 401,
    code: 40120,
    zh: '用户名或密码错误',
    en: 'The username or the password is wrong',
  },
  refresh_token_invalid: {
    status: 401,
    code: 40130,
    zh: '刷新令牌无效',
    en: 'The refresh token is not valid',
  },
  refresh_token_reused: {
    status: 401,
    code: 40131,
    zh: '刷新令牌被重复使用，会话已终止',
    en: 'The refresh token was used again, so the session has been ended',
  },
  request_signature_invalid: {
    status: 401,
    code: 40140,
    zh: '请求签名无效或已过期',
    en: 'The request signature is not valid or is stale',
  },
  forbidden: { status: 403, code: 40300, zh: '没有权限', en: 'Not allowed' },
  user_locked: { status: 403, code: 40301, zh: '账号已被锁定', en: 'The account is locked' },
  blocked: { status: 403, code: 40302, zh: '此地址或账号已被封禁', en: 'This address or account is blocked' },
  csrf_invalid: {
    status: 403,
    code: 40303,
    zh: 'CSRF 校验失败，请刷新页面后重试',
    en: 'The CSRF check failed, please reload the page and try again',
  },
  fresh_login_required: {
    status: 403,
    code: 40304,
    zh: '请重新登录后再进行此操作',
    en: 'Please log in again before doing this',
  },
  wechat_user_blocked: {
    status: 403,
    code: 40310,
    zh: '微信拒绝了此用户的登录',
    en: 'WeChat does not let this person log in',
  },
  not_found: { status: 404, code: 40400, zh: '未找到', en: 'Not found' },
  method_not_allowed: {
    status: 405,
    code: 40500,
    zh: '不支持此请求方法',
    en: 'The method is not allowed here',
  },
  conflict: { status: 409, code: 40900, zh: '与已有数据冲突', en: 'This conflicts with what already exists' },
  identity_taken: {
    status: 409,
    code: 40901,
    zh: '此微信账号已属于其他用户',
    en: 'This WeChat account belongs to another user',
  },
  last_identity: {
    status: 409,
    code: 40902,
    zh: '这是最后一种登录方式，不能解绑',
    en: 'This is the last way to log in, it cannot be unlinked',
  },
  identity_conflict: {
    status: 409,
    code: 40903,
    zh: '同一个微信用户对应了两个账号，需要管理员处理',
    en: 'One WeChat person belongs to two accounts, an administrator must decide',
  },
  snapshot_user: {
    status: 409,
    code: 40904,
    zh: '当前是快照页，请先点击“使用完整服务”',
    en: 'This is a snapshot page, please tap "use full service" first',
  },
  scan_state: {
    status: 409,
    code: 40905,
    zh: '此二维码的状态不允许该操作',
    en: 'The scan is not in a state that allows this',
  },
  last_administrator: {
    status: 409,
    code: 40906,
    zh: '至少要保留一位管理员',
    en: 'At least one administrator must remain',
  },
  idempotency_key_reused: {
    status: 409,
    code: 40907,
    zh: '同一个 Idempotency-Key 被用于不同的请求',
    en: 'This Idempotency-Key was used for another request',
  },
  nonce_replayed: { status: 409, code: 40910, zh: '请求已被提交过', en: 'The request was already submitted' },
  scan_expired: { status: 410, code: 41000, zh: '二维码已过期', en: 'The scan has expired' },
  too_large: { status: 413, code: 41300, zh: '请求体过大', en: 'The request body is too large' },
  unsupported_media_type: {
    status: 415,
    code: 41500,
    zh: '不支持的内容类型，请使用 application/json',
    en: 'Unsupported media type, please send application/json',
  },
  too_many_requests: {
    status: 429,
    code: 42900,
    zh: '请求过于频繁，请稍后再试',
    en: 'Too many requests, please try again later',
  },
  internal_error: { status: 500, code: 50000, zh: '服务内部错误', en: 'Internal error' },
  wechat_error: {
    status: 502,
    code: 50200,
    zh: '微信接口返回错误，请联系管理员',
    en: 'WeChat answered with an error that the operator has to mend',
  },
  wechat_unavailable: {
    status: 503,
    code: 50300,
    zh: '微信暂时不可用，请稍后再试',
    en: 'WeChat is unavailable for the moment, please try again later',
  },
  dependency_unavailable: {
    status: 503,
    code: 50301,
    zh: '服务暂时不可用，请稍后再试',
    en: 'The service is unavailable for the moment, please try again later',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorName = keyof typeof catalogue;
