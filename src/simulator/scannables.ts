import { BadRequest } from './bad-request.js';
import { linkOfCode, type MiniProgramCode } from './mini-program-codes.js';
import type { QrLogin } from './qr-login.js';
import type { SceneTicket } from './scene-tickets.js';
import type { Simulation } from './simulation.js';

const mostShown = 8;
const shownForMs = 30 * 60_000;

/** Something that a phone may scan; `madeAt` in milliseconds. */
export type Scannable =
  | { kind: 'website'; appId: string; appName?: string; madeAt: number; uuid: string }
  | { kind: 'official-account'; appId: string; appName?: string; madeAt: number; ticket: string }
  | {
      kind: 'mini-program';
      appId: string;
      appName?: string;
      madeAt: number;
      scene: string;
      page: string;
      version: string;
    }
  | { kind: 'link'; url: string };

/** What WeChat was asked to show lately, newest first. */
export function scannables(simulation: Simulation): Scannable[] {
  const { miniProgramCodes, now, qrLogins, sceneTickets } = simulation;
  const since = now() - shownForMs;
  const all = [
    ...qrLogins
      .list()
      .filter(({ status }) => status !== 'confirmed')
      .map(ofQrLogin),
    ...sceneTickets.list().map((ticket) => ofTicket(simulation, ticket)),
    ...miniProgramCodes.list().map(ofCode),
  ];
  return all
    .filter(({ madeAt }) => madeAt >= since)
    .sort((left, right) => right.madeAt - left.madeAt)
    .slice(0, mostShown);
}

/**
 * What the text of a QR code leads to; throws BadRequest.
 * A link with a `scan` opens the mini program, as if registered for it (扫普通链接二维码打开小程序).
 */
export function readScannable(simulation: Simulation, text: string): Scannable {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url) throw new BadRequest('unknown_link', 'link: no link');
  if (url.protocol === 'weixin:') return codeOf(simulation, url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BadRequest('unknown_link', 'link: WeChat opens no links of this kind');
  }
  if (url.pathname.endsWith('/connect/confirm')) return qrLoginOf(simulation, url);
  if (url.host === 'weixin.qq.com' && url.pathname.startsWith('/q/')) return ticketOf(simulation, url);
  return registeredLink(simulation, url) ?? { kind: 'link', url: url.href };
}

function qrLoginOf({ qrLogins }: Simulation, { searchParams }: URL): Scannable {
  const login = qrLogins.find(searchParams.get('uuid') ?? '');
  return ofQrLogin(found(login));
}

function ticketOf(simulation: Simulation, { href }: URL): Scannable {
  const ticket = simulation.sceneTickets.list().find(({ url }) => url === href);
  return ofTicket(simulation, found(ticket));
}

function codeOf({ miniProgramCodes }: Simulation, { href }: URL): Scannable {
  const code = miniProgramCodes.list().find((one) => linkOfCode(one) === href);
  return ofCode(found(code));
}

function registeredLink({ apps, now }: Simulation, { searchParams }: URL): Scannable | undefined {
  const scene = searchParams.get('scan');
  const app = apps.find(({ kind }) => kind === 'mini-program');
  if (scene === null || !app) return undefined;
  return ofCode({ app, scene, page: '', version: 'release', madeAt: now() });
}

function ofQrLogin({ uuid, request: { app }, madeAt }: QrLogin) {
  return { kind: 'website' as const, appId: app.appId, appName: app.name, madeAt, uuid };
}

function ofTicket({ apps }: Simulation, { ticket, appId, madeAt }: SceneTicket) {
  const appName = apps.find((app) => app.appId === appId)?.name;
  return { kind: 'official-account' as const, appId, appName, madeAt, ticket };
}

function ofCode({ app, ...code }: MiniProgramCode) {
  return { kind: 'mini-program' as const, appId: app.appId, appName: app.name, ...code };
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (!thing) {
    throw new BadRequest('unknown_link', 'link: WeChat made no such QR code, or it has expired');
  }
  return thing;
}
