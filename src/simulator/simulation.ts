import { AppStates } from './app-states.js';
import { AppTokens } from './app-tokens.js';
import { simulatedApps, type SimulatedApp } from './apps.js';
import { Calls } from './calls.js';
import { Codes } from './codes.js';
import { Expiring } from './expiring.js';
import { Faults } from './faults.js';
import { Followers } from './followers.js';
import { HeldReplies } from './held-replies.js';
import { MiniProgramCodes } from './mini-program-codes.js';
import { PhoneCodes } from './phone-codes.js';
import { PushConfigs } from './push-configs.js';
import { PushSender } from './push-sender.js';
import { QrLogins } from './qr-logins.js';
import { Quotas } from './quotas.js';
import { SceneTickets } from './scene-tickets.js';
import { SessionKeys } from './session-keys.js';
import { completeSettings, type SimulatorSettings } from './settings.js';
import { UserTokens } from './user-tokens.js';
import type { ServicePlace } from './virtual-phone/service-place.js';

export interface SimulatorOptions {
  /** Default: `simulatedApps`. */
  apps?: readonly SimulatedApp[];
  /** Milliseconds since the epoch. */
  now?: () => number;
  settings?: Partial<SimulatorSettings>;
  /** The service that the page with the virtual phone shows; a hint where omitted. */
  service?: ServicePlace;
}

/** Everything one simulated WeChat knows. */
export interface Simulation {
  apps: readonly SimulatedApp[];
  codes: Codes;
  qrLogins: QrLogins;
  userTokens: UserTokens;
  sessionKeys: SessionKeys;
  appStates: AppStates;
  quotas: Quotas;
  appTokens: AppTokens;
  phoneCodes: PhoneCodes;
  /** The phone numbers that were handed out encrypted, by their hash; `createdAt` in seconds. */
  encryptedMessages: Expiring<{ appId: string; createdAt: number }>;
  miniProgramCodes: MiniProgramCodes;
  sceneTickets: SceneTickets;
  followers: Followers;
  pushConfigs: PushConfigs;
  pushSender: PushSender;
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
  const appStates = new AppStates(apps);
  const quotas = new Quotas(settings, appStates, now);
  return {
    apps,
    codes: new Codes(settings.usedCodeSeconds, now),
    qrLogins: new QrLogins(settings.qrSeconds, now),
    userTokens: new UserTokens(settings.refreshTokenDays, now),
    sessionKeys: new SessionKeys(settings.sessionKeyEvery),
    appStates,
    quotas,
    appTokens: new AppTokens(settings, quotas, now),
    phoneCodes: new PhoneCodes(now),
    encryptedMessages: new Expiring(now),
    miniProgramCodes: new MiniProgramCodes(now),
    sceneTickets: new SceneTickets(now),
    followers: new Followers(now),
    pushConfigs: new PushConfigs(apps),
    pushSender: new PushSender(settings, now),
    faults: new Faults(),
    calls: new Calls(),
    held: new HeldReplies(),
    settings,
    now,
  };
}
