import type { FastifyInstance } from 'fastify';
import { requireAppToken } from './app-authentication.js';
import { jpegImage } from './code-image.js';
import { endpoint, postedJson } from './endpoint.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

const defaultSeconds = 60;
const mostSeconds = 30 * 24 * 3600;

/** The endpoints at which an official account makes and shows QR codes with a scene. */
export function sceneTicketRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { sceneTickets, quotas } = simulation;

  /**
   * `{expire_seconds?, action_name, action_info: {scene: {scene_id | scene_str}}}` → `{ticket, expire_seconds?, url}`.
   * Source: https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
   */
  endpoint(wechat, 'POST', '/cgi-bin/qrcode/create', (request) => {
    const app = requireAppToken(simulation, request, 'official-account');
    const sent = postedJson(request);
    const scene = sceneOf(sent.action_name, sent.action_info);
    quotas.spend(app.appId, '/cgi-bin/qrcode/create');
    const permanent = String(sent.action_name).includes('_LIMIT_');
    const expire_seconds = permanent ? undefined : secondsOf(sent.expire_seconds);
    const { ticket, url } = sceneTickets.create(app.appId, scene, expire_seconds ?? Infinity);
    return { ticket, expire_seconds, url };
  });

  /** `?ticket` → the bytes of an image, its comment the ticket's `url`; HTTP 404 for a ticket that is none. Same source. */
  wechat.get('/cgi-bin/showqrcode', { exposeHeadRoute: false }, async (request, reply) => {
    const ticket = sceneTickets.find(queryOf(request).get('ticket') ?? '');
    if (!ticket) return reply.code(404).header('content-type', 'text/html').send('');
    return reply
      .header('content-type', 'image/jpg')
      .send(jpegImage({ width: 430, text: ticket.url, comment: ticket.url }));
  });
}

const scenes: Record<string, (scene: { scene_id?: unknown; scene_str?: unknown }) => unknown> = {
  QR_SCENE: ({ scene_id }) => isId(scene_id, 2 ** 32 - 1) && scene_id,
  QR_LIMIT_SCENE: ({ scene_id }) => isId(scene_id, 100_000) && scene_id,
  QR_STR_SCENE: ({ scene_str }) => isText(scene_str) && scene_str,
  QR_LIMIT_STR_SCENE: ({ scene_str }) => isText(scene_str) && scene_str,
};

function sceneOf(name: unknown, info: unknown): string {
  const read = typeof name === 'string' && Object.hasOwn(scenes, name) ? scenes[name] : undefined;
  if (!read) throw new Refusal(40052);
  const scene = read((info as { scene?: object } | null | undefined)?.scene ?? {});
  if (scene === false) throw new Refusal(40053);
  return String(scene);
}

function isId(id: unknown, most: number): boolean {
  return Number.isInteger(id) && Number(id) >= 1 && Number(id) <= most;
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && text.length >= 1 && text.length <= 64;
}

function secondsOf(seconds: unknown = defaultSeconds): number {
  if (!Number.isInteger(seconds) || Number(seconds) < 1) throw new Refusal(40097);
  return Math.min(Number(seconds), mostSeconds);
}
