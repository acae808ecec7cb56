import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Replies that keep their caller waiting; a closing server drops them, or it would wait for them in turn. */
export class HeldReplies {
  private readonly replies = new Set<ServerResponse>();

  hold(reply: ServerResponse): void {
    this.replies.add(reply);
    reply.once('close', () => this.replies.delete(reply));
  }

  async holdFor(reply: ServerResponse, milliseconds: number): Promise<void> {
    this.hold(reply);
    await sleep(milliseconds, undefined, { ref: false });
    this.replies.delete(reply);
  }

  drop(): void {
    for (const reply of this.replies) reply.destroy();
  }
}
