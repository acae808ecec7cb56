import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { embedded, type OpenBackend } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { productionEnv } from '../support/production-env.js';
import { Scrape } from '../support/scrape.js';
import { newFolder, type RunningProcess, startProcess } from '../support/start-process.js';
import { type RunningSimulator, startSimulator } from '../support/start-simulator.js';
import { timeLimits } from '../support/time-limits.js';

/** As much of a path as the log takes. */
const longPath = `/${'x'.repeat(255)}`;
/** So many lines are more than pipe and service keep. */
const flood = 12_000;

describe('the service whose log is', () => {
  let simulator: RunningSimulator;
  let storage: OpenBackend;
  let service: RunningProcess;
  const openFiles: number[] = [];

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  beforeEach(async () => {
    storage = await embedded.open();
  });
  afterEach(async () => {
    await service?.end();
    for (const file of openFiles.splice(0)) closeSync(file);
    await storage.close();
  });
  afterAll(() => simulator.close());

  const open = (path: string, flags: number) => {
    const file = openSync(path, flags);
    openFiles.push(file);
    return file;
  };
  const newPipe = () => {
    const path = join(newFolder(), 'log');
    execFileSync('mkfifo', [path]);
    return path;
  };
  const startWith = async (stdout: number, format = 'json') => {
    const env = { ...productionEnv(simulator), LOG_FORMAT: format, ...storage.env };
    service = await startProcess(env, newFolder(), stdout);
  };
  /** One after the other on one connection, without waiting for answers in between. */
  const logMuch = async () => {
    const socket = connect(Number(new URL(service.base).port), '127.0.0.1');
    const request = `GET ${longPath} HTTP/1.1\r\nHost: localhost\r\n`;
    socket.write(`${request}\r\n`.repeat(flood - 1));
    socket.write(`${request}Connection: close\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');
  };
  const servesPeople = async () => {
    const login = await stranger(simulator).logIn(service);
    const token = login.data?.accessToken;
    const me = await service.api('GET', '/users/me', undefined, { token });
    return [login.status, me.status];
  };
  const exitOnRequest = () => {
    service.kill('SIGTERM');
    return Promise.race([service.exited, sleep(timeLimits.exitMs, 'still there', { ref: false })]);
  };

  it('read by nobody goes on, and logs again once it is read', async () => {
    const pipe = newPipe();
    await startWith(open(pipe, constants.O_RDWR));
    await logMuch();
    expect(await servesPeople()).toEqual([200, 200]);

    const reader = open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const lines = async () => {
      let text = '';
      const buffer = Buffer.alloc(1 << 16);
      for (let idle = 0; idle < 10; await sleep(20)) {
        const length = readNow(reader, buffer);
        idle = length > 0 ? 0 : idle + 1;
        text += buffer.toString('utf8', 0, length);
      }
      return text.split('\n');
    };
    const flooded = await lines();
    expect(flooded.length).toBeGreaterThan(100);
    const lost = flooded.filter((line) => line.includes('log lines were lost'));
    expect(lost).toHaveLength(1);
    const dropped = (await Scrape.of(service)).value('wxpass_log_lines_dropped_total');
    expect(dropped).toBeGreaterThan(0);
    expect(lost[0]).toContain(`"lines":${dropped}`);
    expect(await servesPeople()).toEqual([200, 200]);
    expect((await lines()).filter((line) => line.includes('/users/me'))).toHaveLength(1);
    expect(await exitOnRequest()).toBe(0);
  });

  it.each(['json', 'pretty'])('%s and read by nobody goes on, and ends when asked to', async (format) => {
    await startWith(open(newPipe(), constants.O_RDWR), format);
    await logMuch();
    expect(await servesPeople()).toEqual([200, 200]);
    expect(await exitOnRequest()).toBe(0);
  });

  it('written to a disk that is full goes on, and ends when asked to', async () => {
    await startWith(open('/dev/full', constants.O_WRONLY));
    await logMuch();
    expect(await servesPeople()).toEqual([200, 200]);
    expect(await exitOnRequest()).toBe(0);
    expect(service.output()).toBe('');
  });

  it('sent to a reader that is gone goes on, and ends when asked to', async () => {
    const pipe = newPipe();
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    await startWith(open(pipe, constants.O_WRONLY));
    closeSync(reader);
    await logMuch();
    expect(await servesPeople()).toEqual([200, 200]);
    expect(await exitOnRequest()).toBe(0);
    expect(service.output()).toBe('');
  });
});

/** How many bytes came; 0 where there are none at the moment. */
function readNow(file: number, buffer: Buffer): number {
  try {
    return readSync(file, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
