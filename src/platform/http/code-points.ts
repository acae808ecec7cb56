import type { z } from 'zod';

/** A length counted in code points, as people count; zod itself counts an emoji twice. */
export function codePoints(minimum: number, maximum: number): z.core.CheckFn<string> {
  return ({ value: input, issues }) => {
    const { length } = Array.from(input);
    const shared = { origin: 'string', inclusive: true, input } as const;
    if (length < minimum) issues.push({ code: 'too_small', minimum, ...shared });
    if (length > maximum) issues.push({ code: 'too_big', maximum, ...shared });
  };
}
