/** What Prometheus sees in a case, and whom it calls. */
interface Case {
  /** As a sentence goes on after the alert's name. */
  does: string;
  /** Values a minute from 0 on, as promtool writes them: `0+60x120` begins at 0 and grows by 60 a minute, `_` is none. */
  series: Record<string, string>;
  /** When the alerts are looked at; 20m where nothing else is said. */
  at?: string;
  /** None where it stays silent. */
  fires?: { labels?: Record<string, string>; summary: string }[];
}

export type AlertCase = Case & { alert: string };

const requests = (status: string, track = '') =>
  `wxpass_http_request_duration_seconds_count{status="${status}"${trackLabel(track)}}`;
const bucket = (le: string, track = '', route = '/api/v1/users/me') =>
  `wxpass_http_request_duration_seconds_bucket{route="${route}",le="${le}"${trackLabel(track)}}`;
const logins = (outcome: string, track = '') =>
  `wxpass_logins_total{door="mini-program",outcome="${outcome}"${trackLabel(track)}}`;
const wechat = (endpoint: string, errcode: number) =>
  `wxpass_wechat_requests_total{pod="a",endpoint="${endpoint}",errcode="${errcode}"}`;
const refreshes = (outcome: string) =>
  `wxpass_app_token_refreshes_total{pod="a",app="wx1",outcome="${outcome}"}`;

function trackLabel(track: string): string {
  return track && `,track="${track}"`;
}

