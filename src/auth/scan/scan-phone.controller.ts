import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CurrentCaller, type Caller } from '../../platform/http/caller.decorator.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiInput } from '../../platform/http/openapi.js';
import { noBody } from '../../platform/http/validation.js';
import { visitOf } from '../visit.js';
import { ScanDecisions } from './scan-decisions.service.js';
import {
  confirmation,
  scanOutcome,
  scanParam,
  scanRequest,
  scanRequestExample,
  type ScanOutcome,
  type ScanRequest,
} from './scan.schemas.js';

/** Scans to log in on a computer, as the phone decides them that holds a session. */
@ApiTags('Scan to log in')
@ApiBearerAuth()
@Controller('api/v1/auth/scans/:scanId')
export class ScanPhoneController {
  constructor(private readonly decisions: ScanDecisions) {}

  @Get('request')
  @ApiOperation({ operationId: 'showScanRequest', summary: 'What the phone is about to let in' })
  @ApiAnswer(200, scanRequest, scanRequestExample)
  @ApiErrors('not_found', 'scan_state', 'scan_expired')
  @ApiCallerErrors()
  show(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @CurrentCaller() caller: Caller,
  ): Promise<ScanRequest> {
    return this.decisions.show(scanId, caller);
  }

  @Post('scanned')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'holdScan',
    summary: 'The phone has scanned: from now on it alone may decide',
  })
  @ApiInput(noBody, {})
  @ApiAnswer(200, scanOutcome, { status: 'scanned' })
  @ApiErrors('not_found', 'scan_state', 'scan_expired')
  @ApiCallerErrors()
  scanned(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @CurrentCaller() caller: Caller,
  ): Promise<ScanOutcome> {
    return this.decisions.scanned(scanId, caller);
  }

  @Post('confirm')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirmScan',
    summary: 'Lets the computer in',
    description:
      'Where SCAN_MATCH_CODE is `required`, a missing or wrong matchCode is 400, and the third wrong one rejects the ' +
      'scan. Where SCAN_ADDRESS_MISMATCH is `block`, a phone at another address than the computer is 403 `forbidden`; ' +
      'the scan stays as it is, to be confirmed from there or rejected.',
  })
  @ApiInput(confirmation, { matchCode: '0427' })
  @ApiAnswer(200, scanOutcome, { status: 'confirmed' })
  @ApiErrors('not_found', 'scan_state', 'scan_expired', 'forbidden', 'user_locked')
  @ApiCallerErrors()
  confirm(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Body({ schema: confirmation }) { matchCode }: z.infer<typeof confirmation>,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ScanOutcome> {
    return this.decisions.confirm(scanId, caller, visitOf(request, undefined), matchCode);
  }

  @Post('reject')
  @HttpCode(200)
  @ApiOperation({ operationId: 'rejectScan', summary: 'Keeps the computer out' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, scanOutcome, { status: 'rejected' })
  @ApiErrors('not_found', 'scan_state', 'scan_expired')
  @ApiCallerErrors()
  reject(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ScanOutcome> {
    return this.decisions.reject(scanId, caller, visitOf(request, undefined));
  }
}
