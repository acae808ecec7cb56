import { AppError } from '../../platform/errors/app-error.js';
import { ScanStrangers } from './scan-strangers.js';

const refusal = (act: () => unknown) => {
  try {
    act();
    return 'none';
  } catch (error) {
    return (error as AppError).error;
  }
};
const addresses = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`);
const fill = (strangers: ScanStrangers, address: string) =>
  Array.from({ length: 50 }, () => strangers.admit(address));

describe('connections of which nobody knows whose they are', () => {
  it('of one address have 50 places, and keep no other address out', () => {
    const strangers = new ScanStrangers();
    const [leave] = fill(strangers, '192.0.2.1');
    expect(refusal(() => strangers.admit('192.0.2.1'))).toBe('too_many_requests');
    expect(refusal(() => strangers.admit('192.0.2.2'))).toBe('none');
    leave!();
    expect(refusal(() => strangers.admit('192.0.2.1'))).toBe('none');
    expect(refusal(() => strangers.admit('192.0.2.1'))).toBe('too_many_requests');
  });

  it('have 1000 places in all, which are free again once they leave', () => {
    const strangers = new ScanStrangers();
    const leaves = addresses.flatMap((address) => fill(strangers, address));
    expect(refusal(() => strangers.admit('198.51.100.1'))).toBe('dependency_unavailable');
    for (const leave of leaves) leave();
    expect(refusal(() => addresses.forEach((address) => fill(strangers, address)))).toBe('none');
  });
});
