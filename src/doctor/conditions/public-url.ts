import type { Condition } from '../finding.js';

export const publicUrlConditions = {
  'public-url-host-unknown': {
    status: 'fail',
    title: {
      zh: '解析不了 PUBLIC_URL 的主机 {host}（{code}）',
      en: 'The host of PUBLIC_URL, {host}, is not found ({code})',
    },
    cause: {
      zh: '域名写错、尚未解析，或从这里解析不到；微信的推送和人们的浏览器都要能找到它。',
      en: 'It is misspelled, has no record yet, or is not known here; WeChat and browsers must find it.',
    },
    remedy: {
      zh: '添加 DNS 记录或修正 PUBLIC_URL；只在外部可解析时可以忽略。',
      en: 'Add the DNS record or correct PUBLIC_URL; ignore this where it is known outside alone.',
    },
  },
  'public-url-unreachable': {
    status: 'fail',
    title: {
      zh: '服务在运行，但 PUBLIC_URL 连接不上（{code}）',
      en: 'The service runs, but PUBLIC_URL cannot be reached ({code})',
    },
    cause: {
      zh: '代理或 Ingress 没有运行、端口不对，或这里不能从内部访问外部地址。',
      en: 'The proxy or Ingress does not run, the port is wrong, or the outside address cannot be reached from inside.',
    },
    remedy: {
      zh: '检查代理、Ingress 与防火墙；在手机网络上打开 {url}/health/live 核对。',
      en: 'Check proxy, Ingress and firewall; open {url}/health/live from outside to compare.',
    },
  },
  'public-url-certificate-expired': {
    status: 'fail',
    title: { zh: 'PUBLIC_URL 的证书已过期', en: 'The certificate of PUBLIC_URL has expired' },
    cause: {
      zh: '浏览器会警告，小程序和微信推送会直接拒绝。',
      en: 'Browsers warn; mini programs and WeChat refuse outright.',
    },
    remedy: {
      zh: '续期证书并重新加载代理；同时核对本机时钟。',
      en: 'Renew it and reload the proxy; check the clock of this machine, too.',
    },
  },
  'public-url-certificate-expiring': {
    status: 'warn',
    title: {
      zh: 'PUBLIC_URL 的证书 {days} 天后过期',
      en: 'The certificate of PUBLIC_URL expires in {days} days',
    },
    cause: {
      zh: '自动续期看来没有生效。',
      en: 'Its automatic renewal does not seem to work.',
    },
    remedy: { zh: '检查 cert-manager 或 certbot。', en: 'Check cert-manager or certbot.' },
  },
  'public-url-certificate-name': {
    status: 'fail',
    title: { zh: 'PUBLIC_URL 的证书不是给 {host} 的', en: 'The certificate of PUBLIC_URL is not for {host}' },
    cause: {
      zh: '代理返回了默认证书或别的站点的证书。',
      en: 'The proxy shows its default certificate or that of another site.',
    },
    remedy: {
      zh: '为 {host} 申请证书，并核对代理的 server_name 或 Ingress 的 tls.hosts。',
      en: 'Obtain one for {host}, and check server_name of the proxy or tls.hosts of the Ingress.',
    },
  },
  'public-url-certificate-untrusted': {
    status: 'fail',
    title: {
      zh: '不信任 PUBLIC_URL 的证书（{code}）',
      en: 'The certificate of PUBLIC_URL is not trusted ({code})',
    },
    cause: {
      zh: '自签名、缺少中间证书，或由这里不认识的 CA 签发；微信和小程序也不会信任它。',
      en: 'It is self-signed, lacks the intermediate, or is of a CA unknown here; WeChat and mini programs do not trust it either.',
    },
    remedy: {
      zh: '使用公共 CA 签发的完整证书链（fullchain）。',
      en: 'Use the full chain (fullchain) of a public CA.',
    },
  },
  'public-url-no-tls': {
    status: 'fail',
    title: {
      zh: 'PUBLIC_URL 是 https，但那里没有 TLS（{code}）',
      en: 'PUBLIC_URL is https, but no TLS is spoken there ({code})',
    },
    cause: {
      zh: '端口指向了只说 HTTP 的服务本身，而不是终止 TLS 的代理。',
      en: 'The port leads to the service itself, which speaks HTTP, and not to a proxy that ends TLS.',
    },
    remedy: {
      zh: '让代理在该端口终止 TLS；只在本机试用时把 PUBLIC_URL 改为 http。',
      en: 'Let a proxy end TLS on that port; for a trial on this machine make PUBLIC_URL http.',
    },
  },
  'public-url-should-be-https': {
    status: 'fail',
    title: {
      zh: 'PUBLIC_URL 是 http，但那里跳转到 https',
      en: 'PUBLIC_URL is http, but it redirects to https',
    },
    cause: {
      zh: '回调地址、令牌的 iss 和 Cookie 都以 PUBLIC_URL 为准，协议不符会导致登录回不来或丢失 Cookie。',
      en: 'Callbacks, the iss of tokens and cookies follow PUBLIC_URL; with the other scheme logins do not come back or lose their cookie.',
    },
    remedy: { zh: '把 PUBLIC_URL 改为 {location}。', en: 'Set PUBLIC_URL to {location}.' },
  },
  'public-url-redirects': {
    status: 'fail',
    title: { zh: 'PUBLIC_URL 跳转到别处：{location}', en: 'PUBLIC_URL redirects elsewhere: {location}' },
    cause: {
      zh: '微信推送不跟随跳转，浏览器的 Cookie 也会留在另一个域名。',
      en: 'WeChat does not follow redirects, and cookies stay with the other host.',
    },
    remedy: {
      zh: '把 PUBLIC_URL 设为最终的地址，或取消该跳转（登录墙、www 跳转）。',
      en: 'Set PUBLIC_URL to where it ends, or take the redirect away (a login wall, a www redirect).',
    },
  },
  'public-url-prefix': {
    status: 'fail',
    title: {
      zh: 'wxpass 在 {origin} 回答，但不在 PUBLIC_URL 的路径 {path} 下',
      en: 'wxpass answers at {origin}, but not under the path {path} of PUBLIC_URL',
    },
    cause: {
      zh: 'PUBLIC_URL 带路径前缀时，代理必须去掉前缀再转发；它没有，或者根本没有这个前缀。',
      en: 'Where PUBLIC_URL has a path, the proxy must strip it before forwarding; it does not, or there is no such path.',
    },
    remedy: {
      zh: '让代理去掉 {path}（nginx 的 proxy_pass 末尾加斜杠），或把 PUBLIC_URL 改为 {origin}。',
      en: 'Let the proxy strip {path} (in nginx a slash at the end of proxy_pass), or set PUBLIC_URL to {origin}.',
    },
  },
  'public-url-other-service': {
    status: 'fail',
    title: {
      zh: '在 PUBLIC_URL 回答的不是 wxpass（HTTP {status}）',
      en: 'What answers at PUBLIC_URL is not wxpass (HTTP {status})',
    },
    cause: {
      zh: '主机名、端口或代理的路由指向了别的服务，或代理找不到后端。',
      en: 'Host, port or route leads to another service, or the proxy finds no backend.',
    },
    remedy: {
      zh: '核对 PUBLIC_URL，以及代理是否把 /health、/api、/wechat 和 /.well-known 都转给 wxpass。',
      en: 'Check PUBLIC_URL, and that the proxy forwards /health, /api, /wechat and /.well-known to wxpass.',
    },
  },
  'public-url-other-installation': {
    status: 'fail',
    title: {
      zh: '在 PUBLIC_URL 回答的是另一套 wxpass',
      en: 'What answers at PUBLIC_URL is another installation of wxpass',
    },
    cause: {
      zh: '它公布的签名密钥不在这里配置的数据库中：测试与生产环境可能弄混了。',
      en: 'None of the signing keys that it publishes is in the database configured here: test and production may be mixed up.',
    },
    remedy: {
      zh: '核对 PUBLIC_URL 与 DATABASE_URL 是否属于同一环境。',
      en: 'Check that PUBLIC_URL and DATABASE_URL are of the same environment.',
    },
  },
  'public-url-not-ready': {
    status: 'warn',
    title: { zh: 'PUBLIC_URL 的服务尚未就绪：{down}', en: 'The service at PUBLIC_URL is not ready: {down}' },
    cause: {
      zh: '它正在启动或退出，或连不上自己的数据库或 Redis。',
      en: 'It starts or stops, or does not reach its database or Redis.',
    },
    remedy: {
      zh: '查看它的日志，先解决数据库或 Redis 的问题。',
      en: 'See its log, and mend database or Redis first.',
    },
  },
  'public-url-no-domain': {
    status: 'warn',
    title: {
      zh: 'PUBLIC_URL 的 {host} 不能作为授权回调域',
      en: '{host} of PUBLIC_URL cannot be a callback domain',
    },
    cause: {
      zh: '微信的授权回调域必须是域名，不能是 IP、localhost，也不能带端口。',
      en: "WeChat's callback domain must be a domain name: no address, not localhost, no port.",
    },
    remedy: {
      zh: '给服务一个域名和 443 端口，并据此设置 PUBLIC_URL。',
      en: 'Give the service a domain name on port 443, and set PUBLIC_URL to it.',
    },
  },
  'verify-file-not-served': {
    status: 'fail',
    title: {
      zh: '{url} 没有返回校验文件的内容（{reason}）',
      en: '{url} does not show the verify file ({reason})',
    },
    cause: {
      zh: '微信在域名根目录读取它来确认域名归属；代理没有转发，服务未重启，或 PUBLIC_URL 带路径前缀。',
      en: 'WeChat reads it at the root of the domain; the proxy does not forward it, the service was not restarted, or PUBLIC_URL has a path.',
    },
    remedy: {
      zh: '让代理把根目录下的这个文件转给 wxpass，或直接由代理提供，然后重启服务。',
      en: 'Let the proxy forward this file at the root to wxpass, or serve it itself; restart the service.',
    },
  },
  'push-address-refuses': {
    status: 'fail',
    title: {
      zh: '{app}：{url} 拒绝了正确签名的推送验证（403）',
      en: '{app}: {url} refuses a question with the right signature (403)',
    },
    cause: {
      zh: '运行中的服务使用另一个 Token 或没有这个应用，或它的时钟相差 5 分钟以上。',
      en: 'The running service has another token or not this app, or its clock is 5 minutes off.',
    },
    remedy: {
      zh: '用同样的配置重启服务，再在微信后台「消息推送」提交该地址。',
      en: 'Restart the service with this configuration, then submit the address under message push (消息推送).',
    },
  },
  'push-address-lost': {
    status: 'fail',
    title: {
      zh: '{app}：推送地址 {url} 不通（{reason}）',
      en: '{app}: the push address {url} does not answer as it should ({reason})',
    },
    cause: {
      zh: '代理没有转发 /wechat/push，丢掉了查询参数，或要求登录。',
      en: 'The proxy does not forward /wechat/push, drops the query, or asks for a login.',
    },
    remedy: {
      zh: '让代理原样转发该路径与查询参数，不加认证与缓存。',
      en: 'Let the proxy forward path and query as they are, without authentication and cache.',
    },
  },
} satisfies Record<string, Condition>;
