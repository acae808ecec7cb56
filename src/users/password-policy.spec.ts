import type { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { PasswordPolicy } from './password-policy.service.js';

const policy = new PasswordPolicy({ publicUrl: 'https://login.acme-shop.example' } as Config);

describe('the password policy', () => {
  it.each([
    'password1',
    'PassWord1',
    'qwertyuiop',
    'iloveyou1314',
    'WoAiNi1314',
    'aa123456789',
    'trustno1',
    '88888888',
  ])('refuses %s, for many people use it', (password) => {
    expect(policy.weaknessOf(password, 'ada')).toBe('common');
  });

  it.each(['aaaaaaaaaaaa', 'ababababab', '7777777777'])(
    'refuses %s, for it has but two characters',
    (password) => {
      expect(policy.weaknessOf(password, 'ada')).toBe('common');
    },
  );

  it.each([
    'Lovelace-1815',
    '1815lovelace',
    'lovelacelovelace',
    'wxpass2026',
    'WeChat!2026',
    '12weixin34',
    'ｗｅｃｈａｔ２０２６',
    '微信123456',
    'login.acme-shop.example',
    'acme-shop99',
    'wechat-lovelace.1',
  ])('refuses %s, for it says where and who', (password) => {
    expect(policy.weaknessOf(password, 'Lovelace')).toBe('contextual');
  });

  it.each([
    'lovelace likes engines',
    'correct horse battery',
    'wechatter on a train',
    '8241906357',
    '山高月小水落石出',
  ])('accepts %s', (password) => {
    expect(policy.weaknessOf(password, 'Lovelace')).toBeUndefined();
  });

  it('names the field and says why, in the language of whoever asks', () => {
    const refused = () => policy.requireGood('newPassword', 'password1', null);
    expect(refused).toThrow(AppError);
    try {
      refused();
    } catch (error) {
      const words = (['zh', 'en'] as const).map((language) => (error as AppError).detailsIn(language));
      expect(words).toEqual([
        { fields: [{ path: 'newPassword', message: '这个密码太常见，请换一个' }] },
        {
          fields: [
            { path: 'newPassword', message: 'Too many people use this password, please choose another' },
          ],
        },
      ]);
    }
  });
});
