import type { FastifyInstance } from 'fastify';
import { appTokenRoutes } from './app-token.routes.js';
import { followerRoutes } from './follower.routes.js';
import { miniProgramCodeRoutes } from './mini-program-code.routes.js';
import { phoneRoutes } from './phone.routes.js';
import { sceneTicketRoutes } from './scene-ticket.routes.js';
import { sessionKeyRoutes } from './session-key.routes.js';
import type { Simulation } from './simulation.js';

/** The endpoints below `/cgi-bin/` and `/wxa/`. */
export function serverRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  appTokenRoutes(wechat, simulation);
  sessionKeyRoutes(wechat, simulation);
  phoneRoutes(wechat, simulation);
  miniProgramCodeRoutes(wechat, simulation);
  sceneTicketRoutes(wechat, simulation);
  followerRoutes(wechat, simulation);
}
