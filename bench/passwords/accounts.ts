/** Everybody has the same, which is none of the common ones. */
export const password = 'seven grey herons at dawn';

const atOnce = 20;

/** Accounts that log in by a name; the names. */
export async function registerAccounts(url: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `heron.${i}x`);
  for (let from = 0; from < count; from += atOnce) {
    await Promise.all(names.slice(from, from + atOnce).map((name) => register(url, name)));
  }
  return names;
}

async function register(url: string, username: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (response.status !== 201) throw new Error(`${username} was refused: ${await response.text()}`);
}
