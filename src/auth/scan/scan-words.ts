import type { AppError } from '../../platform/errors/app-error.js';
import { deviceNameOf } from '../../session/device-name.js';
import type { ScanTicket } from './scan-ticket.js';

/** What a person reads in the official account; its language is not known, so it is said in both. */
export const scanWords = {
  request: ({ address, userAgent }: ScanTicket, link: string) =>
    [
      `有电脑请求以你的身份登录（${address}，${deviceNameOf(userAgent ?? null, 'zh') ?? '未知设备'}）。确认或拒绝：`,
      link,
      '如果不是你本人操作，请拒绝。',
      '',
      `A computer asks to log in as you (${address}, ${deviceNameOf(userAgent ?? null, 'en') ?? 'an unknown device'}). Open the link to confirm or refuse; refuse if it is not you.`,
    ].join('\n'),
  confirmed: '已在电脑上登录。\nYou are logged in on the computer.',
  refused: (error: AppError) => `${error.messageIn('zh')}。\n${error.messageIn('en')}.`,
};
