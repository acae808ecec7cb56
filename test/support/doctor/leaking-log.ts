/** Names behind which a log could show a secret, an openid or a phone number. */
export const secretNames = [
  ...[
    'loginCode',
    'phoneCode',
    'code',
    'js_code',
    'authCode',
    'authorization_code',
    'matchCode',
    'codeVerifier',
  ],
  ...[
    'code_verifier',
    'state',
    'ticket',
    'component_verify_ticket',
    'scanToken',
    'scan_token',
    'x-scan-token',
  ],
  ...['openid', 'openId', 'unionid', 'unionId', 'from_openid', 'encryptedData', 'iv', 'rawData', 'signature'],
  ...['msg_signature', 'x-signature', 'nonce', 'x-nonce-token', 'echostr', 'session_key', 'sessionKey'],
  ...['accessToken', 'access_token', 'x-access-token', 'refreshToken', 'refresh_token', 'id_token', 'token'],
  ...[
    'appToken',
    'pushToken',
    'csrfToken',
    'x-csrf-token',
    'jwt',
    'secret',
    'appSecret',
    'appsecret',
    'app_secret',
  ],
  ...['client_secret', 'password', 'currentPassword', 'newPassword', 'passwd', 'passphrase', 'phone'],
  ...['phoneNumber', 'purePhoneNumber', 'phone_number', 'mobile', 'authorization', 'proxy-authorization'],
  ...[
    'cookie',
    'set-cookie',
    'http_cookie',
    'encodingAesKey',
    'aes_key',
    'apiKey',
    'x-api-key',
    'privateKey',
  ],
  ...['METRICS_TOKEN', 'ENCRYPTION_KEYS', 'API_CLIENTS', 'wxpass_access', 'wxpass_refresh', 'wxpass_browser'],
  ...['key', 'sig', 'password_hash', 'user_password_hash', 'pwd2'],
  ...['__Host-wxpass_access', '__Host-wxpass_csrf', '__Secure-wxpass_refresh', 'req.headers.authorization'],
];

/** Short and plain, so that its name alone gives it away; the number of a phone where the name is one's. */
export function valueOf(name: string): string {
  const place = String(secretNames.indexOf(name)).padStart(3, '0');
  return /phone(_?number)?$|mobile/i.test(name) ? `13900000${place}` : `planted${place}x`;
}

interface LineForm {
  write: (name: string, value: string) => string;
  /** What each line must still say. */
  helpful: string[];
}

const told = {
  level: 'error',
  time: '2026-11-20T15:14:15.000Z',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
};
const access = { route: '/api/v1/auth/wechat/:door', status: 401, ms: 12.5, errcode: 40163 };
const rid = '6735d1f0-1a2b3c4d-5e6f7a8b';
const kept = [told.traceId, access.route, '"status":401', '12.5', '40163'];
const nginx = '203.0.113.7 - - [20/Nov/2026:15:14:15 +0000]';
const inJson = (name: string, value: string) => JSON.stringify({ [name]: value, errcode: 40163, rid });

