/** `URL.canParse` and `URL.parse` are younger than the browsers inside some WeChats. */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
