import { found } from '../../src/doctor/conditions.js';
import { explainRefusal } from '../../src/doctor/wechat-app-refusal.js';
import type { EndpointKind } from '../../src/wechat/errcode-row.js';
import { defect } from '../../src/wechat/errcode-row.js';
import { listedErrcodes, meaningOf } from '../../src/wechat/wechat-errcodes.js';
import { alertCases, refusal, type AlertCase } from '../support/alert-cases.js';
import { alertsIn, readRuleGroups } from '../support/prometheus-rules.js';
import { Promtool, type RuleTest } from '../support/promtool.js';

const groups = readRuleGroups();
const alerts = alertsIn(groups);
let promtool: Promtool;

beforeAll(async () => {
  promtool = await Promtool.find();
}, 300_000);

describe('the rules', () => {
  it('are taken by Prometheus', async () => {
    expect(await promtool.faultsIn(groups)).toBe('');
  });

  it('would be found out if they were not', async () => {
    const wrong = { name: 'wrong', rules: [{ alert: 'Wrong', expr: 'sum(rate(up))' }] };
    expect(await promtool.faultsIn([wrong])).toContain('expected type range vector');
  });
});

describe('in Prometheus', () => {
  it.each(alertCases)('$alert $does', async (one) => {
    expect(await promtool.differences(groups, [testOf(one)])).toBe('');
  });

  it('each alert, for each of its reasons, is made to fire and to stay silent', () => {
    const reasons = alerts.map(({ alert, labels }) => `${alert} ${labels.reason ?? ''}`);
    const fired = alertCases.flatMap(({ alert, fires = [] }) =>
      fires.map(({ labels = {} }) => `${alert} ${'reason' in labels ? labels.reason : ''}`),
    );
    expect([...new Set(fired)].sort()).toEqual(reasons.sort());
    const silent = alertCases.filter(({ fires }) => !fires).map(({ alert }) => alert);
    expect([...new Set(silent)].sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  it('another threshold would be found out', async () => {
    const later = structuredClone(groups);
    const rule = alertsIn(later).find(({ alert }) => alert === 'WxpassPasswordQueue')!;
    rule.expr = rule.expr.replace('> 20', '> 40');
    const [firing] = alertCases.filter(({ alert }) => alert === 'WxpassPasswordQueue');
    expect(await promtool.differences(later, [testOf(firing!)])).toContain('30 passwords wait');
  });
});

describe('WxpassWechatRefuses', () => {
  /** A call of each kind whose errcodes mean something of their own. */
  const endpoints: Record<EndpointKind, string> = {
    sns: '/sns/jscode2session',
    'app-token': '/cgi-bin/stable_token',
    api: '/wxa/getwxacodeunlimit',
    phone: '/wxa/business/getuserphonenumber',
  };
  const calls = (Object.keys(endpoints) as EndpointKind[]).flatMap((kind) =>
    listedErrcodes.map((errcode) => ({ kind, endpoint: endpoints[kind], errcode })),
  );
  /** The operator's, but no setting mends them: they pass with the day or the month, or answer a question asked by hand. */
  const passing = [44993, 48006, 85406, 76001, 76002, 76003, 76004, 76021, 76022];
  const isDefect = ({ en }: { en: string }) => en.endsWith(defect('', '').en);
  const isOperators = (kind: EndpointKind, errcode: number) => {
    const meaning = meaningOf(errcode, kind);
    return meaning.class === 'OPERATOR' && !isDefect(meaning) && !passing.includes(errcode);
  };

  it('fires for exactly those errcodes of the table that an operator has to mend, call by call', async () => {
    const expected = calls.filter(({ kind, errcode }) => isOperators(kind, errcode));
    expect(expected.length).toBeGreaterThan(150);
    const all: AlertCase = {
      alert: 'WxpassWechatRefuses',
      does: '',
      series: Object.fromEntries(
        calls.map(({ endpoint, errcode }) => [
          `wxpass_wechat_requests_total{endpoint="${endpoint}",errcode="${errcode}"}`,
          '_x15 1+0x100',
        ]),
      ),
      fires: expected.map(({ endpoint, errcode }) => refusal(endpoint, errcode)),
    };
    expect(await promtool.differences(groups, [testOf(all)])).toBe('');
  });

  it('fires for every errcode by which the doctor finds a fault of an app', () => {
    const app = { kind: 'mini-program', appId: 'wx0123456789abcdef', appSecret: '' } as const;
    const general = [found('app-refused', {}).id, found('app-busy', {}).id];
    const faults = listedErrcodes.filter((errcode) => {
      const { id, status } = explainRefusal(app, { errcode, errmsg: '' }, 'app-token');
      return status === 'fail' && !general.includes(id);
    });
    expect(faults.length).toBeGreaterThan(20);
    expect(faults.filter((errcode) => !isOperators('app-token', errcode))).toEqual([]);
  });

  it('leaves out nothing that the table does not know as the operator’s', () => {
    expect(passing.filter((errcode) => meaningOf(errcode, 'api').class !== 'OPERATOR')).toEqual([]);
  });
});

function testOf({ alert, series, at = '20m', fires = [] }: AlertCase): RuleTest {
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert,
        exp_alerts: fires.map(({ labels = {}, summary }) => {
          const rule = ruleOf(alert, labels);
          return {
            exp_labels: { ...labels, ...rule.labels },
            exp_annotations: { ...rule.annotations, summary },
          };
        }),
      },
    ],
  };
}

function ruleOf(name: string, labels: Record<string, string>) {
  return alerts.find((rule) => rule.alert === name && rule.labels.reason === labels.reason)!;
}
