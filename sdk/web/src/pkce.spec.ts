import { createPkce, randomText, sha256 } from './pkce.js';

describe('PKCE', () => {
  it('makes of the verifier of RFC 7636, appendix B, the challenge that stands there', async () => {
    expect(await sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('makes verifiers of 43 characters that nobody can guess', async () => {
    const pkces = await Promise.all(Array.from({ length: 100 }, createPkce));
    for (const pkce of pkces) expect(pkce!.verifier).toMatch(/^[\w-]{43}$/);
    for (const pkce of pkces) expect(pkce!.challenge).toBe(await sha256(pkce!.verifier));
    expect(new Set(pkces.map((pkce) => pkce!.verifier)).size).toBe(100);
  });

  it('does without a challenge where the page is not secure and the browser has no WebCrypto', async () => {
    const subtle = jest.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as unknown as SubtleCrypto);
    expect(await createPkce()).toBeUndefined();
    expect(randomText()).toMatch(/^[\w-]{43}$/);
    subtle.mockRestore();
  });
});
