import { errorName } from './page.js';

/** Makes each request with a key of its own; the same once more where it was not answered, so that nothing is done twice. */
export class AttemptKey {
  private unanswered: { request: string; key: string } | undefined;

  async use<Answer>(request: object, call: (key: string) => Promise<Answer>): Promise<Answer> {
    const text = JSON.stringify(request);
    const { key } = this.unanswered?.request === text ? this.unanswered : { key: newKey() };
    this.unanswered = { request: text, key };
    try {
      const answer = await call(key);
      this.unanswered = undefined;
      return answer;
    } catch (error) {
      if (errorName(error) !== 'network_error') this.unanswered = undefined;
      throw error;
    }
  }
}

/** Unlike randomUUID, there also where the page is not secure. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
