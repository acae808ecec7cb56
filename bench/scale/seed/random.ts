/** Numbers from 0 to 1, the same in every run with the same seed. */
export type Random = () => number;

/** Mulberry32: small, quick, and even enough for made-up rows. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function oneOf<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}

/** One of the items, each as often as its weight says. */
export function weighted<Item>(choices: readonly (readonly [Item, number])[]): (random: Random) => Item {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  return (random) => {
    let left = random() * total;
    return (choices.find(([, weight]) => (left -= weight) < 0) ?? choices.at(-1)!)[0];
  };
}

/** Up to `limit`; small numbers come more often, as some people and places do. */
export function skewed(limit: number, random: Random): number {
  return Math.floor(limit * random() ** 1.5);
}
