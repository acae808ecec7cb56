import type { Condition } from '../finding.js';

export const wechatConditions = {
  'wechat-host-unknown': {
    status: 'fail',
    title: { zh: '解析不了微信主机 {host}（{code}）', en: 'The WeChat host {host} is not found ({code})' },
    cause: {
      zh: 'DNS 不可用，或 WECHAT_API_URL 写错。',
      en: 'DNS does not work here, or WECHAT_API_URL is misspelled.',
    },
    remedy: {
      zh: '检查 /etc/resolv.conf、集群 DNS 与 NetworkPolicy 的 53 端口，或改用 WECHAT_PROXY_URL。',
      en: 'Check /etc/resolv.conf, the DNS of the cluster and port 53 in NetworkPolicies, or use WECHAT_PROXY_URL.',
    },
  },
  'wechat-unreachable': {
    status: 'fail',
    title: { zh: '连接不上微信 {host}（{code}）', en: 'WeChat at {host} cannot be reached ({code})' },
    cause: {
      zh: '出站连接被防火墙、安全组或 NetworkPolicy 挡住，没有人能用微信登录。',
      en: 'A firewall, security group or NetworkPolicy blocks the way out; nobody can log in with WeChat.',
    },
    remedy: {
      zh: '放行到 {host} 443 端口的出站连接，或用 WECHAT_PROXY_URL 指定代理；可在 WECHAT_API_FALLBACK_URLS 配置备用域名。',
      en: 'Open the way to {host}, port 443, or name a proxy by WECHAT_PROXY_URL; alternates go into WECHAT_API_FALLBACK_URLS.',
    },
  },
  'wechat-certificate': {
    status: 'fail',
    title: { zh: '不信任 {host} 的证书（{code}）', en: 'The certificate of {host} is not trusted ({code})' },
    cause: {
      zh: '有中间设备改写了 TLS，系统 CA 证书太旧，或本机时钟不对。',
      en: 'Something in between rewrites TLS, the CA certificates are old, or the clock is wrong.',
    },
    remedy: {
      zh: '更新 ca-certificates；若公司网关必须解密，用 NODE_EXTRA_CA_CERTS 加入其 CA。不要关闭证书校验。',
      en: 'Update ca-certificates; where a gateway must decrypt, add its CA by NODE_EXTRA_CA_CERTS. Do not turn verification off.',
    },
  },
  'wechat-proxy-unreachable': {
    status: 'fail',
    title: { zh: '出站代理无法使用（{code}）', en: 'The outbound proxy cannot be used ({code})' },
    cause: {
      zh: 'WECHAT_PROXY_URL 指向的代理没有运行、主机名写错，或这里不允许访问它。',
      en: 'The proxy of WECHAT_PROXY_URL does not run, is misspelled, or may not be reached from here.',
    },
    remedy: {
      zh: '核对 WECHAT_PROXY_URL 的主机与端口；不需要代理时删掉它。',
      en: 'Check host and port of WECHAT_PROXY_URL, or remove it where none is needed.',
    },
  },
  'wechat-proxy-refuses': {
    status: 'fail',
    title: {
      zh: '出站代理拒绝转发（HTTP {status}）',
      en: 'The outbound proxy refuses to forward (HTTP {status})',
    },
    cause: {
      zh: '407 表示用户名或密码不对，403 表示不允许访问 {host}，502 或 504 表示代理自己也连不上。',
      en: '407: user or password is wrong. 403: it may not forward to {host}. 502 or 504: it does not get there itself.',
    },
    remedy: {
      zh: '修正 WECHAT_PROXY_URL 中的用户和密码，或在代理上放行 {host}。',
      en: 'Correct user and password in WECHAT_PROXY_URL, or let the proxy forward to {host}.',
    },
  },
  'wechat-not-wechat': {
    status: 'fail',
    title: {
      zh: '{host} 的回答不像微信（HTTP {status}）',
      en: '{host} does not answer like WeChat (HTTP {status})',
    },
    cause: {
      zh: 'WECHAT_API_URL 或其路径前缀不对，或被登录门户、网关拦截。',
      en: 'WECHAT_API_URL or its path prefix is wrong, or a portal or gateway answers instead.',
    },
    remedy: {
      zh: '删掉 WECHAT_API_URL 以使用 https://api.weixin.qq.com，或修正网关的转发。',
      en: 'Remove WECHAT_API_URL for https://api.weixin.qq.com, or correct how the gateway forwards.',
    },
  },
  'wechat-unavailable': {
    status: 'warn',
    title: {
      zh: '微信 {host} 暂时不可用（{reason}）',
      en: 'WeChat at {host} is not available at the moment ({reason})',
    },
    cause: {
      zh: '微信或网关回答了 5xx 或系统繁忙，登录会以 503 失败。',
      en: 'WeChat or a gateway answers 5xx or says that it is busy; logins fail with 503.',
    },
    remedy: {
      zh: '稍后再检查；可配置 WECHAT_API_FALLBACK_URLS=https://api2.weixin.qq.com。',
      en: 'Check again later; WECHAT_API_FALLBACK_URLS=https://api2.weixin.qq.com is an alternate.',
    },
  },
} satisfies Record<string, Condition>;
