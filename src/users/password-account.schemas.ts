import { z } from 'zod';
import { canonicalAccount, isAmbiguousCapital } from '../audit/account-name.js';
import { codePoints } from '../platform/http/code-points.js';

/** Of the column that keeps the one spelling; some letters are several there. */
const longestKey = 64;

/** Letters of any script with the marks that belong to them, digits, `_ . -`; nothing invisible. */
const nameCharacters = /^(?!.*\p{Default_Ignorable_Code_Point})(?:\p{L}\p{M}{0,2}|[\p{N}_.-])*$/u;

/** A name that one may log in by; what comes out is composed (NFC), as it is shown to people. */
export const username = z
  .string()
  .max(256)
  .overwrite((text) => text.normalize('NFC'))
  .regex(nameCharacters)
  .check(codePoints(3, 32))
  .refine((name) => !Array.from(name).some(isAmbiguousCapital))
  .refine((name) => canonicalAccount(name).length <= longestKey)
  .meta({ minLength: 3, maxLength: 32 })
  .describe('3 to 32 letters of any script, digits, _ . -; nobody else may have one that looks like it');

/** A password as somebody sets it: nothing of it is trimmed or folded. */
export const newPassword = z
  .string()
  .max(256)
  .regex(/^\P{Cs}*$/u)
  .check(codePoints(8, 128))
  .meta({ minLength: 8, maxLength: 128 })
  .describe('8 to 128 code points of any kind; not one that many people use or that says the name');
