import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import QrCode from 'qrcode';
import { Config } from '../../platform/config/config.js';
import { WechatAppApi } from '../../wechat/wechat-app-api.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import type { ScanTicket } from './scan-ticket.js';

export interface QrImage {
  type: 'image/png' | 'image/jpeg' | 'image/svg+xml';
  content: Buffer | string;
}

const widthPixels = 430;
/** A code is only waited for as long as somebody in front of a screen would. */
const codeWithinMs = 2_500;
const rememberedBytes = 32 * 1024 * 1024;
/** How long WeChat is not asked again for a code that it did not give. */
const withoutCodeMs = 15_000;
const noCode = Buffer.alloc(0);

/** Draws what is to be scanned. */
@Injectable()
export class ScanQr {
  private readonly logger = new Logger('Scan');
  /** WeChat draws the same code each time, so that another replica may ask for it again; who asks at once asks once. */
  private readonly codes: LRUCache<string, Buffer, string>;

  constructor(
    private readonly config: Config,
    private readonly apps: WechatApps,
    private readonly appApi: WechatAppApi,
  ) {
    this.codes = new LRUCache({
      maxSize: rememberedBytes,
      sizeCalculation: ({ length }) => length + 1,
      ttl: config.scan.ttlMs,
      fetchMethod: async (scanId, _stale, { context: appId, options }) => {
        const code = await this.askForCode(scanId, appId);
        if (!code) options.ttl = withoutCodeMs;
        return code ?? noCode;
      },
    });
  }

  /** WeChat's own code of a mini program where it is to be had, else a QR code of the link. */
  async png(scanId: string, ticket: ScanTicket): Promise<QrImage> {
    const code = await this.miniProgramCode(scanId, ticket);
    if (code) return code;
    return { type: 'image/png', content: await QrCode.toBuffer(ticket.link, { width: widthPixels }) };
  }

  /** The same, sharp in any size as far as it is ours to draw. */
  async svg(scanId: string, ticket: ScanTicket): Promise<QrImage> {
    const code = await this.miniProgramCode(scanId, ticket);
    const content = code ? framed(code) : await QrCode.toString(ticket.link, { type: 'svg' });
    return { type: 'image/svg+xml', content };
  }

  private async miniProgramCode(scanId: string, { via, appId }: ScanTicket): Promise<QrImage | undefined> {
    if (via !== 'mini-program') return undefined;
    const content = await this.codes.fetch(scanId, { context: appId });
    return content?.length ? { type: typeOf(content), content } : undefined;
  }

  private async askForCode(scanId: string, appId: string): Promise<Buffer | undefined> {
    const { page, envVersion } = this.config.scan;
    try {
      const app = this.apps.find('mini-program', appId);
      return await this.appApi.miniProgramCode(app, { scene: scanId, page, envVersion }, codeWithinMs);
    } catch (error) {
      this.logger.warn(`app ${appId} gets no mini-program code: a QR code of the link is shown`, error);
      return undefined;
    }
  }
}

function typeOf(image: Buffer): 'image/png' | 'image/jpeg' {
  return image[0] === 0x89 ? 'image/png' : 'image/jpeg';
}

function framed({ type, content }: QrImage): string {
  const data = Buffer.from(content).toString('base64');
  const size = `width="${widthPixels}" height="${widthPixels}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPixels} ${widthPixels}" ${size}><image ${size} href="data:${type};base64,${data}"/></svg>`;
}
