/** Waits until something is true; two seconds at most unless told. */
export async function until(isTrue: () => boolean, withinMs = 2_000): Promise<void> {
  const endsAt = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > endsAt) throw new Error(`Not within ${withinMs} ms: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
