// npm run services [-- command...]: MariaDB and Redis for the command, or until a signal where none is given.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { type Services, startServices } from './services.js';

const services = await startServices();
try {
  const [command, ...args] = process.argv.slice(2);
  if (command) process.exitCode = await run(command, args, variables(services));
  else await show(variables(services));
} finally {
  await services.stop();
}

function variables({ databaseUrl, redisUrl, env }: Services): Record<string, string> {
  const urls = { KIT_MYSQL: databaseUrl, KIT_REDIS: redisUrl };
  return { ...env, ...urls, TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl };
}

async function run(command: string, args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  // A terminal sends SIGINT to the command as well; a supervisor sends SIGTERM to us alone.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}

async function show(env: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}='${value}'`);
  await signalled();
}

async function signalled(): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  clearInterval(alive);
}
