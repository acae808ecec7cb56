/** Who and where, by number, so that the tables of one database speak of the same people. */
export const addresses = 100_000;

/** Nobody of a population, however large. */
const beyondAll = 100_000_000;

const firstSignUpAt = Date.UTC(2024, 0, 1);
const betweenSignUpsMs = 60_000;

/** Few of whom or from where very much comes. */
export const hot = {
  /** A person that a monitor logs in and out day and night, always from one place. */
  robot: { userId: userId(beyondAll), address: '198.51.100.1' },
  office: '198.51.100.2',
  carrier: '198.51.100.3',
  /** Tries names that nobody has, and is mostly turned away. */
  attacker: '198.51.100.4',
} as const;

/** As version 7 makes them: in the order in which people came. */
export function userId(person: number): string {
  const at = (firstSignUpAt + person * betweenSignUpsMs).toString(16).padStart(12, '0');
  const rest = (Math.imul(person + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `${at.slice(0, 8)}-${at.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(4)}${rest}`;
}

export function address(place: number): string {
  return `100.${64 + (place >>> 16)}.${(place >>> 8) & 255}.${place & 255}`;
}
