import type { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { Metrics } from '../platform/observability/metrics.js';
import type { AppToken } from '../wechat/app-token.js';
import { AppTokenEndpoint } from '../wechat/app-token-endpoint.js';
import { verdictOf, type Verdict } from '../wechat/wechat-answer.js';
import { WechatHttp } from '../wechat/wechat-http.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';
import { explainRefusal } from './wechat-app-refusal.js';
import { nameOf } from './wechat-app-name.js';

const limitMs = 5_000;
const ok = 0;
const unknownCode = 40029;
/** What says for certain that a secret is wrong, also to kinds of app that may get no token at all. */
const secretRefusals = [40125, 40243];
/** No code and no openid of WeChat looks like this. */
const impossible = 'wxpass-doctor';

/** A call that the service makes with an app token, and how WeChat refuses what is impossible to who may make it. */
interface Ability {
  name: string;
  path: string;
  method: 'get' | 'post';
  mayRefuseWith: number[];
}

const abilities: Partial<Record<WechatApp['kind'], Ability>> = {
  'mini-program': {
    name: 'getuserphonenumber',
    path: '/wxa/business/getuserphonenumber',
    method: 'post',
    mayRefuseWith: [unknownCode, 40013],
  },
  'official-account': {
    name: 'user/info',
    path: '/cgi-bin/user/info',
    method: 'get',
    mayRefuseWith: [40003],
  },
};

/**
 * What WeChat says of one app. It is asked as the service asks, spends nothing, and evicts no token: `stable_token`
 * without force gives what is current, and leaves those of `cgi-bin/token` alone.
 */
export class AppExaminer {
  private readonly http: WechatHttp;
  private readonly tokens: AppTokenEndpoint;

  constructor(config: Config) {
    this.http = new WechatHttp(config, new Metrics());
    this.tokens = new AppTokenEndpoint(this.http, 'stable', Date.now);
  }

  async examine(app: WechatApp): Promise<Finding[]> {
    try {
      return await (app.kind in abilities ? this.examineByToken(app) : this.examineByCode(app));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return [found('app-busy', { app: nameOf(app), reason: error.message })];
    } finally {
      await this.http.onApplicationShutdown();
    }
  }

  private async examineByToken(app: WechatApp): Promise<Finding[]> {
    const answer = await this.tokens.ask(app, false, limitMs);
    if (isRefusal(answer)) return [explainRefusal(app, answer, 'app-token')];
    return [secretGood(app), await this.examineAbility(app, answer.value)];
  }

  /** Asks for what does not exist: who has the ability hears so, who lacks it hears 48001. */
  private async examineAbility(app: WechatApp, token: string): Promise<Finding> {
    const { name, path, method, mayRefuseWith } = abilities[app.kind]!;
    const query = { access_token: token };
    const answer =
      method === 'get'
        ? await this.http.get(path, { ...query, openid: impossible, lang: 'zh_CN' }, limitMs)
        : await this.http.post(path, query, { code: impossible }, limitMs);
    const verdict = verdictOf(answer, [token]);
    if (verdict.errcode !== ok && !mayRefuseWith.includes(verdict.errcode))
      return explainRefusal(app, verdict, 'api', name);
    return good('wechat-ability', {
      zh: `${nameOf(app)} 可以调用 ${name}`,
      en: `${nameOf(app)} may call ${name}`,
    });
  }

  /** Website and mobile apps show their secret when a code is exchanged: 40029 says that it came as far as the code. */
  private async examineByCode(app: WechatApp): Promise<Finding[]> {
    const query = {
      appid: app.appId,
      secret: app.appSecret,
      code: impossible,
      grant_type: 'authorization_code',
    };
    const verdict = verdictOf(await this.http.get('/sns/oauth2/access_token', query, limitMs), [
      app.appSecret,
    ]);
    if (verdict.errcode !== unknownCode) return [explainRefusal(app, verdict, 'sns')];
    return [await this.judgeSecret(app)];
  }

  /**
   * In what order WeChat checks secret and code is not documented, so its newer token call is asked as well; what that
   * answers to kinds of app which it may not know yet counts only where it is beyond doubt.
   */
  private async judgeSecret(app: WechatApp): Promise<Finding> {
    const answer = await this.tokens.ask(app, false, limitMs).catch(() => undefined);
    if (answer === undefined) return secretNotJudged(app);
    if (!isRefusal(answer)) return secretGood(app);
    return secretRefusals.includes(answer.errcode)
      ? explainRefusal(app, answer, 'app-token')
      : secretNotJudged(app);
  }
}

function isRefusal(answer: AppToken | Verdict): answer is Verdict {
  return 'errcode' in answer;
}

function secretGood(app: WechatApp): Finding {
  return good('wechat-app', {
    zh: `微信接受 ${nameOf(app)} 的 AppID 与 AppSecret`,
    en: `WeChat accepts AppID and AppSecret of ${nameOf(app)}`,
  });
}

function secretNotJudged(app: WechatApp): Finding {
  return good('wechat-app', {
    zh: `微信认识 ${nameOf(app)}；AppSecret 是否正确，要到第一次登录才知道`,
    en: `WeChat knows ${nameOf(app)}; whether the AppSecret is right, the first login will tell`,
  });
}
