import { z } from 'zod';

/** The form of a code that WeChat hands a client; anything else is refused before WeChat is asked. */
export const wechatCodePattern = /^[A-Za-z0-9_-]{1,128}$/;

export const wechatCode = z.string().regex(wechatCodePattern);

/** What a mini program's phone-number button gives, longer than the code of a login. */
export const phoneCode = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/);