/** Each alert in cases in which it fires and in cases in which it must not. */
const casesOf: Record<string, Case[]> = {
  WxpassDown: [
    {
      does: 'fires where Prometheus knows of no process',
      series: {},
      fires: [{ summary: 'No process of wxpass answers Prometheus' }],
    },
    {
      does: 'fires where none answers',
      series: { 'up{job="wxpass",pod="a"}': '0+0x120', 'up{job="other",pod="b"}': '1+0x120' },
      fires: [{ summary: 'No process of wxpass answers Prometheus' }],
    },
    {
      does: 'stays silent where one of two answers',
      series: { 'up{job="wxpass",pod="a"}': '0+0x120', 'up{job="wxpass",pod="b"}': '1+0x120' },
    },
  ],
  WxpassServerErrors: [
    {
      does: 'fires where one answer of twenty is a 5xx',
      series: { [requests('200')]: '0+95x120', [requests('500')]: '0+2x120', [requests('503')]: '0+3x120' },
      fires: [{ summary: '5% of all requests end with a 5xx' }],
    },
    {
      does: 'stays silent where one of a hundred is, and where all are 4xx',
      series: { [requests('200')]: '0+49x120', [requests('404')]: '0+50x120', [requests('500')]: '0+1x120' },
    },
    {
      does: 'stays silent over a burst that is over within a minute',
      series: { [requests('200')]: '0+100x120', [requests('503')]: '0+0x16 50+0x100' },
      at: '21m',
    },
  ],
  WxpassSlow: [
    {
      does: 'fires where all take between one second and three',
      series: { [bucket('1')]: '0+0x120', [bucket('3')]: '0+100x120', [bucket('+Inf')]: '0+100x120' },
      fires: [{ summary: 'One request of a hundred takes longer than 2.98s' }],
    },
    {
      does: 'stays silent where only those who wait for a scan take long',
      series: {
        [bucket('1')]: '0+100x120',
        [bucket('3')]: '0+100x120',
        [bucket('+Inf')]: '0+100x120',
        [bucket('1', '', '/api/v1/auth/scans/:scanId/events')]: '0+0x120',
        [bucket('3', '', '/api/v1/auth/scans/:scanId/events')]: '0+0x120',
        [bucket('+Inf', '', '/api/v1/auth/scans/:scanId/events')]: '0+100x120',
      },
    },
  ],
  WxpassEventLoopLag: [
    {
      does: 'fires for the process that is late',
      series: {
        'nodejs_eventloop_lag_p99_seconds{job="wxpass",pod="a"}': '0.3+0x120',
        'nodejs_eventloop_lag_p99_seconds{job="wxpass",pod="b"}': '0.01+0x120',
      },
      fires: [{ labels: { pod: 'a' }, summary: 'The event loop of a is late by 300ms' }],
    },
    {
      does: 'stays silent for another program',
      series: { 'nodejs_eventloop_lag_p99_seconds{job="other",pod="a"}': '0.3+0x120' },
    },
  ],
  WxpassPasswordQueue: [
    {
      does: 'fires where thirty wait',
      series: { 'wxpass_password_queue_waiting{pod="a"}': '30+0x120' },
      fires: [{ labels: { pod: 'a' }, summary: '30 passwords wait to be checked in a' }],
    },
    {
      does: 'stays silent where twenty do, and where thirty did for a minute',
      series: {
        'wxpass_password_queue_waiting{pod="a"}': '20+0x120',
        'wxpass_password_queue_waiting{pod="b"}': '0+0x18 30 30 0+0x100',
      },
    },
  ],
  WxpassAuditBacklog: [
    {
      does: 'fires where six hundred wait',
      series: { 'wxpass_audit_waiting_entries{pod="a"}': '600+0x120' },
      fires: [{ labels: { pod: 'a' }, summary: '600 entries of the audit log wait in a' }],
    },
    {
      does: 'stays silent where five hundred do',
      series: { 'wxpass_audit_waiting_entries{pod="a"}': '500+0x120' },
    },
  ],
  WxpassAuditEntriesLost: lossCases('wxpass_audit_dropped_entries_total', 'entries of the audit log'),
  WxpassLogLinesLost: lossCases('wxpass_log_lines_dropped_total', 'lines of the log'),
  WxpassVersionsDiffer: [
    {
      does: 'fires where two versions run for half an hour',
      series: {
        'wxpass_build_info{version="1.0.0",pod="a"}': '1+0x120',
        'wxpass_build_info{version="1.1.0",pod="b"}': '1+0x120',
      },
      at: '31m',
      fires: [{ summary: '2 versions run side by side: a roll-out has not ended' }],
    },
    {
      does: 'stays silent where the other one is a canary',
      series: {
        'wxpass_build_info{version="1.0.0",pod="a",track="stable"}': '1+0x120',
        'wxpass_build_info{version="1.1.0",pod="b",track="canary"}': '1+0x120',
      },
      at: '31m',
    },
    {
      does: 'stays silent while a roll-out takes ten minutes',
      series: {
        'wxpass_build_info{version="1.0.0",pod="a"}': '1+0x10 _x110',
        'wxpass_build_info{version="1.1.0",pod="b"}': '1+0x120',
      },
      at: '40m',
    },
  ],
  WxpassLoginsFail: [
    {
      does: 'fires where WeChat fails one login of five',
      series: { [logins('success')]: '0+80x120', [logins('wechat_error')]: '0+20x120' },
      fires: [
        {
          labels: { door: 'mini-program' },
          summary: '20% of the logins by mini-program fail through no fault of the person',
        },
      ],
    },
    {
      does: 'stays silent where people mistype, and where codes are spent',
      series: {
        [logins('success')]: '0+50x120',
        [logins('wechat_code_used')]: '0+45x120',
        [logins('wechat_error')]: '0+5x120',
        'wxpass_logins_total{door="password",outcome="invalid_credentials"}': '0+50x120',
      },
    },
  ],
  WxpassWechatRefuses: [
    {
      does: 'fires at the first answer of its kind',
      series: {
        [wechat('/sns/jscode2session', 0)]: '0+10x120',
        [wechat('/sns/jscode2session', 40125)]: '_x15 1+0x100',
      },
      fires: [refusal('/sns/jscode2session', 40125)],
    },
    {
      does: 'fires at one more answer of a kind that came long before',
      series: { [wechat('/cgi-bin/stable_token', 40164)]: '5+0x55 6+0x60' },
      at: '60m',
      fires: [refusal('/cgi-bin/stable_token', 40164)],
    },
    {
      does: 'ends ten minutes after the last answer of its kind',
      series: { [wechat('/sns/jscode2session', 40125)]: '_x15 1+0x100' },
      at: '27m',
    },
    {
      does: 'stays silent over codes of people, and while all is well',
      series: {
        [wechat('/sns/jscode2session', 0)]: '0+100x120',
        [wechat('/sns/jscode2session', 40029)]: '0+5x120',
        [wechat('/sns/jscode2session', 40163)]: '_x15 7+0x100',
      },
    },
  ],
  WxpassWechatCircuitOpen: [
    {
      does: 'fires for the host and the kind of call, whichever process says so',
      series: {
        'wxpass_circuit_open{pod="a",host="api.weixin.qq.com",kind="sns"}': '1+0x120',
        'wxpass_circuit_open{pod="b",host="api.weixin.qq.com",kind="sns"}': '0+0x120',
        'wxpass_circuit_open{pod="a",host="api.weixin.qq.com",kind="wxa"}': '0+0x120',
      },
      fires: [
        {
          labels: { host: 'api.weixin.qq.com', kind: 'sns' },
          summary: 'api.weixin.qq.com does not answer; calls to it (sns) are answered 503 at once',
        },
      ],
    },
    {
      does: 'stays silent where it was open for a minute',
      series: { 'wxpass_circuit_open{pod="a",host="api.weixin.qq.com",kind="sns"}': '0+0x17 1 0+0x100' },
    },
  ],
  WxpassAppTokenRefreshFails: [
    {
      does: 'fires at the third failure of a process that never failed before',
      series: { [refreshes('success')]: '1+0x120', [refreshes('wechat_error')]: '_x15 1 2 3+0x100' },
      fires: [{ labels: { app: 'wx1' }, summary: 'The app token of wx1 could not be fetched 3 times' }],
    },
    {
      does: 'fires at three more of one that did',
      series: { [refreshes('wechat_unavailable')]: '4+0x50 5 6 7+0x60' },
      at: '60m',
      fires: [{ labels: { app: 'wx1' }, summary: 'The app token of wx1 could not be fetched 3 times' }],
    },
    {
      does: 'stays silent at two failures among many successes',
      series: { [refreshes('success')]: '0+1x120', [refreshes('wechat_error')]: '_x15 1 2+0x100' },
    },
  ],
  WxpassRefreshTokensReused: [
    {
      does: 'fires at one a minute',
      series: { 'wxpass_refresh_reuse_total{pod="a"}': '0+1x120' },
      at: '60m',
      fires: [{ summary: '60 sessions ended within an hour because a spent refresh token came back' }],
    },
    {
      does: 'stays silent at ten an hour',
      series: { 'wxpass_refresh_reuse_total{pod="a"}': '0+0x30 10+0x90' },
      at: '60m',
    },
  ],
  WxpassRateLimited: [
    {
      does: 'fires for the limit that refuses six a second',
      series: {
        'wxpass_rate_limited_total{pod="a",limit="api"}': '0+240x120',
        'wxpass_rate_limited_total{pod="b",limit="api"}': '0+120x120',
        'wxpass_rate_limited_total{pod="b",limit="scans"}': '0+240x120',
      },
      fires: [{ labels: { limit: 'api' }, summary: '6 requests a second are refused by the limit api' }],
    },
    {
      does: 'stays silent where each refuses four',
      series: {
        'wxpass_rate_limited_total{pod="a",limit="api"}': '0+240x120',
        'wxpass_rate_limited_total{pod="a",limit="scans"}': '0+240x120',
      },
    },
  ],
  WxpassCanaryRollBack: [
    {
      does: 'fires where the canary ends one request of twenty with a 5xx, and the version in place none',
      series: {
        [requests('200', 'stable')]: '0+1000x120',
        [requests('200', 'canary')]: '0+95x120',
        [requests('500', 'canary')]: '0+5x120',
      },
      fires: [
        { labels: { reason: 'errors' }, summary: 'Roll the canary back: 5% of its requests end with a 5xx' },
      ],
    },
    {
      does: 'fires over errors where everybody meets the canary',
      series: {
        [requests('200', 'stable')]: '1000+0x120',
        [requests('500', 'stable')]: '1+0x120',
        [requests('200', 'canary')]: '0+95x120',
        [requests('500', 'canary')]: '0+5x120',
      },
      fires: [
        { labels: { reason: 'errors' }, summary: 'Roll the canary back: 5% of its requests end with a 5xx' },
      ],
    },
    {
      does: 'stays silent where both end as many requests with a 5xx',
      series: {
        [requests('200', 'stable')]: '0+950x120',
        [requests('503', 'stable')]: '0+50x120',
        [requests('200', 'canary')]: '0+95x120',
        [requests('503', 'canary')]: '0+5x120',
      },
    },
    {
      does: 'stays silent where next to nobody meets the canary',
      series: {
        [requests('200', 'stable')]: '0+1000x120',
        [requests('500', 'canary')]: '0+10x120',
        [logins('success', 'stable')]: '0+100x120',
        [logins('wechat_error', 'canary')]: '0+4x120',
      },
    },
    {
      does: 'fires where fewer log in by the canary',
      series: {
        [logins('success', 'stable')]: '0+90x120',
        [logins('wechat_code_invalid', 'stable')]: '0+10x120',
        [logins('success', 'canary')]: '0+6x120',
        [logins('wechat_code_invalid', 'canary')]: '0+4x120',
      },
      fires: [{ labels: { reason: 'logins' }, summary: 'Roll the canary back: 60% of its logins succeed' }],
    },
    {
      does: 'fires where nobody ever did, so that there is no series of successes',
      series: {
        [logins('success', 'stable')]: '0+90x120',
        [logins('internal_error', 'canary')]: '0+10x120',
      },
      fires: [{ labels: { reason: 'logins' }, summary: 'Roll the canary back: 0% of its logins succeed' }],
    },
    {
      does: 'stays silent where as many log in by both',
      series: {
        [logins('success', 'stable')]: '0+60x120',
        [logins('wechat_code_invalid', 'stable')]: '0+40x120',
        [logins('success', 'canary')]: '0+6x120',
        [logins('wechat_code_invalid', 'canary')]: '0+4x120',
      },
    },
    {
      does: 'fires where half of the requests take much longer',
      series: {
        [bucket('0.1', 'stable')]: '0+1000x120',
        [bucket('0.5', 'stable')]: '0+1000x120',
        [bucket('+Inf', 'stable')]: '0+1000x120',
        [bucket('0.1', 'canary')]: '0+0x120',
        [bucket('0.5', 'canary')]: '0+100x120',
        [bucket('+Inf', 'canary')]: '0+100x120',
        [requests('200', 'canary')]: '0+100x120',
        [requests('200', 'stable')]: '0+1000x120',
      },
      fires: [
        {
          labels: { reason: 'slow' },
          summary: 'Roll the canary back: half of its requests take longer than 300ms',
        },
      ],
    },
    {
      does: 'stays silent where both are as slow',
      series: {
        [bucket('0.1', 'stable')]: '0+0x120',
        [bucket('0.5', 'stable')]: '0+1000x120',
        [bucket('+Inf', 'stable')]: '0+1000x120',
        [bucket('0.1', 'canary')]: '0+0x120',
        [bucket('0.5', 'canary')]: '0+100x120',
        [bucket('+Inf', 'canary')]: '0+100x120',
        [requests('200', 'canary')]: '0+100x120',
        [requests('200', 'stable')]: '0+1000x120',
      },
    },
  ],
};

