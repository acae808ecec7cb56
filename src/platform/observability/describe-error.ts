/** What the log keeps of an error: no driver parameters, no request options, nothing that could hold a secret. */
export interface ErrorDescription {
  type: string;
  message: string;
  /** The driver's or the system's own name for it, such as ECONNREFUSED. */
  reason?: string;
  stack?: string;
  cause?: ErrorDescription;
}

interface DriverError extends Error {
  code?: unknown;
  driverError?: Error & { code?: unknown };
}

export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const { driverError, code } = error as DriverError;
  // A driver's words quote values ("Duplicate entry 'openid'"), its code says as much without them.
  const message = driverError ? `the database refused a query` : error.message;
  return {
    type: error.name,
    message,
    ...reasonOf(driverError?.code ?? code),
    stack: stackFrames(error),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

function reasonOf(code: unknown): { reason?: string } {
  return typeof code === 'string' ? { reason: code } : {};
}

function stackFrames(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n');
}
