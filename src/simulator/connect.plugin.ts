import type { FastifyInstance } from 'fastify';
import { personOf, chosenPerson, rememberPerson } from './browser-person.js';
import { pollScript, style } from './connect.assets.js';
import { errorPage, personPage } from './connect.pages.js';
import { wordsFor } from './connect.words.js';
import { officialAccountRoutes } from './official-account.routes.js';
import { PageRefusal } from './page-refusal.js';
import { qrLoginRoutes } from './qr-login.routes.js';
import type { Simulation } from './simulation.js';
import { formOf, pathOf } from './wechat-request.js';

const htmlType = 'text/html; charset=utf-8';

/** No form-action: a form's answer leads to the app's own host, whichever it is. */
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'",
  'x-frame-options': 'SAMEORIGIN',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The pages of open.weixin.qq.com, where people let apps know them. */
export async function connect(instance: FastifyInstance, simulation: Simulation): Promise<void> {
  instance.addHook('onRequest', async (_request, reply) => void reply.headers(pageHeaders).type(htmlType));

  instance.setErrorHandler((error, request, reply) => {
    if (!(error instanceof PageRefusal)) throw error;
    const base = pathOf(request, instance.prefix).startsWith('/connect/oauth2/') ? '../' : '';
    return reply.type(htmlType).send(errorPage(error, wordsFor(request), base));
  });

  /** Who uses this browser; not WeChat's, which knows whose phone it is. */
  instance.get('/connect/person', (request) => personPage(personOf(request), wordsFor(request)));
  instance.post('/connect/person', (request, reply) => {
    rememberPerson(reply, chosenPerson(formOf(request), request), `${instance.prefix}/connect`);
    return reply.redirect('person', 303);
  });

  instance.get('/connect/assets/poll.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(pollScript),
  );
  instance.get('/connect/assets/style.css', (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(style),
  );

  qrLoginRoutes(instance, simulation);
  officialAccountRoutes(instance, simulation);
}
