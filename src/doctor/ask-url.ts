import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface UrlAnswer {
  status: number;
  location: string | undefined;
  /** At most 64 KiB. */
  body: string;
  /** When the certificate ends; of https alone. */
  certificateEnds: Date | undefined;
}

const limitMs = 5_000;
const mostBytes = 64 * 1024;

/** One GET that follows no redirect, through no proxy, on a connection of its own. */
export async function askUrl(url: string): Promise<UrlAnswer> {
  const signal = AbortSignal.timeout(limitMs);
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(
      url,
      { agent: false, signal, headers: { accept: 'application/json, */*', 'user-agent': 'wxpass-doctor' } },
      (response) => {
        const certificateEnds = endOf(response.socket as TLSSocket);
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          if (body.length < mostBytes) body += text;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            location: response.headers.location,
            body,
            certificateEnds,
          }),
        );
      },
    );
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end();
  });
}

function endOf(socket: Partial<TLSSocket>): Date | undefined {
  const end = socket.getPeerCertificate?.().valid_to;
  return end ? new Date(end) : undefined;
}
