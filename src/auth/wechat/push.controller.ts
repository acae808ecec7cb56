import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { ApiTextAnswer, ApiUncountedErrors } from '../../platform/http/openapi.js';
import { Public } from '../../platform/http/public.decorator.js';
import { openPush, verifyUrl } from '../../wechat/open-push.js';
import { PushRefused } from '../../wechat/push-refused.js';
import { textReply } from '../../wechat/push-reply.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { PushInbox } from './push-inbox.service.js';
import { PushRefusedFilter } from './push-refused.filter.js';

/** What does not fit is taken for absent: whether it will do is the signature's business, and all refusals are alike. */
const text = z.string().optional().catch(undefined);
const stamp = {
  signature: text.describe('Hex SHA-1 of push token, timestamp and nonce, sorted and joined'),
  timestamp: text.describe('Seconds since 1970'),
  nonce: text.describe('At random, for this push'),
};

const appParam = z.object({ appId: z.string().describe('The AppID of the app that pushes') });
const verifyQuery = z.object({ ...stamp, echostr: text.describe('What the answer must be') });
const pushQuery = z.object({
  ...stamp,
  encrypt_type: text.describe('`aes` where the message is sealed'),
  msg_signature: text.describe('Covers the sealed message'),
});
/** XML or JSON, as the app is configured at WeChat. */
const pushBody = z.string().catch('');

const sealedExample =
  '<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Encrypt><![CDATA[+qdx1OKCy…]]></Encrypt></xml>';
const refused = 'Forged, stale, malformed, or for no app that takes pushes';

/** Where WeChat tells what happened to people: the push address (消息推送) of each app. */
@ApiTags('For other systems')
@Public()
@UseFilters(PushRefusedFilter)
@Controller('wechat/push')
export class PushController {
  constructor(
    private readonly apps: WechatApps,
    private readonly inbox: PushInbox,
  ) {}

  @Get(':appId')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({
    operationId: 'verifyPushUrl',
    summary: "WeChat's question whether this address is the operator's",
  })
  @ApiTextAnswer(200, 'The echostr', '4375120948345356249')
  @ApiTextAnswer(403, refused, '')
  verify(
    @Param({ schema: appParam }) { appId }: z.infer<typeof appParam>,
    @Query({ schema: verifyQuery }) query: z.infer<typeof verifyQuery>,
  ): string {
    return verifyUrl(this.appNamed(appId), query, Date.now());
  }

  @Post(':appId')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiConsumes('text/xml', 'application/json')
  @ApiOperation({
    operationId: 'receivePush',
    summary: 'What WeChat pushes; acted on once, answered within 5 s',
  })
  @ApiBody({ required: false, examples: { sealed: { value: sealedExample } } })
  @ApiTextAnswer(200, 'Taken; or a reply to the person in the format of the message', 'success')
  @ApiTextAnswer(403, refused, '')
  @ApiUncountedErrors('too_large', 'dependency_unavailable')
  async receive(
    @Param({ schema: appParam }) { appId }: z.infer<typeof appParam>,
    @Query({ schema: pushQuery }) query: z.infer<typeof pushQuery>,
    @Body({ schema: pushBody }) body: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const app = this.appNamed(appId);
    const message = openPush(app, query, body, Date.now());
    const words = await this.inbox.take(message);
    if (words === undefined) {
      reply.type('text/plain; charset=utf-8');
      return 'success';
    }
    const passive = textReply(app, message, words, { nowMs: Date.now() });
    reply.type(passive.contentType);
    return passive.body;
  }

  /** @throws PushRefused */
  private appNamed(appId: string): WechatApp {
    const app = this.apps.named(appId);
    if (!app) throw new PushRefused('there is no such app');
    return app;
  }
}
