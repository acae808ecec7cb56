import { describeError } from '../platform/observability/describe-error.js';
import { found } from './conditions.js';
import type { Finding } from './finding.js';

const groupLimitMs = 30_000;

/** The findings of a group of checks; where it breaks or does not end, that is its finding. */
export async function guarded(
  check: string,
  work: () => Promise<Finding[]>,
  limitMs = groupLimitMs,
): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const reason = { zh: `${limitMs / 1000} 秒内没有结束`, en: `no end within ${limitMs / 1000} s` };
    timer = setTimeout(() => resolve([found('check-failed', { check, reason })]), limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    const { type, reason } = describeError(error);
    return [found('check-failed', { check, reason: reason ?? type })];
  } finally {
    clearTimeout(timer);
  }
}
