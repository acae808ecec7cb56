import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ApiErrors, ApiUpgrade } from '../../platform/http/openapi.js';
import { Public } from '../../platform/http/public.decorator.js';
import { CountedByScan } from './counted-by-scan.decorator.js';
import { ScanSockets } from './scan-sockets.service.js';
import { scanParam } from './scan.schemas.js';

/** Scans over WebSocket; a request of its own kind, but under the limits and in the forms of all. */
@ApiTags('Scan to log in')
@Public()
@Controller('api/v1/auth/scans/:scanId/socket')
export class ScanSocketController {
  constructor(private readonly sockets: ScanSockets) {}

  @CountedByScan()
  @Get()
  @ApiOperation({
    operationId: 'openScanSocket',
    summary: 'The same as the stream of events, over WebSocket',
    description:
      'The messages are those of the events, one JSON text each. `Origin`, where sent, must be the own origin or one of ' +
      'CORS_ORIGINS. Where neither the cookie nor `X-Scan-Token` is sent, the first message within 10 s is ' +
      '`{"scanToken": "…"}`. It closes with 1000 after a final status, 1008 where the token is wrong, 1001 and 1013 ' +
      'where it is worth coming back. Without an upgrade it is 404.',
  })
  @ApiSecurity('browserCookie')
  @ApiSecurity('scanToken')
  @ApiSecurity({})
  @ApiUpgrade('The WebSocket is open')
  @ApiErrors('invalid_request', 'forbidden', 'not_found')
  open(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.sockets.open(scanId, request, reply);
  }
}
