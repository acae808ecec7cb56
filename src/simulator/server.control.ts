import type { FastifyInstance } from 'fastify';
import { appNamed, chooseApp } from './apps.js';
import { parse } from './control.schemas.js';
import { encryptedDataOf } from './encrypted-data.js';
import { openidOf, personNamed } from './people.js';
import { phoneNumberOf } from './phone-numbers.js';
import { appStateRequest, encryptedDataRequest, phoneCodeRequest } from './server.control.schemas.js';
import type { Simulation } from './simulation.js';

/** Control calls about what WeChat's server APIs answer. */
export function serverControlRoutes(control: FastifyInstance, simulation: Simulation): void {
  const { apps, appStates, phoneCodes } = simulation;

  /** `{appId, frozen?, banned?, ipWhitelist?, quotas?, pages?}` → the `AppState` from now on; what is omitted stays. */
  control.put('/app-states', (request) => {
    const { appId, ...change } = parse(appStateRequest, request.body);
    return appStates.change(appNamed(apps, appId).appId, change);
  });

  /** `{appId?, person?, phoneNumber?, countryCode?}` → `{code}`: what `getPhoneNumber` would have given. */
  control.post('/phone-codes', (request) => {
    const sent = parse(phoneCodeRequest, request.body);
    const { appId } = chooseApp(apps, 'mini-program', sent.appId);
    const person = personNamed(sent.person);
    const number = sent.phoneNumber
      ? { purePhoneNumber: sent.phoneNumber, countryCode: sent.countryCode }
      : phoneNumberOf(person);
    return { code: phoneCodes.mint({ appId, openid: openidOf(person, appId), number }) };
  });

  /** `{appId?, person?, kind, which?, data?, watermark?}` → `{encryptedData, iv, rawData?, signature?}`. */
  control.post('/encrypted-data', (request) => {
    const { appId, person, ...order } = parse(encryptedDataRequest, request.body);
    const app = chooseApp(apps, 'mini-program', appId);
    return encryptedDataOf(simulation, app, { ...order, person: personNamed(person) });
  });
}
