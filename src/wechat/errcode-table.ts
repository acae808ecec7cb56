import {
  blocked,
  defect,
  input,
  operator,
  range,
  relogin,
  retry,
  token,
  type ErrcodeRow,
} from './errcode-row.js';

export const errcodeTable: Readonly<Record<number, ErrcodeRow>> = {
  [-1]: retry(2, '微信系统繁忙，请稍后重试。', 'WeChat is busy; please try again shortly.'),
  1: input(
    '微信没有这份加密数据的记录，或它已超过 3 天：请重新获取后提交。',
    'WeChat has no record of this encrypted data, or it is older than 3 days: obtain it anew and send that.',
  ),

  40001: token(
    '应用的 access_token 无效或不是最新：不要让多个系统各自刷新同一应用的凭据，请统一改用 stable_token。',
    "The app's access_token is invalid or not the latest: several systems must not refresh one app's token separately; use stable_token everywhere.",
    {
      sns: relogin(
        '用户的授权凭据无效，请重新登录。',
        "The person's authorization is no longer valid; please log in again.",
      ),
      'app-token': operator(
        'AppSecret 与 AppID 不匹配：请在微信后台核对该应用的 AppSecret 并更新配置。',
        'The AppSecret does not belong to this AppID: compare it with the WeChat console and update the configuration.',
      ),
    },
  ),
  40002: defect('grant_type 不正确', 'The grant_type is wrong', {
    api: operator(
      '此小程序不能生成 URL Scheme 或 URL Link：请确认主体不是个人且版本已发布。',
      'This mini program may not create URL Schemes or URL Links: its owner must not be an individual and it must be published.',
    ),
  }),
  40003: input(
    'openid 不存在或属于其他应用：请使用该用户在本应用下的 openid。',
    "The openid is unknown or another app's: use the person's openid within this app.",
    {
      sns: relogin(
        'openid 与授权凭据不属于同一用户或应用，请重新登录。',
        'The openid and the authorization belong to different people or apps; please log in again.',
      ),
      phone: input(
        '手机号凭证不属于当前登录的用户：请由本人重新授权手机号。',
        "The phone-number code is another person's: let the person who is logged in authorize it again.",
      ),
    },
  ),
  40013: operator(
    '微信不认识此 AppID：请核对配置中的 AppID 及其应用类型。',
    'WeChat does not know this AppID: check the configured AppID and its kind.',
    {
      phone: input(
        '手机号凭证来自另一个小程序：请使用当前小程序获取的凭证。',
        "The phone-number code is another mini program's: use a code obtained in this one.",
      ),
    },
  ),
  40014: token(
    '应用的 access_token 格式不正确：服务会自动换新；若反复出现，请检查它在缓存或代理中是否被截断。',
    "The app's access_token is malformed: the service fetches a new one; if this persists, check whether a cache or proxy cuts it short.",
    {
      sns: relogin(
        '用户的授权凭据格式不正确，请重新登录。',
        "The person's authorization is malformed; please log in again.",
      ),
    },
  ),
  40029: relogin(
    'code 无效、已过期或来自其他应用：请重新获取；若每次都失败，请核对客户端与服务端的 AppID 是否一致。',
    "The code is invalid, expired or another app's: obtain a new one; if it always fails, check that client and server use the same AppID.",
    {
      phone: relogin(
        '手机号凭证无效或已过期（有效期 5 分钟），也不能用 wx.login 的 code 代替：请重新授权手机号。',
        'The phone-number code is invalid or expired (it lives 5 minutes), and a wx.login code does not replace it: authorize the phone number again.',
      ),
    },
  ),
  40030: relogin('refresh_token 无效，请重新登录。', 'The refresh_token is not valid; please log in again.'),
  40035: defect('请求参数不合法', 'A request parameter is not legal'),
  40052: defect('生成二维码的 action_name 不正确', 'The action_name of the QR code is wrong'),
  40053: defect('生成二维码的场景值不正确', 'The scene of the QR code is wrong'),
  40066: operator(
    '接口地址不存在：请检查 WECHAT_API_URL 及其路径前缀。',
    'The address of the call does not exist: check WECHAT_API_URL and its path prefix.',
  ),
  40097: defect('请求参数错误', 'A request parameter is wrong'),
  40125: operator(
    'AppSecret 不正确，可能已被重置：请在微信后台核对并更新配置。',
    'The AppSecret is wrong, it may have been reset: compare it with the WeChat console and update the configuration.',
  ),
  40129: defect('小程序码的 scene 不正确', 'The scene of the mini-program code is wrong'),
  40159: operator(
    '小程序码的页面路径过长：请缩短 WECHAT_SCAN_PAGE。',
    'The page path of the mini-program code is too long: shorten WECHAT_SCAN_PAGE.',
  ),
  40163: relogin(
    'code 只能使用一次，它已被使用：请重新获取，并检查客户端是否重复提交。',
    'The code serves once and has been used: obtain a new one, and check whether the client sends it twice.',
  ),
  40164: operator(
    '服务器的出口 IP 不在该应用的 IP 白名单中：请把日志里记录的地址加入白名单。',
    "The server's outbound address is not on the app's IP whitelist: add the address that the log names.",
  ),
  40165: operator(
    '小程序页面路径不正确：请检查 WECHAT_SCAN_PAGE，该页面须存在于已发布的版本。',
    'The mini-program page path is wrong: check WECHAT_SCAN_PAGE, which must be a page of the published version.',
  ),
  40169: defect(
    '小程序码的 scene 超过 32 个字符',
    'The scene of the mini-program code exceeds 32 characters',
  ),
  40201: defect('网络检测的 URL 不正确', 'The URL of the network check is wrong'),
  40202: defect('网络检测的 action 不正确', 'The action of the network check is wrong'),
  40203: defect('网络检测的 check_operator 不正确', 'The check_operator of the network check is wrong'),
  40212: defect('链接的 query 不正确', 'The query of the link is wrong'),
  40226: blocked(
    '微信判定此用户风险较高，拒绝其登录：请改用其他登录方式或稍后再试。',
    'WeChat rates this person as high-risk and refuses the login: use another way to log in, or try later.',
  ),
  ...range(
    40230,
    40240,
    operator(
      '该应用开启了 API 安全的签名或加密要求：请在微信后台的 API 安全设置中，不再强制本服务所用的接口。',
      'The app demands signed or encrypted API calls: in the API security settings of the WeChat console, stop enforcing them for the calls used here.',
    ),
  ),
  40243: operator(
    'AppSecret 已被冻结：请在微信后台解冻，约 10 分钟后生效。',
    'The AppSecret is frozen: unfreeze it in the WeChat console, which takes about 10 minutes.',
  ),

  41001: defect('请求没有携带 access_token', 'The request carried no access_token'),
  41002: operator(
    '请求没有携带 AppID：请检查该应用的配置，以及代理是否改写了请求。',
    "The request carried no AppID: check the app's configuration, and whether a proxy rewrites requests.",
  ),
  41003: defect('请求没有携带 refresh_token', 'The request carried no refresh_token'),
  41004: operator(
    '请求没有携带 AppSecret：请检查该应用的配置，以及代理是否改写了请求。',
    "The request carried no AppSecret: check the app's configuration, and whether a proxy rewrites requests.",
  ),
  41008: input(
    'code 为空：请重新获取 code 后登录。',
    'The code is empty: obtain a code and log in with that.',
  ),
  41009: defect('请求没有携带 openid', 'The request carried no openid'),
  41018: defect(
    '请求没有携带第三方平台的 component_appid',
    'The request carried no component_appid of a third-party platform',
  ),
  41021: defect(
    '请求没有携带第三方平台的 component_access_token',
    'The request carried no component_access_token of a third-party platform',
  ),
  41030: operator(
    '小程序页面未发布，或路径以斜杠开头：请检查 WECHAT_SCAN_PAGE。',
    'The mini-program page is not published, or its path begins with a slash: check WECHAT_SCAN_PAGE.',
  ),

  42001: token(
    '应用的 access_token 已过期：服务会自动换新；若反复出现，请检查服务器时钟。',
    "The app's access_token has expired: the service fetches a new one; if this persists, check the server's clock.",
    {
      sns: relogin(
        '用户的授权凭据已过期，请重新登录。',
        "The person's authorization has expired; please log in again.",
      ),
    },
  ),
  42002: relogin('refresh_token 已过期，请重新登录。', 'The refresh_token has expired; please log in again.'),
  42003: relogin(
    '授权 code 已过期，请重新登录。',
    'The authorization code has expired; please log in again.',
  ),
  42006: token(
    '第三方平台的 component_access_token 已过期，需要重新获取。',
    "The third-party platform's component_access_token has expired and must be fetched anew.",
  ),
  42007: relogin(
    '用户修改了微信密码或撤销了授权，请重新登录。',
    'The person changed the WeChat password or withdrew the authorization; please log in again.',
  ),

  43001: defect('该接口只接受 GET 请求', 'The call accepts GET only'),
  43002: defect('该接口只接受 POST 请求', 'The call accepts POST only'),
  43003: operator(
    '微信只接受 HTTPS：请把 WECHAT_API_URL 改为 https 地址。',
    'WeChat accepts HTTPS only: give WECHAT_API_URL an https address.',
  ),
  43004: blocked(
    '需要先关注公众号：请关注后重试。',
    'The official account must be followed first: follow it and try again.',
  ),
  44002: defect('POST 请求没有内容', 'The POST request was empty'),
  44990: retry(
    1,
    '生成链接的频率超过每秒上限，请稍后重试。',
    'Links are created faster than the limit per second allows; please try again shortly.',
  ),
  44993: operator(
    '今天生成链接的次数已达上限：请等到次日，或减少链接的生成。',
    "Today's limit of created links is reached: wait for tomorrow, or create fewer.",
  ),
  45002: defect('请求内容超过长度上限', 'The request exceeds the size limit'),
  45009: retry(
    3600,
    '该接口今天的调用次数已达上限：请等待配额恢复，或在微信后台清零或提升配额。',
    "The call's daily quota is used up: wait for its reset, or clear or raise it in the WeChat console.",
  ),
  45011: retry(
    60,
    '该接口每分钟的调用次数已达上限，请在下一分钟重试。',
    "The call's limit per minute is reached; please try again in the next minute.",
  ),
  45029: operator(
    '二维码数量已达 10 万个的上限：请改用临时二维码。',
    'The limit of 100,000 QR codes is reached: use temporary ones.',
  ),
  45035: operator(
    '服务器的出口 IP 未登记：请在微信后台把它加入 IP 白名单。',
    "The server's outbound address is not registered: add it to the IP whitelist in the WeChat console.",
  ),
  45063: retry(
    60,
    '生成小程序码过于频繁，请稍后重试。',
    'Mini-program codes are created too often; please try again later.',
  ),
  47001: defect('请求内容不是合法的 JSON 或 XML', 'The request is not well-formed JSON or XML'),

  48001: operator(
    '该应用没有此接口的权限：请确认账号已认证，并在微信后台开通该接口。',
    'The app lacks the permission for this call: make sure the account is verified and the call is enabled in the WeChat console.',
    {
      sns: operator(
        '授权范围不含用户资料，或该应用没有此接口的权限：请使用 snsapi_userinfo，并确认应用已通过认证。',
        'The scope does not include the profile, or the app lacks the permission: use snsapi_userinfo, and make sure the app is verified.',
      ),
    },
  ),
  48004: operator(
    '该应用因违规被封禁此接口：请登录微信后台查看通知并申诉。',
    'WeChat banned this call for the app because of irregularities: see the notice in the WeChat console and appeal.',
  ),
  48006: operator(
    '本月清零配额的次数已用完：请等到次月。',
    'The quota has been cleared as often as a month allows: wait for the next month.',
  ),
  48017: operator(
    '所用的微信接入 IP 已停用：请不要固定 IP，改为按域名解析。',
    'The WeChat address in use has been retired: do not pin addresses, resolve the host name instead.',
  ),
  50001: relogin(
    '用户没有授权，请重新登录并同意授权。',
    'The person has not granted this; please log in again and agree.',
  ),
  50002: retry(
    60,
    '用户或应用的账号受到微信限制：请稍后再试；若持续出现，请在微信内查看账号状态。',
    "WeChat limits the person's or the app's account: try again later; if this persists, see the account's status in WeChat.",
  ),
  50004: operator(
    '该应用被禁止获取 access_token，可能因为处罚：请在微信后台查看通知。',
    'The app may not obtain an access_token, perhaps as a punishment: see the notices in the WeChat console.',
  ),
  50007: operator(
    '该应用的账号已冻结：请在微信后台查看原因并解冻。',
    "The app's account is frozen: find the reason in the WeChat console and unfreeze it.",
  ),
  60020: operator(
    '服务器的出口 IP 不在企业微信的可信 IP 中：请在企业微信后台添加。',
    "The server's outbound address is not a trusted IP of WeCom: add it in the WeCom console.",
  ),

  61003: operator(
    '该账号没有授权给此第三方平台：请管理员重新授权。',
    'The account has not authorized this third-party platform: have its administrator authorize it again.',
  ),
  61004: operator(
    '服务器的出口 IP 不在 IP 白名单中：请在微信后台添加。',
    "The server's outbound address is not on the IP whitelist: add it in the WeChat console.",
  ),
  61005: retry(
    600,
    '第三方平台的 component ticket 已过期：请等待微信下一次推送，约 10 分钟一次。',
    "The third-party platform's ticket has expired: wait for WeChat's next push, about every 10 minutes.",
  ),
  61006: retry(
    600,
    '第三方平台的 component ticket 无效：请等待微信下一次推送，约 10 分钟一次。',
    "The third-party platform's ticket is not valid: wait for WeChat's next push, about every 10 minutes.",
  ),
  61010: relogin(
    '第三方平台的授权码已过期，请重新授权。',
    "The third-party platform's authorization code has expired; please authorize again.",
  ),
  61011: operator(
    '第三方平台无效：请核对 component_appid。',
    'The third-party platform is not valid: check the component_appid.',
  ),
  61023: operator(
    '账号授权的 refresh_token 无效：请管理员重新授权第三方平台。',
    "The refresh_token of the account's authorization is not valid: have its administrator authorize the platform again.",
  ),

  76001: operator(
    '微信找不到此 rid：只能查询最近 7 天的请求。',
    'WeChat does not find this rid: only requests of the last 7 days can be looked up.',
  ),
  76002: operator('rid 不正确：请从日志中完整复制。', 'The rid is wrong: copy it in full from the log.'),
  76003: operator(
    '无权查询此 rid：它属于另一个账号。',
    "This rid may not be looked up: it is another account's.",
  ),
  76004: operator(
    'rid 的时间不正确：请从日志中完整复制。',
    "The rid's time is wrong: copy it in full from the log.",
  ),
  76021: operator(
    '接口路径不存在：请检查要查询配额的 cgi_path。',
    'The path does not exist: check the cgi_path whose quota is asked for.',
  ),
  76022: operator(
    '无权查询此接口的配额或 rid：微信不为 sns 接口提供查询。',
    'The quota or rid of this call may not be looked up: WeChat offers that for no sns call.',
  ),

  85079: operator(
    '小程序没有线上版本：请先发布，或调整 WECHAT_SCAN_ENV。',
    'The mini program has no published version: publish it, or change WECHAT_SCAN_ENV.',
  ),
  85096: defect('请求含有不允许的 scancode_time 字段', 'The request holds the forbidden field scancode_time'),
  85401: defect(
    '链接的有效期须在 1 分钟到 30 天之间',
    "The link's life must be between 1 minute and 30 days",
  ),
  85402: operator(
    '小程序版本不正确：请检查 WECHAT_SCAN_ENV，可用 release、trial、develop。',
    'The mini-program version is wrong: check WECHAT_SCAN_ENV, which may be release, trial or develop.',
  ),
  85406: operator(
    '链接今天的访问次数已达上限：请等到次日。',
    "Today's limit of link visits is reached: wait for tomorrow.",
  ),
  85407: operator(
    '此小程序没有生成链接的权限：请确认主体不是个人且已认证。',
    'This mini program may not create links: its owner must be verified and not an individual.',
  ),
  85408: operator(
    '此 AppID 生成链接的能力已被封禁：请在微信后台查看通知。',
    'This AppID is banned from creating links: see the notices in the WeChat console.',
  ),
  87007: relogin(
    'session_key 不存在或已过期：请在小程序内重新登录。',
    'The session_key does not exist or has expired: log in again in the mini program.',
  ),
  87008: defect('sig_method 不正确', 'The sig_method is wrong'),
  87009: relogin(
    '签名不正确，所存的 session_key 已失效：请在小程序内重新登录。',
    'The signature is wrong because the stored session_key is stale: log in again in the mini program.',
  ),
  89002: operator(
    '该应用没有绑定微信开放平台账号：请先绑定，才能得到 unionid。',
    'The app is not bound to a WeChat open-platform account: bind it in order to obtain unionids.',
  ),
  89300: input('订单无效：请核对支付单号。', 'The trade is not valid: check the number of the payment.'),
  89501: operator(
    '该 IP 获取凭据需要管理员确认：请管理员在微信中同意。',
    "This address awaits the administrator's consent to obtain tokens: have it confirmed in WeChat.",
  ),
  89503: operator(
    '该次凭据调用需要管理员确认：请管理员在微信中同意。',
    "This token call awaits the administrator's consent: have it confirmed in WeChat.",
  ),
  89506: operator(
    '管理员拒绝了此 IP，24 小时内不能再调用：请先与管理员确认。',
    'The administrator refused this address for 24 hours: settle it with the administrator first.',
  ),
  89507: operator(
    '管理员拒绝了此 IP，1 小时内不能再调用：请先与管理员确认。',
    'The administrator refused this address for 1 hour: settle it with the administrator first.',
  ),
};
