/** What befalls one of the next calls; at most one of hang, reset, status with body, and errcode. */
export interface Fault {
  /** The path it waits for, such as `/sns/jscode2session`; any where omitted. */
  path?: string;
  /** How many calls it befalls. */
  times: number;
  /** Milliseconds before anything else happens. */
  delayMs?: number;
  /** Never answered. */
  hang?: boolean;
  /** The connection is reset. */
  reset?: boolean;
  status?: number;
  body?: string;
  contentType?: string;
  errcode?: number;
  /** Instead of WeChat's own words for the errcode. */
  errmsg?: string;
}

/** The faults to come, first ordered first served. */
export class Faults {
  private waiting: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.waiting.push({ fault, left: fault.times });
  }

  /** Those to come, each with how often it still will. */
  list(): Fault[] {
    return this.waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** How many were waiting. */
  clear(): number {
    return this.waiting.splice(0).length;
  }

  /** The fault that befalls a call to this path. */
  take(path: string): Fault | undefined {
    const next = this.waiting.find(({ fault }) => fault.path === undefined || fault.path === path);
    if (!next) return undefined;
    next.left -= 1;
    this.waiting = this.waiting.filter(({ left }) => left > 0);
    return next.fault;
  }
}
