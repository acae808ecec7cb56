import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PushRefused } from '../../wechat/push-refused.js';

/** Refusals are all alike, so that who forges learns nothing; why is in the log. */
@Catch(PushRefused)
export class PushRefusedFilter implements ExceptionFilter {
  private readonly logger = new Logger('Push');

  catch(refused: PushRefused, host: ArgumentsHost): void {
    this.logger.log(`a push is refused: ${refused.message}`);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.removeHeader('content-type').status(403).send();
  }
}
