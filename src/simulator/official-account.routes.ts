import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { chosenPerson, personOf, rememberPerson } from './browser-person.js';
import { callbackOf, type AuthorizeRequest } from './authorize-request.js';
import { consentPage, openInWechatPage, refusedPage } from './connect.pages.js';
import { wordsFor } from './connect.words.js';
import { consent, isSnapshot, refusal } from './decisions.js';
import { officialAccountRequest } from './official-account-request.js';
import type { Person } from './people.js';
import type { Simulation } from './simulation.js';
import { formOf, queryOf } from './wechat-request.js';

const path = '/connect/oauth2/authorize';

/** The consent of web pages inside WeChat (网页授权). */
export function officialAccountRoutes(connect: FastifyInstance, simulation: Simulation): void {
  const { apps, settings } = simulation;

  /** `?appid&redirect_uri&response_type=code&scope&state`, in this order → the callback at once, or a page that asks. */
  connect.get(path, { exposeHeadRoute: false }, (request, reply) => {
    if (isOutsideWechat(request)) return openInWechatPage(wordsFor(request));
    const asked = officialAccountRequest(apps, queryOf(request));
    const user = personOf(request);
    const snapshot = isSnapshot(simulation, asked);
    if (snapshot || asked.scope === 'snsapi_base') return letIn(reply, asked, user, snapshot);
    return reply.send(consentPage(asked, user, wordsFor(request)));
  });

  /** `decision=confirm|snapshot|refuse` and the `person`, at the same address as the page that asked. */
  connect.post(path, (request, reply) => {
    if (isOutsideWechat(request)) return openInWechatPage(wordsFor(request));
    const asked = officialAccountRequest(apps, queryOf(request));
    const form = formOf(request);
    const decision = form.get('decision');
    const person = chosenPerson(form, request);
    rememberPerson(reply, person, `${connect.prefix}/connect`);
    if (decision === 'confirm' || decision === 'snapshot') {
      return letIn(reply, asked, person, decision === 'snapshot');
    }
    const redirectTo = refusal(simulation, asked);
    return redirectTo ? reply.redirect(redirectTo) : reply.send(refusedPage(wordsFor(request)));
  });

  function letIn(reply: FastifyReply, asked: AuthorizeRequest, person: Person, snapshot: boolean) {
    return reply.redirect(callbackOf(asked, consent(simulation, asked, person, { snapshot })));
  }

  function isOutsideWechat({ headers }: FastifyRequest): boolean {
    return settings.requireWechatBrowser && !headers['user-agent']?.includes('MicroMessenger/');
  }
}
