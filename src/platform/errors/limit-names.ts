/** Every limit that answers 429, as metrics name it. */
export const limitNames = [
  'api',
  'scan-asks',
  'login-attempts',
  'login-guesses',
  'registrations',
  'client-guesses',
  'decryptions',
  'scans',
  'scan-watches',
  'scan-sockets',
] as const;

export type LimitName = (typeof limitNames)[number];
