import { isatty } from 'node:tty';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as Pino, type LoggerOptions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Config } from '../config/config.js';
import { currentContext } from '../http/request-context.js';
import { describeError } from './describe-error.js';
import { standardOutput } from './standard-output.js';

/** Header and field names whose values never reach a log line. */
const secretFields = [
  'authorization',
  'cookie',
  'accessToken',
  'refreshToken',
  'loginCode',
  'code',
  'appSecret',
  'secret',
  'sessionKey',
  'session_key',
  'password',
  'openid',
  'unionid',
];

/** The process's two voices on one output. */
export interface Loggers {
  /** What our code says: every line searched for secrets. */
  application: Pino;
  /** One line a request, of fields that are known to hold none, so that nothing is searched. */
  access: Pino;
}

/** JSON lines (or words for people), each with the trace id of its request. */
export function createLoggers(
  config: Pick<Config, 'log'>,
  output: DestinationStream = standardOutput(),
): Loggers {
  const destination = config.log.format === 'pretty' ? inWords(output) : output;
  const options: LoggerOptions = {
    level: config.log.level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    mixin: traceFields,
  };
  const redact = {
    paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    censor: '[redacted]',
  };
  return { application: pino({ ...options, redact }, destination), access: pino(options, destination) };
}

function traceFields(): { traceId?: string } {
  const context = currentContext();
  return context ? { traceId: context.traceId } : {};
}

/** The same lines as people read them; pino-pretty's own output would wait for who does not read. */
function inWords(output: DestinationStream): DestinationStream {
  const words = prettyFactory({
    colorize: isatty(1) && process.stdout.hasColors(),
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'traceId,address,route',
  });
  return { write: (line) => output.write(words(line)) };
}

/** Nest's own lines and every `new Logger(context)` of ours go through pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, context?: string): void {
    this.pino[isBootChatter(context) ? 'debug' : 'info']({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const facts = about(message, rest);
    this.pino[isFailedStart(facts.context) ? 'debug' : 'error'](facts, text(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.pino.warn(about(message, rest), text(message));
  }

  debug(message: unknown, context?: string): void {
    this.pino.debug({ context }, text(message));
  }

  verbose(message: unknown, context?: string): void {
    this.pino.trace({ context }, text(message));
  }
}

/** Who speaks, and the error that came along. */
function about(message: unknown, rest: unknown[]) {
  const context = rest.at(-1);
  const err = [...rest, message].find((item) => item instanceof Error);
  return { context: typeof context === 'string' ? context : undefined, err };
}

function text(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}

/** Nest's word on what it throws at once: explainFailedStart says it to the operator. */
function isFailedStart(context?: string): boolean {
  return context === 'ExceptionHandler';
}

function isBootChatter(context?: string): boolean {
  return ['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication'].includes(
    context ?? '',
  );
}
