/**
 * An error that may be logged: ioredis' own carry the command with all its arguments, values and passwords
 * included, and Redis may repeat them in its words, so only the kind of a refusal is kept.
 */
export function redisFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('unknown failure');
  if (error.name === 'ReplyError') return new Error(`Redis refused: ${error.message.split(' ', 1)[0]}`);
  return new Error(error.message || codeOf(error));
}

/** Node reports a host whose addresses all fail by a code and an empty message. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}
