export interface Pkce {
  verifier: string;
  challenge: string;
}

/** A verifier and its S256 challenge (RFC 7636); none where the page is not secure and the browser has no WebCrypto. */
export async function createPkce(): Promise<Pkce | undefined> {
  const verifier = randomText();
  const challenge = await sha256(verifier);
  return challenge === undefined ? undefined : { verifier, challenge };
}

/** 256 random bits in 43 characters. */
export function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** SHA-256 as base64url; undefined where the browser cannot. */
export async function sha256(text: string): Promise<string | undefined> {
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  return base64url(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');
}
