import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Public } from '../platform/http/public.decorator.js';
import { SigningKeys } from './signing-keys.service.js';

@ApiTags('For other systems')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Public()
  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ operationId: 'getJwks', summary: 'The public keys that verify access tokens (RFC 7517)' })
  @ApiOkResponse({ description: 'A JWK set' })
  jwks(): { keys: JWK[] } {
    return this.keys.jwks();
  }
}
