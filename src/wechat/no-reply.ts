/** What came in place of an answer, in a word. */
export type Silence = 'timeout' | 'network' | 'http_5xx' | 'circuit_open';

/** No whole answer came. */
export class NoReply extends Error {
  /**
   * @param reason a bare code or words of ours: what a network error quotes may be a secret
   * @param sent whether the request may have reached the server, and used up what it carried
   */
  constructor(
    readonly reason: string,
    readonly sent: boolean,
    readonly silence: Silence,
  ) {
    super(reason);
  }
}
