import { AppError } from '../../platform/errors/app-error.js';
import { tooManyRequests } from '../../platform/errors/too-many-requests.js';

const allowedInAll = 1_000;
/** Many browsers may stand behind one address, but each says within a moment whose it is. */
const allowedByAddress = 50;

/** Connections of which nobody knows yet whose they are; those of one address must not keep the others out. */
export class ScanStrangers {
  private readonly byAddress = new Map<string, number>();
  private inAll = 0;

  /**
   * Takes a place.
   * @param address what limits count by
   * @returns gives the place back; to be called once
   * @throws AppError too_many_requests, dependency_unavailable
   */
  admit(address: string): () => void {
    const present = this.byAddress.get(address) ?? 0;
    if (present >= allowedByAddress) throw tooManyRequests('scan-sockets', allowedByAddress, 1);
    if (this.inAll >= allowedInAll) throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
    this.byAddress.set(address, present + 1);
    this.inAll += 1;
    return () => this.leave(address);
  }

  private leave(address: string): void {
    const left = this.byAddress.get(address)! - 1;
    if (left === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, left);
    this.inAll -= 1;
  }
}
