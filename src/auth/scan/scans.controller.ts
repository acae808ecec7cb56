import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  ApiAnswer,
  ApiEmptyAnswer,
  ApiErrors,
  ApiInput,
  ApiMediaAnswer,
} from '../../platform/http/openapi.js';
import { Public } from '../../platform/http/public.decorator.js';
import { noBody } from '../../platform/http/validation.js';
import { BrowserCookie } from '../cookies/browser-cookie.service.js';
import { LoginGate } from '../login-gate.service.js';
import { visitOf } from '../visit.js';
import { CountedByScan } from './counted-by-scan.decorator.js';
import { ScanOwners } from './scan-owners.service.js';
import { ScanQr, type QrImage } from './scan-qr.service.js';
import { endWithReply, streamScan } from './scan-stream.js';
import { isFinal, scanStatuses, type ScanStatus } from './scan-ticket.js';
import {
  createdScan,
  createdScanExample,
  newScan,
  newScanExample,
  scanExample,
  scanOutcome,
  scanParam,
  scanQuery,
  scanView,
  type CreatedScan,
  type ScanOutcome,
  type ScanView,
} from './scan.schemas.js';
import { Scans } from './scans.service.js';

/** Documents that only the browser that began the scan is answered, by its cookie or by the scan's token. */
const ApiScanOwner = () => applyDecorators(ApiSecurity('browserCookie'), ApiSecurity('scanToken'));
const ApiLastEventId = () =>
  ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The status that was told last, as browsers send it by themselves when they come back',
    schema: { type: 'string', enum: [...scanStatuses] },
  });

const png = { 'image/png': '\\x89PNG…', 'image/jpeg': '\\xff\\xd8\\xff…' };
const event = `id: confirmed\nevent: status\ndata: ${JSON.stringify(scanExample)}\n\n`;

/** Scans to log in on a computer, as its browser uses them. */
@ApiTags('Scan to log in')
@Public()
@Controller('api/v1/auth/scans')
export class ScansController {
  constructor(
    private readonly gate: LoginGate,
    private readonly browser: BrowserCookie,
    private readonly owners: ScanOwners,
    private readonly scans: Scans,
    private readonly qr: ScanQr,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'beginScan',
    summary: 'Begins a scan: a QR code to show, and who may ask for it',
  })
  @ApiInput(newScan, newScanExample)
  @ApiAnswer(201, createdScan, createdScanExample, ['Set-Cookie'])
  @ApiErrors('unknown_app', 'blocked', 'wechat_error', 'wechat_unavailable')
  async begin(
    @Body({ schema: newScan }) body: z.infer<typeof newScan>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedScan> {
    return this.gate.passToBegin(request, () =>
      this.scans.begin(body, this.browser.ensure(request, reply), visitOf(request, undefined)),
    );
  }

  @CountedByScan()
  @Get(':scanId')
  @ApiOperation({ operationId: 'askScan', summary: 'How a scan stands, now or at its next change' })
  @ApiScanOwner()
  @ApiAnswer(200, scanView, scanExample)
  @ApiErrors('invalid_request', 'not_found')
  async ask(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Query({ schema: scanQuery }) { wait, status: known }: z.infer<typeof scanQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScanView> {
    const ticket = await this.owners.require(scanId, request.headers);
    return this.scans.ask(scanId, ticket, { waitMs: wait * 1000, known }, (watch) =>
      endWithReply(watch, reply),
    );
  }

  @CountedByScan()
  @Get(':scanId/events')
  @ApiOperation({
    operationId: 'streamScan',
    summary: 'The same as server-sent events',
    description:
      'One `event: status` for each status passed through, a comment each 15 s, the end after a final status. Who comes ' +
      'back with `Last-Event-ID` is told what came since; where that was final, 204.',
  })
  @ApiScanOwner()
  @ApiLastEventId()
  @ApiMediaAnswer('The events', { 'text/event-stream': event })
  @ApiEmptyAnswer('Last-Event-ID names a final status: nothing follows', {})
  @ApiErrors('not_found')
  async stream(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.owners.require(scanId, request.headers);
    const known = lastEventOf(request);
    if (isFinal(known)) return void (await reply.status(204).send());
    if (request.method === 'HEAD') return void (await reply.type('text/event-stream').send());
    const watch = this.scans.watch(scanId, 'event-stream');
    await streamScan(reply, watch, this.scans.follow(scanId, watch, known));
  }

  @Get(':scanId/qr.png')
  @ApiOperation({
    operationId: 'drawScan',
    summary: 'The image to scan, as PNG; as JPEG where WeChat drew it',
  })
  @ApiScanOwner()
  @ApiMediaAnswer('The image', png)
  @ApiErrors('not_found')
  async png(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ticket = await this.owners.require(scanId, request.headers);
    await send(reply, await this.qr.png(scanId, ticket));
  }

  @Get(':scanId/qr.svg')
  @ApiOperation({ operationId: 'drawScanAsSvg', summary: 'The image to scan, as SVG' })
  @ApiScanOwner()
  @ApiMediaAnswer('The image', { 'image/svg+xml': '<svg xmlns="http://www.w3.org/2000/svg">…</svg>' })
  @ApiErrors('not_found')
  async svg(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ticket = await this.owners.require(scanId, request.headers);
    await send(reply, await this.qr.svg(scanId, ticket));
  }

  @Delete(':scanId')
  @ApiOperation({ operationId: 'cancelScan', summary: 'Gives a scan up' })
  @ApiScanOwner()
  @ApiInput(noBody, {})
  @ApiAnswer(200, scanOutcome, { status: 'cancelled' })
  @ApiErrors('not_found', 'scan_state')
  async cancel(
    @Param({ schema: scanParam }) { scanId }: z.infer<typeof scanParam>,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
  ): Promise<ScanOutcome> {
    await this.owners.require(scanId, request.headers);
    return this.scans.cancel(scanId);
  }
}

function lastEventOf({ headers }: FastifyRequest): ScanStatus | undefined {
  return scanStatuses.find((status) => status === headers['last-event-id']);
}

async function send(reply: FastifyReply, { type, content }: QrImage): Promise<void> {
  await reply.type(type).send(content);
}
