import { e164Of, maskedPhone } from './phone-number.js';

const numberOf = (countryCode: string, phoneNumber: string) => ({ countryCode, phoneNumber });

describe('a phone number', () => {
  it('is kept in E.164', () => {
    expect(e164Of(numberOf('86', '13800138000'))).toBe('+8613800138000');
    expect(e164Of(numberOf('852', '51234567'))).toBe('+85251234567');
  });

  it.each([
    ['86', '13800138000', '138****8000'],
    ['852', '51234567', '+852 ****4567'],
    ['1', '4155550123', '+1 ****0123'],
    ['44', '13800138000', '+44 ****8000'],
    ['86', '1380013800', '+86 ****3800'],
    ['290', '23456', '+290 ****56'],
    ['49', '1', '+49 ****'],
  ])('of country %s, %s, is shown as %s', (countryCode, phoneNumber, masked) => {
    expect(maskedPhone(numberOf(countryCode, phoneNumber))).toBe(masked);
  });

  it('shows no more than half of its digits unless it is a Chinese mobile one', () => {
    for (let length = 1; length <= 20; length++) {
      const [, shown = ''] = maskedPhone(numberOf('33', '1234567890123456789'.slice(0, length))).split(
        '****',
      );
      expect(shown.length).toBeLessThanOrEqual(Math.min(4, length / 2));
    }
  });
});
