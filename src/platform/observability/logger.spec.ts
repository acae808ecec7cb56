import { QueryFailedError } from 'typeorm';
import { runInContext } from '../http/request-context.js';
import { createLoggers, NestLogger } from './logger.js';

function capture() {
  const lines: string[] = [];
  const { application: logger } = createLoggers(
    { log: { level: 'trace', format: 'json' } },
    { write: (line) => void lines.push(line) },
  );
  return { logger, lines };
}

describe('the log', () => {
  it('can be in words, a line each, for whatever takes it, and without colors where that is no terminal', () => {
    const written: string[] = [];
    const { application, access } = createLoggers(
      { log: { level: 'info', format: 'pretty' } },
      { write: (line) => void written.push(line) },
    );
    new NestLogger(application).warn('words', 'Some');
    access.info({ method: 'GET', path: '/login', route: '/login', status: 200 }, 'request');
    expect(written).toEqual([
      expect.stringMatching(/^\[[\d:]{8}\] WARN: words \{"context":"Some"\}\n$/),
      expect.stringMatching(
        /^\[[\d:]{8}\] INFO: request \{"method":"GET","path":"\/login","status":200\}\n$/,
      ),
    ]);
  });

  it('has the trace id of the request in every line, from whatever class', () => {
    const { logger, lines } = capture();
    runInContext({ traceId: 'a'.repeat(32), startedAt: 0 }, () =>
      new NestLogger(logger).warn('words', 'Some'),
    );
    new NestLogger(logger).warn('outside', 'Some');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'warn',
      traceId: 'a'.repeat(32),
      context: 'Some',
      msg: 'words',
    });
    expect(JSON.parse(lines[1]!)).not.toHaveProperty('traceId');
  });

  it.each(['authorization', 'refreshToken', 'code', 'appSecret', 'session_key', 'password', 'openid'])(
    'blanks %s wherever it stands',
    (field) => {
      const { logger, lines } = capture();
      logger.info(
        { [field]: 'planted', body: { [field]: 'planted' }, req: { headers: { [field]: 'planted' } } },
        'x',
      );
      expect(lines.join()).not.toContain('planted');
      expect(lines.join()).toContain('[redacted]');
    },
  );

  it.each(['error', 'warn'] as const)('keeps of an %s what helps and not what a driver quotes', (level) => {
    const { logger, lines } = capture();
    const driver = Object.assign(new Error("Duplicate entry 'planted' for key"), { code: 'ER_DUP_ENTRY' });
    const error = new QueryFailedError("INSERT INTO x VALUES ('planted')", ['planted'], driver);
    new NestLogger(logger)[level]('it failed', new Error('outer', { cause: error }), 'Some');
    expect(lines.join()).not.toContain('planted');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level, context: 'Some', msg: 'it failed' });
    expect(JSON.parse(lines[0]!).err).toMatchObject({
      message: 'outer',
      cause: { type: 'QueryFailedError', reason: 'ER_DUP_ENTRY', message: 'the database refused a query' },
    });
  });
});
