/** A way in which WeChat fails, and how a login must then come out. */
export interface WechatFault {
  name: string;
  /** What befalls its calls, as POST /simulator/control/faults has it; nobody listens where it is `refused`. */
  orders: Record<string, unknown>[] | 'refused';
  /** Whether the service knows another address of WeChat, where all is well. */
  alternate?: true;
  /** Of the service, where its default is not what is to be seen. */
  timeout?: string;
  status: number;
  error?: 'wechat_unavailable' | 'wechat_error';
  /** How often WeChat is asked about the code of a login that comes alone. */
  exchanges: number;
  opensCircuit: boolean;
}

const always = { times: 10_000 };
const unavailable = { status: 503, error: 'wechat_unavailable' } as const;
const notAsDocumented = { status: 502, error: 'wechat_error', exchanges: 1, opensCircuit: false } as const;
const gone = { ...unavailable, exchanges: 1, opensCircuit: true };
const good = { status: 200, opensCircuit: false };

export const wechatFaults: readonly WechatFault[] = [
  { name: 'no fault', orders: [], ...good, exchanges: 1 },
  { name: 'slow by 10 s', orders: [{ delayMs: 10_000, ...always }], ...gone },
  { name: 'silent', orders: [{ hang: true, ...always }], timeout: '1s', ...gone },
  { name: 'reset', orders: [{ reset: true, ...always }], ...gone },
  { name: 'HTTP 502', orders: [{ status: 502, body: 'Bad Gateway', ...always }], ...gone },
  { name: 'connection refused', orders: 'refused', ...gone, exchanges: 0 },
  { name: 'connection refused, alternate well', orders: 'refused', alternate: true, ...good, exchanges: 1 },
  { name: 'errcode -1', orders: [{ errcode: -1, ...always }], ...gone, exchanges: 2 },
  {
    name: 'errcode -1, once',
    orders: ['/sns/jscode2session', '/sns/oauth2/access_token'].map((path) => ({ path, errcode: -1 })),
    ...good,
    exchanges: 2,
  },
  {
    name: 'errcode 45011',
    orders: [{ errcode: 45011, ...always }],
    ...unavailable,
    exchanges: 1,
    opensCircuit: false,
  },
  {
    name: 'HTML',
    orders: [{ body: '<html><body>维护中</body></html>', contentType: 'text/html', ...always }],
    ...notAsDocumented,
  },
  { name: 'empty body', orders: [{ body: '', ...always }], ...notAsDocumented },
];
