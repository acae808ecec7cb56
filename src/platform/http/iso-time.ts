/** A time as answers say it (ISO 8601, UTC); big integers may come as text from a driver. */
export function isoTime(milliseconds: number | string): string {
  return new Date(Number(milliseconds)).toISOString();
}
