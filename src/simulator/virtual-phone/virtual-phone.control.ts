import type { FastifyInstance } from 'fastify';
import { BadRequest } from '../bad-request.js';
import { rememberPerson } from '../browser-person.js';
import { parse } from '../control.schemas.js';
import { consent, refusal } from '../decisions.js';
import { personNamed } from '../people.js';
import { linkRequest, personRequest, qrDecision } from './virtual-phone.schemas.js';
import { readScannable, scannables } from '../scannables.js';
import type { Simulation } from '../simulation.js';

/** Control calls of the virtual phone. @param connectPath where the pages lie on which people consent */
export function virtualPhoneControlRoutes(
  control: FastifyInstance,
  simulation: Simulation,
  connectPath: string,
): void {
  const { qrLogins } = simulation;

  /** → `{scannables: Scannable[]}`, newest first: what a phone would find on the screens of computers. */
  control.get('/scannables', () => ({ scannables: scannables(simulation) }));

  /** `{link}` → `Scannable`: what the text of a QR code leads to; `unknown_link` where to nothing. */
  control.post('/scannables', (request) => readScannable(simulation, parse(linkRequest, request.body).link));

  /** `{uuid, decision, person}` → `{status, person}`, the person who scanned: what does not fit changes nothing. */
  control.post('/qr-logins', (request) => {
    const { uuid, decision, person } = parse(qrDecision, request.body);
    const login = qrLogins.find(uuid);
    if (!login) throw new BadRequest('unknown_link', 'uuid: no such QR code, or it has expired');
    const isScanner = login.person?.person === person;
    if (decision === 'scan') login.scan(personNamed(person));
    if (decision === 'confirm' && isScanner) login.confirm((one) => consent(simulation, login.request, one));
    if (decision === 'cancel' && isScanner) login.cancel(refusal(simulation, login.request));
    return { status: login.status, person: login.person?.person };
  });

  /** `{person}` → the same: who uses this browser from now on, by a cookie. */
  control.put('/browser-person', (request, reply) => {
    const { person } = parse(personRequest, request.body);
    rememberPerson(reply, personNamed(person), connectPath);
    return { person };
  });
}
