import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { takePlace } from './take-place.js';

/** How often a session may send encrypted data in vain, over all replicas. */
@Injectable()
export class DecryptionLimits {
  constructor(
    private readonly store: KeyValueStore,
    private readonly config: Config,
  ) {}

  /**
   * Asked once the data were tried, and before anybody is told how: a failure takes a place in the session's window, a
   * success takes none but is refused where none is free. One question to the store decides, so that tries made at the
   * same moment learn no more than one after the other would.
   * @throws AppError too_many_requests; StoreUnavailableError where the try cannot be counted
   */
  async countTry(sessionId: string, hasOpened: boolean): Promise<void> {
    const { decryptionsBySession } = this.config.risk;
    await takePlace(this.store, 'decryptions', sessionId, decryptionsBySession, hasOpened ? 0 : 1);
  }
}
