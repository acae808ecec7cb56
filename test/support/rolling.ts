import { createClient } from './client.js';
import { type Damage, Ledger } from './faults/ledger.js';
import { People } from './faults/people.js';
import { Requests } from './faults/requests.js';
import { Fleet } from './fleet.js';
import { startNginx } from './nginx.js';

const replicas = 2;

export interface Restart {
  exit: number | NodeJS.Signals;
  /** From SIGTERM to the end of the process, SHUTDOWN_DELAY included. */
  exitMs: number;
  /** From its start to readiness. */
  readyMs: number;
}

export interface RollingRestart {
  requests: number;
  /** Those that were not answered well, in words. */
  failures: string[];
  worstMs: number;
  restarts: Restart[];
  damage: Damage;
}

export interface Load {
  /** How many people come by the mini program, beside those who come by other ways. */
  crowd: number;
  paceMs: number;
  /** At least, as the next. */
  requests: number;
  restarts: number;
}

/** Restarts two replicas behind nginx, one after the other and again, while people use them. */
export async function restartUnderLoad(
  env: Record<string, string>,
  { crowd, paceMs, requests: wanted, restarts: atLeast }: Load,
): Promise<RollingRestart> {
  const fleet = await Fleet.start(replicas, { TRUST_PROXY: '127.0.0.1', ...env });
  const nginx = await startNginx((port) => inFrontOf(fleet.ports, port));
  const [ledger, requests] = [new Ledger(), new Requests()];
  const clients = [createClient(nginx.url)];
  const people = new People({ clients, simulator: fleet.simulator, ledger, requests }, crowd, paceMs);
  const restarts: Restart[] = [];
  try {
    while (requests.tally().requests < wanted || restarts.length < atLeast) {
      const place = restarts.length % replicas;
      const end = await fleet.stopReplica(place);
      restarts.push({ ...end, readyMs: await fleet.startReplica(place) });
    }
    await people.stop();
    const { requests: made, worstMs } = requests.tally();
    return {
      requests: made,
      failures: requests.failures,
      worstMs,
      restarts,
      damage: await ledger.check(fleet.clients),
    };
  } finally {
    await people.stop();
    await nginx.stop();
    await fleet.close();
  }
}

/** A replica that refuses a connection is passed over; one that was connected to is not asked twice, lest it act twice. */
function inFrontOf(upstreamPorts: string[], port: number): string {
  return `
    upstream wxpass {
      ${upstreamPorts.map((upstream) => `server 127.0.0.1:${upstream} max_fails=0;`).join(' ')}
      keepalive 32;
    }
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://wxpass;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      }
    }
  `;
}
