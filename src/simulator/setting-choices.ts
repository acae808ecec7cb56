import type { SimulatorSettings } from './settings.js';

const either = [true, false] as const;

/** What may be changed while the simulator runs, being looked up anew each time, and to what. */
export const settingChoices = {
  unionids: either,
  snapshotPages: either,
  refusalRedirects: either,
  requireWechatBrowser: either,
  escapedSlashes: either,
  trailingScopeComma: either,
  privacyUnionid: either,
  foreignPhonePlus: either,
  pushSignsAnew: either,
  wrongSecretErrcode: [40125, 40001],
  foreignAddressErrcode: [40164, 61004],
  earlyForcedRefresh: ['current-token', 45011],
  encryptedMessageHash: ['text', 'bytes'],
  transparentCode: ['png', 'jpeg'],
  followerProfile: ['empty', 'absent'],
  plainEventKey: ['empty', 'absent'],
  pushDeliveries: [1, 2, 3, 4],
} satisfies { [Name in keyof SimulatorSettings]?: readonly SimulatorSettings[Name][] };
