import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { z } from 'zod';
import { ApiPlainAnswer } from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { jwksMaxAgeSeconds } from './signing-key-schedule.js';
import { SigningKeys } from './signing-keys.service.js';

const everyJwk = {
  kid: z.string().describe('As in the header of the tokens it verifies'),
  use: z.literal('sig').describe('For signatures'),
};

const jwkSet = z.object({
  keys: z
    .array(
      z.union([
        z.object({
          ...everyJwk,
          kty: z.literal('EC').describe('Elliptic curve'),
          alg: z.literal('ES256').describe('The only algorithm it is for'),
          crv: z.literal('P-256').describe('The curve'),
          x: z.string().describe('A coordinate, base64url'),
          y: z.string().describe('A coordinate, base64url'),
        }),
        z.object({
          ...everyJwk,
          kty: z.literal('RSA').describe('Where JWT_ALGORITHM is RS256'),
          alg: z.literal('RS256').describe('The only algorithm it is for'),
          n: z.string().describe('The modulus, base64url'),
          e: z.string().describe('The exponent, base64url'),
        }),
      ]),
    )
    .describe('The next, the current and the retiring keys'),
});

const jwkSetExample: z.infer<typeof jwkSet> = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'Gux6_Fumm3joYNooev-1kXdzQiXyW4IDl7sqXzSaDoY',
      y: 'le_QKhKQEFFwjIki6s1QaHfgSvw9fmLYwjjkgESTlY4',
      kid: 'jBjSXEwMWLVeL13076n70c4FQlzrp4WC5KpzNke3laI',
      alg: 'ES256',
      use: 'sig',
    },
  ],
};

@ApiTags('For other systems')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Public()
  @Get('jwks.json')
  @Header('cache-control', `public, max-age=${jwksMaxAgeSeconds}`)
  @ApiOperation({ operationId: 'getJwks', summary: 'The public keys that verify access tokens (RFC 7517)' })
  @ApiPlainAnswer(200, 'A JWK set, to be kept for as long as Cache-Control says', jwkSet, jwkSetExample)
  jwks(): { keys: JWK[] } {
    return this.keys.jwks();
  }
}