export const alertCases: AlertCase[] = Object.entries(casesOf).flatMap(([alert, cases]) =>
  cases.map((one) => ({ alert, ...one })),
);

/** Something was given up for lost, and none is too few. */
function lossCases(counter: string, what: string): Case[] {
  const fires = [{ labels: { pod: 'a' }, summary: `3 ${what} are lost in a` }];
  return [
    {
      does: 'fires where a process has lost some',
      series: { [`${counter}{pod="a"}`]: '0+0x15 3+0x100' },
      fires,
    },
    {
      does: 'fires where a new process has lost them before it was asked for the first time',
      series: { [`${counter}{pod="a"}`]: '_x15 3+0x100' },
      fires,
    },
    {
      does: 'stays silent where none is lost, in old processes and new ones',
      series: { [`${counter}{pod="a"}`]: '0+0x120', [`${counter}{pod="b"}`]: '_x15 0+0x100' },
    },
    {
      does: 'ends a quarter of an hour after the loss',
      series: { [`${counter}{pod="a"}`]: '_x15 3+0x100' },
      at: '32m',
    },
  ];
}

export function refusal(endpoint: string, errcode: number) {
  return {
    labels: { endpoint, errcode: String(errcode) },
    summary: `WeChat answers ${endpoint} with errcode ${errcode}: only an operator can mend it`,
  };
}
