import { generateKeyPairSync, sign, verify } from 'node:crypto';

export interface Claims {
  sub: string;
  sid: string;
  role: string;
  exp: number;
}

const lifeSeconds = 900;
const rememberedTokens = 10_000;
const dsaEncoding = 'ieee-p1363';

/** ES256 by node:crypto alone; a good signature is remembered, as the service does, unless told otherwise. */
export class Tokens {
  private readonly own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly header = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'floor' });
  private readonly known = new Map<string, Claims>();
  private readonly publicKeys = new Map([['floor', this.own.publicKey]]);

  /** @param remembers false checks the signature at each request */
  constructor(private readonly remembers: boolean) {}

  issue(subject: Omit<Claims, 'exp'> & { client_id: string; jti: string }): string {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { ...subject, iat, exp: iat + lifeSeconds, aud: 'wxpass', iss: 'http://floor' };
    const text = `${this.header}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.own.privateKey, dsaEncoding });
    return `${text}.${signature.toString('base64url')}`;
  }

  verify(token: string): Claims | undefined {
    const claims = this.known.get(token) ?? this.verifyAnew(token);
    return claims && claims.exp * 1000 > Date.now() ? claims : undefined;
  }

  private verifyAnew(token: string): Claims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const key = this.publicKeys.get(decode<{ kid: string }>(header).kid);
    const text = Buffer.from(`${header}.${payload}`);
    const bytes = Buffer.from(signature, 'base64url');
    if (!key || !verify('sha256', text, { key, dsaEncoding }, bytes)) return undefined;
    const claims = decode<Claims>(payload);
    if (this.remembers && this.known.size < rememberedTokens) this.known.set(token, claims);
    return claims;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode<T>(part: string): T {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as T;
}
