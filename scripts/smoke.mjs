// Boots the built service as a newcomer would, logs in through the simulator and stops it again: catches what only the
// compiled ES modules show, such as an import cycle.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const REQUEST_LIMIT_MS = 10_000;

const folder = await mkdtemp(join(tmpdir(), 'wxpass-smoke-'));
const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const service = await boot();
try {
  await ready();
  const token = await logIn();
  await showMe(token);
  await stop();
  console.log(`smoke test passed on Node ${process.version}`);
} catch (error) {
  console.error(`smoke test failed on Node ${process.version}: ${error.message}\n${service.logs}`);
  process.exitCode = 1;
} finally {
  service.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

async function boot() {
  const { main } = JSON.parse(await readFile('package.json', 'utf8'));
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [resolve(main)], {
    cwd: folder,
    env: { PATH, HOME, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = { child, logs: '', exit: once(child, 'exit') };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (started.logs += text));
  return started;
}

async function ready() {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers('/health/ready'))) {
    if (hasExited()) throw new Error('the service ended while starting');
    if (Date.now() > deadline) throw new Error(`not ready within ${START_LIMIT_MS} ms`);
    await sleep(50);
  }
}

async function logIn() {
  const { code } = await ask('POST', '/simulator/control/codes', { kind: 'mini-program' });
  const { data } = await ask('POST', '/api/v1/auth/wechat/mini-program', { code });
  return data.accessToken;
}

async function showMe(token) {
  const { data } = await ask('GET', '/api/v1/users/me', undefined, { authorization: `Bearer ${token}` });
  if (!data?.id) throw new Error(`/users/me names nobody: ${JSON.stringify(data)}`);
}

async function stop() {
  service.child.kill('SIGTERM');
  const limit = sleep(STOP_LIMIT_MS, ['no end'], { ref: false });
  const [code] = await Promise.race([service.exit, limit]);
  if (code !== 0) throw new Error(`SIGTERM ended with ${code ?? service.child.signalCode} instead of 0`);
}

async function ask(method, path, body, headers = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

async function answers(path) {
  return fetch(base + path, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function hasExited() {
  return service.child.exitCode !== null || service.child.signalCode !== null;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}
