import { explainRefusal } from './wechat-app-refusal.js';

const app = { kind: 'official-account' as const, appId: 'wx0123456789abcdef', appSecret: 'unspoken' };
const refused = (errcode: number, errmsg = '') => explainRefusal(app, { errcode, errmsg }, 'app-token');

describe('a refusal', () => {
  it.each([
    ['invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1', '203.0.113.7'],
    ['invalid ip 203.0.113.7, not in whitelist', '203.0.113.7'],
    ['invalid ip 203.0.113.7 ipv6 2001:db8::7, not in whitelist', '203.0.113.7, 2001:db8::7'],
    ['invalid ip 2001:db8::7 ipv6 2001:db8::7, not in whitelist', '2001:db8::7'],
  ])('of an address names it: %s', (errmsg, address) => {
    const { id, title, remedy } = refused(40164, errmsg);
    expect(id).toBe('app-ip-not-listed');
    expect(title.en).toContain(`address ${address} is not`);
    expect(remedy?.zh).toContain(`添加 ${address}，`);
  });

  it('of an address that WeChat does not name says so', () => {
    expect(refused(61004, 'access clientip is not registered').title.en).toContain('does not say which');
  });

  it('of a secret is the same by the older errcode, which elsewhere is about a token', () => {
    expect(refused(40001).id).toBe('app-secret-wrong');
    expect(explainRefusal(app, { errcode: 40001, errmsg: '' }, 'api').id).toBe('app-refused');
  });

  it.each([
    [40230, 'app-api-security'],
    [40240, 'app-api-security'],
    [50004, 'app-account-frozen'],
    [89507, 'app-ip-unconfirmed'],
    [45011, 'app-quota'],
    [-1, 'app-busy'],
    [99999, 'app-refused'],
  ])('by %i is %s', (errcode, condition) => {
    expect(refused(errcode).id).toBe(condition);
  });

  it('of an unlisted errcode advises as the table does', () => {
    expect(refused(99999).cause?.en).toContain('look it up in its documentation');
  });
});
