import type { FastifyInstance, FastifyRequest } from 'fastify';
import { chosenPerson, personOf, rememberPerson } from './browser-person.js';
import { jpegImage } from './code-image.js';
import { expiredPage, phonePage, qrPage } from './connect.pages.js';
import { wordsFor } from './connect.words.js';
import { consent, refusal } from './decisions.js';
import type { QrLogin } from './qr-login.js';
import { pollBody, pollQrLogin } from './qr-poll.js';
import type { Simulation } from './simulation.js';
import { websiteRequest } from './website-request.js';
import { formOf, queryOf } from './wechat-request.js';

/** As small as the code may be. */
const codePixels = 1;
const withoutHead = { exposeHeadRoute: false };

/** Logging in on a website by a QR code: the computer's page, its long poll, and the phone's page. */
export function qrLoginRoutes(connect: FastifyInstance, simulation: Simulation): void {
  const { apps, qrLogins } = simulation;

  /** `?appid&redirect_uri&response_type=code&scope=snsapi_login&state&lang` → a page. */
  connect.get('/connect/qrconnect', withoutHead, (request) =>
    qrPage(qrLogins.open(websiteRequest(apps, queryOf(request))), wordsFor(request)),
  );

  /** → the bytes of an image: the address of the phone's page; HTTP 404 for a uuid that is none. */
  connect.get<{ Params: { uuid: string } }>('/connect/qrcode/:uuid', withoutHead, (request, reply) => {
    const { uuid } = request.params;
    if (!qrLogins.find(uuid)) return reply.code(404).send('');
    const text = `${request.protocol}://${request.host}${connect.prefix}/connect/confirm?uuid=${uuid}`;
    return reply
      .header('content-type', 'image/jpeg')
      .send(jpegImage({ width: codePixels, text, comment: text }));
  });

  /** `?uuid&last&f` → 408 nothing new, 404 scanned, 403 cancelled, 402 expired, 405 confirmed; held until then. */
  connect.get('/connect/l/qrconnect', withoutHead, async (request, reply) => {
    const query = queryOf(request);
    const asked = { uuid: query.get('uuid') ?? '', last: Number(query.get('last')) };
    const answer = await pollQrLogin(simulation, asked, reply.raw);
    const form = query.get('f');
    return reply
      .header('content-type', form === 'json' ? 'application/json' : 'text/javascript')
      .send(Buffer.from(pollBody(answer, form)));
  });

  /** `?uuid` → the phone's page: what the QR code says. */
  connect.get('/connect/confirm', withoutHead, (request) => {
    const login = loginOf(request);
    return login ? phonePage(login, personOf(request), wordsFor(request)) : expiredPage(wordsFor(request));
  });

  /** `decision=scan|confirm|cancel`, and with `scan` the `person`; what no longer fits changes nothing. */
  connect.post('/connect/confirm', (request, reply) => {
    const login = loginOf(request);
    const form = formOf(request);
    const decision = form.get('decision');
    if (decision === 'scan' && login) {
      const person = chosenPerson(form, request);
      login.scan(person);
      rememberPerson(reply, person, `${connect.prefix}/connect`);
    }
    if (decision === 'confirm') login?.confirm((person) => consent(simulation, login.request, person));
    if (decision === 'cancel') login?.cancel(refusal(simulation, login.request));
    return reply.redirect(`confirm?${queryOf(request).toString()}`, 303);
  });

  function loginOf(request: FastifyRequest): QrLogin | undefined {
    return qrLogins.find(queryOf(request).get('uuid') ?? '');
  }
}
