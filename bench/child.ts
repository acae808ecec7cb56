import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Announcement {
  port: number;
}

/** Listens on a free port, tells the parent which, and ends when the parent is gone. */
export function serveParent(server: Server): void {
  server.listen(0, '127.0.0.1', () => announcePort(server));
}

export function announcePort(server: Server): void {
  const announcement: Announcement = { port: (server.address() as AddressInfo).port };
  process.send?.(announcement);
  process.on('disconnect', () => process.exit());
}

/** Answers each question of the parent with what `answer` returns. */
export function answerParent(answer: () => unknown): void {
  process.on('message', () => process.send?.(answer()));
}
