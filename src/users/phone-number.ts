/** A phone number that WeChat has verified. */
export interface PhoneNumber {
  /** Digits, without the country code. */
  phoneNumber: string;
  /** Digits, such as `86`. */
  countryCode: string;
}

const shownAtEnd = 4;

/** The number in E.164, such as +8613800138000. */
export function e164Of({ countryCode, phoneNumber }: PhoneNumber): string {
  return `+${countryCode}${phoneNumber}`;
}

/**
 * What may be shown of a number: `138****8000` of a Chinese mobile one; of any other the country code and the last
 * digits, `+852 ****4567`, four at most and never more than half of them.
 */
export function maskedPhone({ countryCode, phoneNumber }: PhoneNumber): string {
  const chinese = /^(\d{3})\d{4}(\d{4})$/.exec(countryCode === '86' ? phoneNumber : '');
  if (chinese) return `${chinese[1]}****${chinese[2]}`;
  const shown = Math.min(shownAtEnd, Math.floor(phoneNumber.length / 2));
  return `+${countryCode} ****${phoneNumber.slice(phoneNumber.length - shown)}`;
}
