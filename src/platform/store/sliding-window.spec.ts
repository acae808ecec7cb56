import { slide, type Hits } from './sliding-window.js';

const WINDOW_MS = 1_000;
const BUCKET_MS = WINDOW_MS / 20;
const START = 1_800_000_000_000;

/** A window with its clock, so that a test reads as what happens when. */
function windowOf(limit: number, windowMs = WINDOW_MS) {
  const hits: Hits = new Map();
  return { hits, hitAt: (ms: number, cost = 1) => slide(hits, { limit, windowMs, cost }, START + ms) };
}

describe('a sliding window', () => {
  it('allows as many hits as the limit says and counts them', () => {
    const { hitAt } = windowOf(3);
    expect([hitAt(0), hitAt(10), hitAt(20)].map(({ allowed, count }) => [allowed, count])).toEqual([
      [true, 1],
      [true, 2],
      [true, 3],
    ]);
    expect(hitAt(30)).toMatchObject({ allowed: false, count: 3 });
  });

  it('tells the very millisecond from which the next hit is allowed', () => {
    const { hitAt } = windowOf(2);
    hitAt(0);
    hitAt(100);
    const { retryAfterMs } = hitAt(400);
    expect(retryAfterMs).toBe(BUCKET_MS + WINDOW_MS - 1 - 400);
    expect(hitAt(400 + retryAfterMs - 1).allowed).toBe(false);
    expect(hitAt(400 + retryAfterMs)).toMatchObject({ allowed: true, count: 2, retryAfterMs: 0 });
  });

  it('makes a heavy hit wait until enough others have left', () => {
    const { hitAt } = windowOf(4);
    [0, 100, 200, 300].forEach((ms) => hitAt(ms));
    const { retryAfterMs } = hitAt(400, 3);
    expect(hitAt(400 + retryAfterMs - 1, 3).allowed).toBe(false);
    expect(hitAt(400 + retryAfterMs, 3)).toMatchObject({ allowed: true, count: 4 });
  });

  it('tells when the window will be empty', () => {
    const { hits, hitAt } = windowOf(5);
    hitAt(0);
    const { resetMs } = hitAt(120);
    expect(hitAt(120 + resetMs)).toMatchObject({ allowed: true, count: 1 });
    expect(resetMs).toBeGreaterThan(WINDOW_MS - BUCKET_MS);
    expect(resetMs).toBeLessThanOrEqual(WINDOW_MS + BUCKET_MS);
    expect(hits.size).toBe(1);
  });

  it('does not lengthen the wait of who hammers it', () => {
    const { hitAt } = windowOf(1);
    hitAt(0);
    const { retryAfterMs } = hitAt(1);
    for (let ms = 2; ms <= retryAfterMs; ms++) expect(hitAt(ms).allowed).toBe(false);
    expect(hitAt(1 + retryAfterMs).allowed).toBe(true);
  });

  it('tells who can never pass to wait for one window', () => {
    expect(windowOf(0).hitAt(0)).toEqual({ allowed: false, count: 0, retryAfterMs: WINDOW_MS, resetMs: 0 });
    expect(windowOf(2).hitAt(0, 3)).toMatchObject({ allowed: false, retryAfterMs: WINDOW_MS });
  });

  it('remembers no more than 21 numbers', () => {
    const { hits, hitAt } = windowOf(1_000_000);
    for (let ms = 0; ms < 5 * WINDOW_MS; ms++) {
      hitAt(ms);
      expect(hits.size).toBeLessThanOrEqual(21);
    }
  });

  it.each([1, 7, 19, 20, 333, WINDOW_MS])(
    'never allows more than the limit in any %i ms, and no hit waits a twentieth too long',
    (windowMs) => {
      const limit = 5;
      const { hitAt } = windowOf(limit, windowMs);
      const lateBy = Math.ceil(windowMs / 20);
      const allowed: number[] = [];
      const hitsWithin = (span: number, ms: number) => allowed.filter((time) => time > ms - span).length;

      for (let ms = 0, i = 0; i < 2_000; i++) {
        ms += Math.floor(Math.random() ** 3 * (windowMs + 1));
        const roomForSure = hitsWithin(windowMs + lateBy, ms) < limit;
        if (hitAt(ms).allowed) allowed.push(ms);
        else expect(roomForSure).toBe(false);
        expect(hitsWithin(windowMs, ms)).toBeLessThanOrEqual(limit);
      }
      expect(allowed.length).toBeGreaterThan(limit);
    },
  );
});
