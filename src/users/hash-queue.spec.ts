import { AppError } from '../platform/errors/app-error.js';
import { HashQueue } from './hash-queue.js';

/** Work that ends when it is told to. */
class Work {
  begun = 0;
  running = 0;
  most = 0;
  private readonly ends: (() => void)[] = [];

  readonly run = async (): Promise<string> => {
    this.begun++;
    this.most = Math.max(this.most, ++this.running);
    await new Promise<void>((end) => this.ends.push(end));
    this.running--;
    return 'done';
  };

  async endOne(): Promise<void> {
    this.ends.shift()?.();
    await settle();
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const outcome = (work: Promise<unknown>) =>
  work.catch((error: unknown) => (error instanceof AppError ? error.error : String(error)));

describe('the queue of hashes', () => {
  it('computes as many at once as it may, and the rest in turn', async () => {
    const work = new Work();
    const queue = new HashQueue({ atOnce: 2, waiting: 10, patienceMs: 1_000 });
    const all = Array.from({ length: 6 }, () => queue.run(work.run));
    await settle();
    expect(work.begun).toBe(2);
    for (let i = 0; i < 6; i++) await work.endOne();
    expect(await Promise.all(all)).toEqual(Array(6).fill('done'));
    expect(work.most).toBe(2);
  });

  it('refuses at once whoever finds it full, and takes the next once there is room', async () => {
    const work = new Work();
    const queue = new HashQueue({ atOnce: 1, waiting: 2, patienceMs: 1_000 });
    const taken = Array.from({ length: 3 }, () => queue.run(work.run));
    const refused = queue.run(work.run).catch((error: unknown) => error);
    expect(await refused).toMatchObject({ error: 'dependency_unavailable', retryAfterSeconds: 2 });
    await settle();
    await work.endOne();
    const next = queue.run(work.run);
    for (let i = 0; i < 3; i++) await work.endOne();
    expect(await Promise.all([...taken, next])).toEqual(Array(4).fill('done'));
  });

  it('refuses whoever has waited too long, and spares the work', async () => {
    const work = new Work();
    const queue = new HashQueue({ atOnce: 1, waiting: 10, patienceMs: 30 });
    const first = queue.run(work.run);
    expect(await outcome(queue.run(work.run))).toBe('dependency_unavailable');
    await work.endOne();
    expect(await first).toBe('done');
    expect(work.begun).toBe(1);
    const later = queue.run(work.run);
    await settle();
    await work.endOne();
    expect(await later).toBe('done');
  });

  it('lets work that has begun take longer than that', async () => {
    const queue = new HashQueue({ atOnce: 1, waiting: 0, patienceMs: 10 });
    const slow = () => new Promise((resolve) => setTimeout(() => resolve('slow'), 50));
    expect(await outcome(queue.run(slow))).toBe('dependency_unavailable');
    const roomy = new HashQueue({ atOnce: 1, waiting: 1, patienceMs: 10 });
    expect(await roomy.run(slow)).toBe('slow');
  });

  it('passes on what the work throws, and goes on', async () => {
    const queue = new HashQueue({ atOnce: 1, waiting: 5, patienceMs: 1_000 });
    const failing = queue.run(() => Promise.reject(new Error('no memory')));
    const next = queue.run(() => Promise.resolve('fine'));
    expect(await outcome(failing)).toBe('Error: no memory');
    expect(await next).toBe('fine');
  });
});
