import { reasonOf, withdrawnBy } from './push-withdrawal.js';

describe('what a person took back', () => {
  it.each([
    ['mini-program', '6', { everything: false, items: ['profile'] }],
    ['mini-program', '19,20', { everything: false, items: ['profile'] }],
    ['mini-program', ' 8, 16', { everything: false, items: ['phone', 'email'] }],
    ['mini-program', '205', { everything: false, items: [] }],
    ['mini-program', '13', { everything: false, items: [] }],
    ['mini-program', undefined, { everything: false, items: [] }],
    ['mini-program', '__proto__', { everything: false, items: [] }],
    ['official-account', '205', { everything: true, items: [] }],
    ['official-account', '206,205', { everything: true, items: [] }],
    ['official-account', '301', { everything: false, items: [] }],
    ['website', '301', { everything: true, items: [] }],
    ['mobile', '301', { everything: true, items: [] }],
    ['mobile', '6', { everything: false, items: [] }],
  ] as const)('from a %s by %j is known', (kind, revokeInfo, withdrawn) => {
    expect(withdrawnBy(kind, revokeInfo)).toEqual(withdrawn);
  });

  it('is named in short', () => {
    expect(reasonOf('user_authorization_revoke', ' 6, 8')).toBe('user_authorization_revoke:6,8');
    expect(reasonOf('user_info_modified', undefined)).toBe('user_info_modified');
    expect(reasonOf('user_authorization_revoke', 'oNobodysOpenid')).toBe('user_authorization_revoke');
  });
});
