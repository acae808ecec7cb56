import { accountScript } from './scripts/account.js';
import { faultsScript } from './scripts/faults.js';
import { logScript } from './scripts/log.js';
import { miniProgramScript } from './scripts/mini-program.js';
import { phoneScript } from './scripts/phone.js';
import { screenScript } from './scripts/screen.js';
import { settingsScript } from './scripts/settings.js';
import { websiteScript } from './scripts/website.js';
import { wireScript } from './scripts/wire.js';
import { virtualPhoneStyle } from './virtual-phone.style.js';
import { pageWords } from './virtual-phone.words.js';

interface Asset {
  type: string;
  text: string;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="8" y="2" width="16" height="28" rx="4" fill="#067a3e"/><rect x="10" y="6" width="12" height="19" rx="1" fill="#fff"/></svg>`;

/** The files of the page by their names; scripts are modules of each other. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  script('wire', wireScript),
  script('screen', screenScript),
  script('website', websiteScript),
  script('account', accountScript),
  script('mini-program', miniProgramScript),
  script('phone', phoneScript),
  script('faults', faultsScript),
  script('settings', settingsScript),
  script('log', logScript),
  ['style.css', { type: 'text/css; charset=utf-8', text: virtualPhoneStyle }],
  ['icon.svg', { type: 'image/svg+xml', text: icon }],
  ...pageWords.map((words): [string, Asset] => [
    `words.${words.language}.json`,
    { type: 'application/json; charset=utf-8', text: JSON.stringify(words) },
  ]),
]);

function script(name: string, text: string): [string, Asset] {
  return [`${name}.js`, { type: 'text/javascript; charset=utf-8', text }];
}