export const lineForms: Record<string, LineForm> = {
  'a query in the log of a proxy': {
    write: (name, value) => `${nginx} "GET /in?kept=1&${name}=${value}&after=2 HTTP/2.0" 401 12 "-" "curl/8"`,
    helpful: ['203.0.113.7', 'GET /in?kept=1&', '&after=2', ' 401 12'],
  },
  'a query within a query': {
    write: (name, value) =>
      `${nginx} "GET /in?to=${encodeURIComponent(`https://x.test/in?kept=1&${name}=${value}&after=2`)} HTTP/2.0" 401`,
    helpful: ['203.0.113.7', 'x.test', 'after', '" 401'],
  },
  'a query in the log of a proxy that writes JSON': {
    write: (name, value) =>
      JSON.stringify({
        remote_addr: '203.0.113.7',
        request: `GET /in?${name}=${value}&after=2`,
        status: 401,
      }),
    helpful: ['203.0.113.7', 'GET /in?', '&after=2', '"status":401'],
  },
  'a member of a JSON line': {
    write: (name, value) => JSON.stringify({ ...told, ...access, body: { [name]: value }, rid }),
    helpful: [...kept, rid],
  },
  'a member of a JSON line, behind the name of its container': {
    write: (name, value) => `wxpass-1  | ${JSON.stringify({ ...told, ...access, [name]: value, rid })}`,
    helpful: ['wxpass-1  | {', ...kept, rid],
  },
  'JSON that is a text of a JSON line': {
    write: (name, value) => JSON.stringify({ ...told, ...access, body: inJson(name, value) }),
    helpful: [...kept, rid],
  },
  'JSON amid the words of a JSON line': {
    write: (name, value) => JSON.stringify({ ...told, ...access, msg: `got ${inJson(name, value)} at once` }),
    helpful: [...kept, rid, 'at once'],
  },
  'JSON in JSON of a line that was cut': {
    write: (name, value) =>
      JSON.stringify({ ...told, ...access, msg: JSON.stringify({ body: inJson(name, value) }) }).slice(0, -3),
    helpful: [...kept, rid],
  },
  'JSON in a query': {
    write: (name, value) =>
      `${nginx} "GET /in?data=${encodeURIComponent(inJson(name, value))}&after=2 HTTP/2.0" 401`,
    helpful: ['203.0.113.7', 'after=2', rid, '" 401'],
  },
  'an object that Node shows': {
    write: (name, value) => `[15:14:15] ERROR: refused { status: 401, '${name}': '${value}', rid: '${rid}' }`,
    helpful: ['ERROR: refused', 'status: 401', rid],
  },
  'a header': {
    write: (name, value) => `[15:14:15] 401 with ${name}: ${value}`,
    helpful: ['401 with'],
  },
  'a header of a JSON line': {
    write: (name, value) =>
      JSON.stringify({ ...told, ...access, headers: { host: 'x.test', [name]: [value] } }),
    helpful: [...kept, 'x.test'],
  },
  'raw headers of a JSON line': {
    write: (name, value) =>
      JSON.stringify({ ...told, ...access, rawHeaders: ['host', 'x.test', name, value] }),
    helpful: [...kept, 'x.test'],
  },
  'an option of a command': {
    write: (name, value) => `[15:14:15] 401 after mysql --user x --${name} ${value} --port 3306`,
    helpful: ['401 after mysql --user x --', ' --port 3306'],
  },
  'an element': {
    write: (name, value) => `[15:14:15] 401 for <xml><MsgId>64</MsgId><${name}>${value}</${name}></xml>`,
    helpful: ['401 for <xml><MsgId>64</MsgId><'],
  },
  'a cookie': {
    write: (name, value) => `[15:14:15] 401 with Cookie: theme=dark; ${name}=${value}; other=1`,
    helpful: ['401 with Cookie'],
  },
  'a cookie of a JSON line': {
    write: (name, value) =>
      JSON.stringify({
        ...told,
        ...access,
        headers: { cookie: `theme=dark; ${name}=${value}`, host: 'x.test' },
      }),
    helpful: [...kept, 'x.test'],
  },
  'a cookie in a field of a proxy': {
    write: (name, value) => `${nginx} "GET /in HTTP/2.0" 401 "theme=dark; ${name}=${value}; other=1"`,
    helpful: ['203.0.113.7', 'GET /in', '401'],
  },
};

export function leakingLine(form: string, name: string): string {
  return lineForms[form]!.write(name, valueOf(name));
}

const random = 'Zm9vYmFyMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFla';

/** Such as nothing may name: our tokens and codes, WeChat's, keys, passwords in addresses, phone numbers. */
export const shapedSecrets: Record<string, string> = {
  'an access token': `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJQbGFudGVkMSJ9.${random}`,
  'an access token that was cut': 'eyJhbGciOiJFUzI1NiIsImtpZCI6IlBsYW50ZWQyIn0.eyJzdWIi',
  'a refresh token': `${random}abcdefghijklmnopqrstuvwx012345`,
  'a login code': random.slice(0, 43),
  'a state': 'c0ffee'.repeat(11).slice(0, 64),
  "WeChat's app token": `89_${random}-${random}_${random}`,
  "WeChat's code": '061uEyGa1oTXjE0AuGHa1dgdhJ0uEyGG',
  'an openid': 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
  'a sealed push': `${'AbCd0123/+'.repeat(9)}Zz`,
  'an openid without a digit': 'oABCDEFGHIJKLMNOPQRSTUVWXYZz',
  'a session_key': 'tiihtNczf5v6AKRyhwEUhQ==',
  'a hash of a password': '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRwbGFudGVk$UGxhbnRlZEhhc2g',
  'a sealed value': `k1.${random}`,
  'a private key': '-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMGByqGSM49\\n-----END PRIVATE KEY-----',
  'a password in an address': 'mysql://wxpass:plantedPa/ss@db:3306/wxpass',
  'a token in an address': 'https://plantedtoken12@git.example.test/x',
  'a bearer token': 'Bearer plantedBearerToken',
  'a name and password': 'Basic cGxhbnRlZDpwbGFudGVk',
  'a phone number': '+8613912345678',
  'a phone number without a country': '13912345678',
  'a phone number with dots': '139.1234.5678',
  'an AppSecret': '0123456789abcdef0123456789abcdef',
};
