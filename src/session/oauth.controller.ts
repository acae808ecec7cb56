import { Body, Controller, Header, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { whenceOf } from '../platform/http/client-address.js';
import { ApiOauthForm } from '../platform/http/openapi-oauth.js';
import { ApiPlainAnswer } from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { TokenInspector, type Introspection } from './introspection.service.js';
import { ClientScope, MachineClientGuard } from './machine-client.guard.js';

/** Parameters that a standard may add later are ignored, as OAuth asks. */
const tokenForm = z.object({
  token: z.string().min(1).max(8192).describe('An access token or a refresh token'),
  token_type_hint: z.string().max(64).optional().describe('Not needed: tokens are told apart by their form'),
});

const introspection = z.object({
  active: z.boolean().describe('Whether it is good, and its session stands; where not, nothing else is said'),
  token_type: z.string().optional().describe('`Bearer` for an access token, else `refresh_token`'),
  sub: z.string().optional().describe('The user'),
  sid: z.string().optional().describe('The session'),
  role: z.string().optional().describe('`user`, `admin` or `auditor`'),
  client_id: z.string().optional().describe('The AppID of the login, `wxpass` for a password'),
  exp: z.int().optional().describe('Seconds since 1970'),
  iat: z.int().optional().describe('Of an access token: seconds since 1970'),
  jti: z.string().optional().describe('Of an access token: its own id'),
  iss: z.string().optional().describe('PUBLIC_URL, or JWT_ISSUER'),
  aud: z.string().optional().describe('`wxpass`, or JWT_AUDIENCE'),
});
const introspectionExample = {
  active: true,
  token_type: 'Bearer',
  sub: '0199c3a4-52d1-7b0e-9c1f-3e8a7d5b6042',
  sid: '0199f0d2-8b73-7e10-b5c4-6a2d9e4f7138',
  role: 'user',
  client_id: 'wx0123456789abcdef',
  exp: 1_795_155_303,
  iat: 1_795_154_403,
  jti: '0199f0d2-8b75-7a41-9e62-5c8b7a9e4f71',
  iss: 'https://login.example.com',
  aud: 'wxpass',
};
const formExample = { token: 'eyJhbGciOiJFUzI1NiIs…', token_type_hint: 'access_token' };

@ApiTags('For other systems')
@Public()
@UseGuards(MachineClientGuard)
@Controller('oauth')
export class OauthController {
  constructor(private readonly inspector: TokenInspector) {}

  @Post('introspect')
  @ClientScope('introspect')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'introspectToken',
    summary: 'Whether a token is good (RFC 7662); scope introspect',
  })
  @ApiOauthForm<typeof tokenForm>(formExample)
  @ApiPlainAnswer(200, 'What the token stands for', introspection, introspectionExample)
  introspect(@Body({ schema: tokenForm }) { token }: z.infer<typeof tokenForm>): Promise<Introspection> {
    return this.inspector.introspect(token);
  }

  @Post('revoke')
  @ClientScope('revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'Ends the session of a token (RFC 7009); scope revoke',
  })
  @ApiOauthForm<typeof tokenForm>(formExample)
  @ApiPlainAnswer(200, 'The token is good no more', z.object({}), {})
  async revoke(
    @Body({ schema: tokenForm }) { token }: z.infer<typeof tokenForm>,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const appId = request.machineClient?.id;
    await this.inspector.revoke(token, { appId, ...whenceOf(request) });
    return {};
  }
}
