import { z } from 'zod';
import { flag, variable, type Variable } from './variable.js';

/** Counted in code points. */
const lengthBetween = (minimum: number, maximum: number) =>
  z
    .string()
    .refine(
      (text) => Array.from(text).length >= minimum && Array.from(text).length <= maximum,
      `must have ${minimum} to ${maximum} characters`,
    );

/** Accounts with a password. */
export const accountVariables = {
  REGISTRATION: variable(flag, {
    default: 'true',
    example: 'false',
    about: 'Whether people may make accounts with a password by themselves',
  }),
  ADMIN_USERNAME: variable(lengthBetween(3, 32), {
    example: 'operator',
    about: 'Username of the first administrator, who is created at boot if absent; none when unset',
  }),
  ADMIN_PASSWORD: variable(lengthBetween(8, 128), {
    secret: true,
    example: 'a passphrase of several words, 16 characters or more in production',
    about: 'Password of that administrator, for the creation alone: a later change here changes nothing',
  }),
} satisfies Record<string, Variable>;
