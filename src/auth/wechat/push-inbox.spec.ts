import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '../../platform/store/memory-store.js';
import { StoreUnavailableError } from '../../platform/store/store-unavailable-error.js';
import type { PushMessage } from '../../wechat/push-message.js';
import type { PushAct, PushActs } from './push-acts.service.js';
import { PushInbox } from './push-inbox.service.js';

const message = (dedupeKey = 'one', event?: string) => ({ appId: 'wx1', event, dedupeKey }) as PushMessage;

/** Tells for how long it was asked to keep things. */
class RecordingStore extends MemoryStore {
  readonly lifetimesMs: number[] = [];

  override setIfAbsent(key: string, value: string, ttlMs: number) {
    this.lifetimesMs.push(ttlMs);
    return super.setIfAbsent(key, value, ttlMs);
  }

  override compareAndSet(key: string, expected: string, next: string | null, ttlMs: number) {
    this.lifetimesMs.push(ttlMs);
    return super.compareAndSet(key, expected, next, ttlMs);
  }
}

/** Does what it is asked the first time, and loses the answer. */
class LossyStore extends MemoryStore {
  private calls = 0;

  override async setIfAbsent(key: string, value: string, ttlMs: number) {
    const claimed = await super.setIfAbsent(key, value, ttlMs);
    this.calls += 1;
    if (this.calls === 1) throw new StoreUnavailableError('setIfAbsent', new Error('cut'));
    return claimed;
  }
}

describe('the inbox of pushes', () => {
  let store: MemoryStore;
  let act: PushAct;
  const acted: string[] = [];
  beforeEach(() => {
    store = new MemoryStore();
    acted.length = 0;
    act = async ({ dedupeKey }) => void acted.push(dedupeKey);
  });
  afterEach(() => store.close());

  const newInbox = (shared = store) => {
    const acts = { of: ({ event }: PushMessage) => (event === 'nobody cares' ? undefined : act) };
    return new PushInbox(acts as PushActs, shared);
  };
  const never = new Promise<undefined>(() => undefined);

  it('acts once on a message that came often, here and elsewhere, and gives the reply', async () => {
    act = async ({ dedupeKey }) => {
      acted.push(dedupeKey);
      await sleep(20);
      return 'hello';
    };
    const [here, there] = [newInbox(), newInbox()];
    const replies = await Promise.all([here.take(message()), here.take(message()), there.take(message())]);
    expect(replies).toEqual(['hello', 'hello', undefined]);
    expect(await here.take(message())).toBeUndefined();
    expect(acted).toEqual(['one']);
    await here.take(message('two'));
    expect(acted).toEqual(['one', 'two']);
  });

  it('remembers a message for a day once it was acted on, and only briefly before', async () => {
    const recording = new RecordingStore();
    await newInbox(recording).take(message());
    expect(recording.lifetimesMs).toEqual([60_000, 24 * 3_600_000]);
    await recording.close();
  });

  it('claims nothing for what nobody acts on', async () => {
    expect(await newInbox().take(message('one', 'nobody cares'))).toBeUndefined();
    expect(await store.get('push:one')).toBeNull();
  });

  it('tries again what failed, and gives the claim back meanwhile', async () => {
    const claims: (string | null)[] = [];
    act = async ({ dedupeKey }) => {
      acted.push(dedupeKey);
      if (acted.length < 3) throw new Error('away');
    };
    const inbox = newInbox();
    const taken = inbox.take(message());
    await sleep(50);
    claims.push(await store.get('push:one'));
    await taken;
    expect(claims).toEqual([null]);
    expect(acted).toHaveLength(3);
    expect(await store.get('push:one')).toBe('done');
  });

  it('goes on with a claim whose answer was lost', async () => {
    const lossy = new LossyStore();
    await newInbox(lossy).take(message());
    expect(acted).toEqual(['one']);
    await lossy.close();
  });

  it('takes over from a replica that died over a message', async () => {
    await store.setIfAbsent('push:one', 'the dead', 300);
    await newInbox().take(message());
    expect(acted).toEqual(['one']);
  });

  it('lets WeChat go in time, however long it lasts', async () => {
    act = () => never;
    const begunAt = performance.now();
    expect(await newInbox().take(message())).toBeUndefined();
    expect(performance.now() - begunAt).toBeGreaterThan(2900);
    expect(performance.now() - begunAt).toBeLessThan(3500);
  });

  it('keeps 1,000 messages, and lets WeChat repeat what is more', async () => {
    act = () => never;
    const inbox = newInbox();
    for (let i = 0; i < 1000; i++) void inbox.take(message(String(i)));
    await expect(inbox.take(message('more'))).rejects.toMatchObject({ error: 'dependency_unavailable' });
    await expect(inbox.take(message('0'))).resolves.toBeUndefined();
  });

  it('tries each once more at the end, and takes no more than can be done at once', async () => {
    let broken = true;
    act = async ({ dedupeKey }) => {
      if (broken) throw new Error('away');
      acted.push(dedupeKey);
    };
    const inbox = newInbox();
    void inbox.take(message()).catch(() => undefined);
    await sleep(400);
    broken = false;
    await inbox.beforeApplicationShutdown();
    expect(acted).toEqual(['one']);
    broken = true;
    await expect(inbox.take(message('two'))).rejects.toMatchObject({ error: 'dependency_unavailable' });
  });
});
