import {
  cancel,
  confirm,
  hasNoTriesLeft,
  isFinal,
  passedThrough,
  refusalToShow,
  reject,
  scan,
  scanStatuses,
  statusAt,
  tryMatchCode,
  type Move,
  type ScanTicket,
} from './scan-ticket.js';

const [began, expiresAt] = [1_000, 121_000];
const holder = { userId: 'ada' };

const pending: ScanTicket = {
  status: 'pending',
  via: 'mini-program',
  appId: 'wx1',
  link: 'https://login.example.test/login/confirm?scan=x',
  browserHash: 'b',
  tokenHash: 't',
  address: '192.0.2.1',
  createdAt: began,
  expiresAt,
  matchTries: 0,
};
const scanned: ScanTicket = { ...pending, status: 'scanned', holder };
const decided = (status: ScanTicket['status']): ScanTicket => ({ ...scanned, status });

const moves: Record<string, (ticket: ScanTicket, isHolder: boolean, now: number) => Move> = {
  scan: (ticket, isHolder, now) => scan(ticket, holder, isHolder, now),
  'try the match code': tryMatchCode,
  confirm: (ticket, isHolder, now) => confirm(ticket, 'sealed', isHolder, now),
  reject,
};

describe('a scan', () => {
  it('goes from pending over scanned to confirmed or rejected', () => {
    expect(scan(pending, holder, false, began)).toEqual(scanned);
    expect(confirm(scanned, 'sealed', true, began)).toEqual({
      ...scanned,
      status: 'confirmed',
      outcome: 'sealed',
    });
    expect(reject(scanned, true, began)).toEqual({ ...scanned, status: 'rejected' });
  });

  it('is held by the first phone alone, to which a second scan is no news', () => {
    expect(scan(scanned, holder, true, began)).toBe(scanned);
    expect(scan(scanned, { userId: 'eve' }, false, began)).toBe('scan_state');
    expect(confirm(scanned, 'sealed', false, began)).toBe('scan_state');
    expect(reject(scanned, false, began)).toBe('scan_state');
    expect(refusalToShow(scanned, false, began)).toBe('scan_state');
    expect(refusalToShow(scanned, true, began)).toBeUndefined();
  });

  it('is not decided before somebody has scanned', () => {
    expect(confirm(pending, 'sealed', true, began)).toBe('scan_state');
    expect(reject(pending, true, began)).toBe('scan_state');
    expect(tryMatchCode(pending, true, began)).toBe('scan_state');
  });

  it.each(Object.entries(moves))('is decided once: then nobody may %s', (_name, move) => {
    for (const status of ['confirmed', 'rejected', 'cancelled'] as const) {
      expect(move(decided(status), true, began)).toBe('scan_state');
    }
  });

  it.each(Object.entries(moves))('has no phone that may %s after its life', (_name, move) => {
    for (const ticket of [pending, scanned, decided('confirmed')]) {
      expect(move(ticket, true, expiresAt)).toBe('scan_expired');
    }
  });

  it('expires at its end where nothing was decided', () => {
    expect(statusAt(scanned, expiresAt - 1)).toBe('scanned');
    expect(statusAt(scanned, expiresAt)).toBe('expired');
    expect(statusAt(pending, expiresAt)).toBe('expired');
    expect(statusAt(decided('confirmed'), expiresAt)).toBe('confirmed');
  });

  it('may be cancelled by its browser until it is decided', () => {
    expect(cancel(pending, began)).toEqual({ ...pending, status: 'cancelled' });
    expect(cancel(scanned, began)).toEqual({ ...scanned, status: 'cancelled' });
    expect(cancel(decided('confirmed'), began)).toBe('scan_state');
    expect(cancel(decided('rejected'), began)).toBe('scan_state');
    expect(cancel(pending, expiresAt)).toBe(pending);
  });

  it('allows three tries at its match code', () => {
    let ticket = { ...scanned, matchCode: '1234' };
    for (let i = 1; i <= 3; i++) {
      expect(hasNoTriesLeft(ticket)).toBe(false);
      ticket = tryMatchCode(ticket, true, began) as typeof ticket;
    }
    expect(hasNoTriesLeft(ticket)).toBe(true);
    expect(tryMatchCode(ticket, true, began)).toBe('scan_state');
  });
});

describe('what a browser has yet to be told', () => {
  it('is nothing where it knows the status, else that status', () => {
    expect(passedThrough('pending', pending, began)).toEqual([]);
    expect(passedThrough('pending', scanned, began)).toEqual(['scanned']);
    expect(passedThrough(undefined, decided('confirmed'), began)).toEqual(['confirmed']);
  });

  it('has a scan that was passed through in between', () => {
    expect(passedThrough('pending', decided('confirmed'), began)).toEqual(['scanned', 'confirmed']);
    expect(passedThrough('pending', scanned, expiresAt)).toEqual(['scanned', 'expired']);
    expect(passedThrough('pending', { ...pending, status: 'cancelled' }, began)).toEqual(['cancelled']);
    expect(passedThrough('scanned', decided('rejected'), began)).toEqual(['rejected']);
  });

  it('ends with a final status', () => {
    const open = scanStatuses.filter((status) => !isFinal(status));
    expect(open).toEqual(['pending', 'scanned']);
    expect(isFinal(undefined)).toBe(false);
  });
});
