import { simulatedApps } from './apps.js';
import { defaultPerson } from './people.js';
import { completeSettings } from './settings.js';
import { UserTokens } from './user-tokens.js';

const [, website] = simulatedApps as [(typeof simulatedApps)[0], (typeof simulatedApps)[0]];

test('no more than ten thousand authorizations are kept, and the oldest goes', () => {
  const tokens = new UserTokens(completeSettings().refreshTokenDays, Date.now);
  const issue = () =>
    tokens.issue({
      app: website,
      person: defaultPerson,
      openid: 'o1',
      unionid: undefined,
      scope: 'snsapi_login',
    });
  const [first, second] = [issue(), issue()];
  for (let i = 0; i < 9_999; i++) issue();
  expect(tokens.size).toBe(10_000);
  expect(tokens.ofAccessToken(first.accessToken)).toBeUndefined();
  expect(tokens.ofRefreshToken(first.refreshToken)).toBeUndefined();
  expect(tokens.ofAccessToken(second.accessToken)).toBe(second);
});
