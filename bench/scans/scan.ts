import { setTimeout as sleep } from 'node:timers/promises';
import { codeFor, newPerson } from '../people.js';
import { paths } from '../paths.js';
import { call, require2xx, type Reply } from './call.js';

/** What the computer is told. */
export interface View {
  status: string;
  loginCode?: string;
}

/** A scan as the browser has it that began it. */
export interface Scan {
  /** Without a query. */
  url: string;
  cookie: string;
  pollMs: number;
}

/** A phone of somebody who is logged in there. */
export interface Phone {
  userId: string;
  headers: { authorization: string };
}

interface Login {
  accessToken: string;
  user: { id: string };
}

export async function beginScan(base: string): Promise<Scan> {
  const url = `${base}/api/v1/auth/scans`;
  const begun = await require2xx<{ scanId: string; pollInterval: number }>(url, {
    method: 'POST',
    body: { via: 'mini-program' },
  });
  const { scanId, pollInterval } = begun.data;
  return { url: `${url}/${scanId}`, cookie: begun.cookie!, pollMs: pollInterval * 1000 };
}

/** Somebody whom the service has never seen. */
export async function newPhone(base: string): Promise<Phone> {
  const body = { code: codeFor(newPerson()) };
  const { data } = await require2xx<Login>(base + paths.login, { method: 'POST', body });
  return { userId: data.user.id, headers: { authorization: `Bearer ${data.accessToken}` } };
}

export interface Confirmation {
  sentAt: number;
  answeredAt: number;
  replica: string | undefined;
}

/** Scans, looks at who asks, thinks for a while, and confirms; nothing where that was 503, so that nobody knows. */
export async function letIn(
  { headers }: Phone,
  { url }: Scan,
  thinkMs: number,
): Promise<Confirmation | undefined> {
  await require2xx(`${url}/request`, { headers });
  await require2xx(`${url}/scanned`, { method: 'POST', headers });
  await sleep(thinkMs);
  const sentAt = performance.now();
  const { status, replica } = await call(`${url}/confirm`, { method: 'POST', headers, body: {} });
  if (status === 503) return undefined;
  if (status !== 200) throw new Error(`confirm answered ${status}`);
  return { sentAt, answeredAt: performance.now(), replica };
}

/** The computer exchanges its login code. */
export function exchange(base: string, loginCode: string): Promise<Reply<Login>> {
  return call(`${base}/api/v1/auth/token`, { method: 'POST', body: { loginCode } });
}
