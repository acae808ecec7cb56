import { wechatAppKinds } from '../config/wechat-app.js';
import { catalogue, type ErrorName } from '../errors/catalogue.js';
import { endReasons } from '../errors/error-data.js';
import { limitNames } from '../errors/limit-names.js';

/** All values that a label may have or, where no list can say it, words on what keeps them few. */
type LabelValues = readonly string[] | string;

interface Metric {
  name: string;
  /** With the unit, where the name does not say it. */
  help: string;
  labels: Readonly<Record<string, LabelValues>>;
}

interface HistogramMetric extends Metric {
  /** Upper bounds in seconds. */
  buckets: readonly number[];
}

/** What is handed over with a metric's value. */
export type LabelsOf<Of extends Metric> = {
  [Label in keyof Of['labels']]: Of['labels'][Label] extends readonly (infer Value extends string)[]
    ? Value
    : string;
};

/** How something ended: well, or with the error that the caller was told. */
export const outcomes = ['success', ...(Object.keys(catalogue) as ErrorName[])] as const;
export type Outcome = (typeof outcomes)[number];

const configuredApp = 'the AppID of a configured app';
const wechatEndpoint = "the path of one of WeChat's endpoints that the service calls";

/*
 * Every metric of ours, here and nowhere else; docs/metrics.md says the same in more words. A label never holds what a
 * stranger made up, nor what belongs to a person.
 */

export const counters = {
  logins: {
    name: 'wxpass_logins_total',
    help: 'Attempts to log in, by how they ended',
    labels: { door: [...wechatAppKinds, 'scan', 'password', 'login-code'], outcome: outcomes },
  },
  sessionsOpened: {
    name: 'wxpass_sessions_opened_total',
    help: 'Sessions opened, by the way in which the person was proved',
    labels: { door: 'a kind of WeChat app, or password' },
  },
  sessionsEnded: {
    name: 'wxpass_sessions_ended_total',
    help: 'Sessions ended before their time',
    labels: { reason: endReasons },
  },
  refreshReuse: {
    name: 'wxpass_refresh_reuse_total',
    help: 'Sessions ended because a spent refresh token came back',
    labels: {},
  },
  scans: {
    name: 'wxpass_scans_total',
    help: 'Statuses that scans have reached',
    labels: { status: ['pending', 'scanned', 'confirmed', 'rejected', 'cancelled', 'expired'] },
  },
  wechatRequests: {
    name: 'wxpass_wechat_requests_total',
    help: "Calls of WeChat's API, by the errcode of the answer or by what came instead",
    labels: {
      endpoint: wechatEndpoint,
      errcode: 'a listed errcode, 0, other, timeout, network, http_5xx, malformed or circuit_open',
    },
  },
  appTokenRefreshes: {
    name: 'wxpass_app_token_refreshes_total',
    help: 'App tokens fetched from WeChat by this process, or not',
    labels: { app: configuredApp, outcome: outcomes },
  },
  rateLimited: {
    name: 'wxpass_rate_limited_total',
    help: 'Requests refused by a limit',
    labels: { limit: limitNames },
  },
  auditDropped: {
    name: 'wxpass_audit_dropped_entries_total',
    help: 'Entries given up for lost because too many waited for the database',
    labels: {},
  },
  logLinesDropped: {
    name: 'wxpass_log_lines_dropped_total',
    help: 'Lines of the log given up for lost because too many waited for its reader',
    labels: {},
  },
} as const satisfies Record<string, Metric>;

/** Asked for at each scrape. */
export const gauges = {
  appTokenAge: {
    name: 'wxpass_app_token_age_seconds',
    help: 'Since the app token in use was fetched',
    labels: { app: configuredApp },
  },
  circuitOpen: {
    name: 'wxpass_circuit_open',
    help: '1 while calls of WeChat are refused without being made, else 0',
    labels: { host: 'a configured address of WeChat', kind: 'the first part of the path of an endpoint' },
  },
  waitingBrowsers: {
    name: 'wxpass_waiting_browsers',
    help: 'Browsers that wait for news of a scan',
    labels: { transport: ['long-poll', 'event-stream', 'web-socket'] },
  },
  sessions: { name: 'wxpass_sessions', help: 'Sessions that live, in the database', labels: {} },
  users: { name: 'wxpass_users', help: 'Users, in the database', labels: { status: ['active', 'locked'] } },
  passwordsRunning: {
    name: 'wxpass_password_queue_running',
    help: 'Passwords that are being hashed',
    labels: {},
  },
  passwordsWaiting: {
    name: 'wxpass_password_queue_waiting',
    help: 'Passwords that wait to be hashed',
    labels: {},
  },
  auditWaiting: {
    name: 'wxpass_audit_waiting_entries',
    help: 'Entries of the audit log that are not written yet',
    labels: {},
  },
  buildInfo: {
    name: 'wxpass_build_info',
    help: 'Always 1: which version runs, on which Node.js',
    labels: { version: "the service's own", node: 'that of Node.js' },
  },
} as const satisfies Record<string, Metric>;

export const histograms = {
  httpRequestDuration: {
    name: 'wxpass_http_request_duration_seconds',
    help: 'From the first byte of a request to the last one of its answer',
    labels: {
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'],
      route: 'the pattern of the route, none where there is none',
      status: 'the HTTP status',
    },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 6, 30],
  },
  wechatRequestDuration: {
    name: 'wxpass_wechat_request_duration_seconds',
    help: "Of a call of WeChat's API, answered or not",
    labels: { endpoint: wechatEndpoint },
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
  },
} as const satisfies Record<string, HistogramMetric>;
