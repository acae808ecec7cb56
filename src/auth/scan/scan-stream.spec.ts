import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { endWithReply } from './scan-stream.js';
import { ScanWatch } from './scan-watch.js';

const connection = (destroyed: boolean) => Object.assign(new EventEmitter(), { destroyed });
const watchOf = (raw: EventEmitter) => {
  const watch = new ScanWatch(() => undefined);
  endWithReply(watch, { raw } as FastifyReply);
  return watch;
};

describe('who waits for a scan', () => {
  it('keeps its place until its connection closes', () => {
    const raw = connection(false);
    const watch = watchOf(raw);
    expect(watch.isOver).toBe(false);
    raw.emit('close');
    expect(watch.isOver).toBe(true);
  });

  it('has none where it left before it was known whose the scan is', () => {
    expect(watchOf(connection(true)).isOver).toBe(true);
  });
});
