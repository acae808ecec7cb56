import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { ApiAnswer, ApiCallerErrors, ApiGoneAccount } from '../platform/http/openapi.js';
import { exportExample, exportView } from './export.schemas.js';
import { Export } from './export.service.js';

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/export')
export class ExportController {
  constructor(private readonly exports: Export) {}

  @Get()
  @ApiOperation({
    operationId: 'exportMe',
    summary: 'Everything that is held on the person, to be kept as a file',
    description:
      'With the whole phone number, but without what only proves who somebody is: no key, no hash, no token. An answer that breaks off was not whole.',
  })
  @ApiAnswer(200, exportView, exportExample, ['Content-Disposition'])
  @ApiCallerErrors()
  @ApiGoneAccount()
  async export(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.exports.stream(caller, whenceOf(request));
    await reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="wxpass-export.json"')
      .send(answer);
  }
}
