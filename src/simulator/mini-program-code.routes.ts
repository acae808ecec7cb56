import type { FastifyInstance } from 'fastify';
import { requireAppToken } from './app-authentication.js';
import { jpegImage, pngImage } from './code-image.js';
import { postedJson } from './endpoint.js';
import { linkOfCode } from './mini-program-codes.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';

const mostSceneCharacters = 32;
const sceneCharacters = /^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+$/;
const versions: readonly unknown[] = ['release', 'trial', 'develop'];
const url = '/wxa/getwxacodeunlimit';

/** The endpoint at which a mini program gets codes that open its pages. */
export function miniProgramCodeRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { appStates, miniProgramCodes, quotas, settings } = simulation;

  /**
   * `{scene, page?, check_path?, env_version?, width?, is_hyaline?}` → the bytes of an image, its comment
   * `scene=<scene>&page=<page>&env_version=<version>`.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
   */
  wechat.post(url, async (request, reply) => {
    const app = requireAppToken(simulation, request, 'mini-program');
    const sent = postedJson(request);
    const scene = sceneOf(sent);
    const page = pageOf(sent, appStates.of(app.appId).pages);
    const { env_version = 'release', width = 430, is_hyaline = false } = sent;
    if (!versions.includes(env_version) || !isWidth(width)) throw new Refusal(40097);
    quotas.spend(app.appId, url);
    const code = { app, scene, page, version: String(env_version) };
    miniProgramCodes.add(code);
    const comment = `scene=${scene}&page=${page}&env_version=${code.version}`;
    const image = { width, text: linkOfCode(code), comment };
    return is_hyaline === true && settings.transparentCode === 'png'
      ? reply.header('content-type', 'image/png').send(pngImage(image))
      : reply.header('content-type', 'image/jpeg').send(jpegImage(image));
  });

  wechat.get(url, { exposeHeadRoute: false }, async () => {
    throw new Refusal(43002);
  });
}

function sceneOf({ scene, scancode_time }: Record<string, unknown>): string {
  if (scancode_time !== undefined) throw new Refusal(85096);
  if (typeof scene !== 'string' || scene === '' || scene.length > mostSceneCharacters)
    throw new Refusal(40169);
  if (!sceneCharacters.test(scene)) throw new Refusal(40129);
  return scene;
}

function pageOf({ page = '', check_path = true }: Record<string, unknown>, pages: readonly string[] | null) {
  if (typeof page !== 'string' || page.startsWith('/') || page.includes('?')) throw new Refusal(41030);
  const mustExist = check_path !== false && page !== '' && pages !== null;
  if (mustExist && !pages.includes(page)) throw new Refusal(41030);
  return page;
}

function isWidth(width: unknown): width is number {
  return Number.isInteger(width) && Number(width) >= 280 && Number(width) <= 1280;
}
