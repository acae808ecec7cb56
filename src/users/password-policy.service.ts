import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { AppError, type Language } from '../platform/errors/app-error.js';
import { isCommonPassword } from './refused-passwords.js';

export type Weakness = 'common' | 'contextual';

const words: Record<Weakness, Record<Language, string>> = {
  common: { zh: '这个密码太常见，请换一个', en: 'Too many people use this password, please choose another' },
  contextual: {
    zh: '密码不能只由用户名、本服务的名称或类似的词加数字组成',
    en: 'A password must be more than the username, the name of this service or the like with digits',
  },
};

/** What somebody who guesses tries first, whoever the account is of. */
const wordsOfPlace = ['wxpass', 'wechat', 'weixin', '微信', 'woaini', 'mima'];
const notLetters = /\P{L}/gu;

/** Refuses passwords that are guessed first. */
@Injectable()
export class PasswordPolicy {
  private readonly words: string[];

  constructor({ publicUrl }: Config) {
    this.words = [...wordsOfPlace, ...wordsOfHost(new URL(publicUrl).hostname)];
  }

  /**
   * @param path of the field that the caller sent it in
   * @param username of the account, as far as there is one
   * @throws AppError invalid_request
   */
  requireGood(path: string, password: string, username: string | null): void {
    const weakness = this.weaknessOf(password, username);
    if (weakness === undefined) return;
    throw new AppError('invalid_request', {
      details: (language: Language) => ({ fields: [{ path, message: words[weakness][language] }] }),
    });
  }

  weaknessOf(password: string, username: string | null): Weakness | undefined {
    if (new Set(password.toLowerCase()).size <= 2 || isCommonPassword(password)) return 'common';
    const known = username === null ? this.words : [...this.words, username];
    return saysOnly(known, password) ? 'contextual' : undefined;
  }
}

/** Whether nothing but these words, digits and signs is in it. */
function saysOnly(known: readonly string[], password: string): boolean {
  const text = fold(password);
  const rest = known
    .map(fold)
    .sort((one, other) => other.length - one.length)
    .reduce((left, word) => left.replaceAll(word, ''), text);
  return rest !== text && rest.replace(notLetters, '') === '';
}

/** The host, and those of its parts that are words rather than `www` or `com`. */
function wordsOfHost(host: string): string[] {
  return [host, ...host.split('.').filter((part) => part.length > 3)];
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
