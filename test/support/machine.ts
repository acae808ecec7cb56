import { createHash, createHmac, randomUUID } from 'node:crypto';

/** A client of `API_CLIENTS`, and how it proves itself. */
export class Machine {
  constructor(
    readonly id: string,
    private readonly secret: string,
    private readonly scopes: string,
  ) {}

  /** Its entry in `API_CLIENTS`. */
  get entry(): string {
    return `${this.id}:${this.secret}:${this.scopes}`;
  }

  basic(): Record<string, string> {
    return { authorization: `Basic ${Buffer.from(`${this.id}:${this.secret}`).toString('base64')}` };
  }

  /** The headers of a signed request, as the contract says; `path` with its query. */
  signed(method: string, path: string, body = ''): Record<string, string> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = randomUUID();
    const bodyHash = createHash('sha256').update(body).digest('hex');
    const text = [method, path, timestamp, nonce, bodyHash].join('\n');
    return {
      'x-client-id': this.id,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': createHmac('sha256', this.secret).update(text).digest('hex'),
    };
  }
}
