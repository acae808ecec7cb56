import { simulatedApps, type SimulatedApp } from './apps.js';
import { Calls } from './calls.js';
import { Codes } from './codes.js';
import { Faults } from './faults.js';
import { HeldReplies } from './held-replies.js';
import { SessionKeys } from './session-keys.js';
import { completeSettings, type SimulatorSettings } from './settings.js';

export interface SimulatorOptions {
  /** Default: `simulatedApps`. */
  apps?: readonly SimulatedApp[];
  /** Milliseconds since the epoch. */
  now?: () => number;
  settings?: Partial<SimulatorSettings>;
}

/** Everything one simulated WeChat knows. */
export interface Simulation {
  apps: readonly SimulatedApp[];
  codes: Codes;
  sessionKeys: SessionKeys;
  faults: Faults;
  calls: Calls;
  held: HeldReplies;
  settings: SimulatorSettings;
  now: () => number;
}

export function createSimulation({
  apps = simulatedApps,
  now = Date.now,
  ...options
}: SimulatorOptions): Simulation {
  const settings = completeSettings(options.settings);
  return {
    apps,
    codes: new Codes(settings.usedCodeSeconds, now),
    sessionKeys: new SessionKeys(settings.sessionKeyEvery),
    faults: new Faults(),
    calls: new Calls(),
    held: new HeldReplies(),
    settings,
    now,
  };
}
