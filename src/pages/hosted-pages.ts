import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { catalogue, type ErrorName } from '../platform/errors/catalogue.js';
import { currentTraceId } from '../platform/http/request-context.js';
import { ReturnTo } from '../platform/http/return-to.service.js';
import { toAppError } from '../platform/http/to-app-error.js';
import { parseRequest } from '../platform/http/validation.js';
import { addressMismatch, type AddressMismatch } from './address-mismatch.js';
import type { BuiltAssets } from './built-assets.js';
import { doorsOf } from './doors.js';
import type { PageData } from './page-data.js';
import { pageLanguageOf } from './page-language.js';
import { pageQuery, queryIn, type PageQuery } from './page-query.js';
import { livePage, refusalPage, type Failure, type Frame } from './page.view.js';
import { placeOf } from './place.js';
import { words, type PageLanguage } from './words.js';

const loginPaths = ['', '/', '/login'];

/** Renders the pages; what it cannot render it says in a page, too. */
export class HostedPages {
  private readonly logger = new Logger('Pages');
  private readonly basePath: string;
  private readonly returnTo: ReturnTo;
  private hasWarned = false;

  constructor(
    private readonly config: Config,
    private readonly assets: BuiltAssets,
  ) {
    this.basePath = new URL(config.publicUrl).pathname.replace(/\/$/, '');
    this.returnTo = new ReturnTo(config);
  }

  async serve(page: PageData['page'], request: FastifyRequest, reply: FastifyReply): Promise<string> {
    void reply.type('text/html; charset=utf-8');
    const frame = this.frame(request);
    try {
      const query = parseRequest(pageQuery, request.query);
      const data = this.data(page, query, frame.language, request);
      return livePage(frame, data, failureOf(query, frame.language));
    } catch (thrown) {
      const error = toAppError(thrown);
      void reply.status(error.status);
      return refusalPage(frame, { message: error.messageIn(frame.language), traceId: currentTraceId() });
    }
  }

  private frame(request: FastifyRequest): Frame {
    const language = pageLanguageOf(request);
    const mismatch = addressMismatch(request, this.config);
    if (mismatch) this.warnOnce(mismatch);
    const otherLanguage = queryIn(language === 'zh' ? 'en' : 'zh', request.query);
    return { language, assets: this.assets, basePath: this.basePath, otherLanguage, mismatch };
  }

  private data(
    page: PageData['page'],
    { returnTo, codeChallenge, appId, scope, error, scan }: PageQuery,
    language: PageLanguage,
    { headers }: FastifyRequest,
  ): PageData {
    return {
      page,
      language,
      basePath: this.basePath,
      place: placeOf(headers['user-agent']),
      doors: doorsOf(this.config.wechat.apps, appId),
      registration: this.config.registration,
      returnTo: returnTo === undefined ? undefined : this.returnPlace(returnTo, codeChallenge),
      codeChallenge,
      scope,
      hasError: error !== undefined,
      scanId: scan,
    };
  }

  /** Undefined where it is the login page itself: there a login ends anyway. */
  private returnPlace(returnTo: string, codeChallenge: string | undefined): string | undefined {
    const place = this.returnTo.require(returnTo, { codeChallenge });
    const { origin, pathname } = new URL(place);
    const isOwn = origin === new URL(this.config.publicUrl).origin && codeChallenge === undefined;
    return isOwn && loginPaths.includes(pathname.replace(this.basePath, '')) ? undefined : place;
  }

  private warnOnce({ seen, expected, setting }: AddressMismatch): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.logger.warn(
      `The login page was asked for at ${seen}, but PUBLIC_URL is at ${expected}, where logins begin and end: ` +
        (setting === 'PUBLIC_URL'
          ? `if that address is yours (strangers may name any), set PUBLIC_URL=${seen}${this.basePath}`
          : 'set TRUST_PROXY to the proxy'),
    );
  }
}

/** Only errors of ours have words; what else a link claims is not repeated. */
function failureOf({ error, traceId }: PageQuery, language: PageLanguage): Failure | undefined {
  if (error === undefined) return undefined;
  return { message: messageOf(error, language), traceId };
}

function messageOf(error: string, language: PageLanguage): string {
  if (error === 'snapshot_user') return words[language].snapshotAdvice;
  if (!Object.hasOwn(catalogue, error)) return words[language].failed;
  return new AppError(error as ErrorName).messageIn(language);
}
