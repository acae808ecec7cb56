import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parse } from './control.schemas.js';
import { settingChoices } from './setting-choices.js';
import type { SimulatorSettings } from './settings.js';
import type { Simulation } from './simulation.js';

type Changeable = keyof typeof settingChoices;

const change = z
  .strictObject(
    Object.fromEntries(Object.entries(settingChoices).map(([name, choices]) => [name, z.literal(choices)])),
  )
  .partial();

/** Control calls about how WeChat behaves where its documentation leaves it open. */
export function settingsControlRoutes(control: FastifyInstance, { settings }: Simulation): void {
  /** → the settings that may be changed, as they are. */
  control.get('/settings', () => shown(settings));

  /** Some of the settings → all of them from now on; what is omitted stays. */
  control.put('/settings', (request) => shown(Object.assign(settings, parse(change, request.body))));
}

function shown(settings: SimulatorSettings): Pick<SimulatorSettings, Changeable> {
  const names = Object.keys(settingChoices) as Changeable[];
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as Pick<
    SimulatorSettings,
    Changeable
  >;
}
