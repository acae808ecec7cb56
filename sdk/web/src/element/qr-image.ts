import type { Api } from '../api.js';
import { scanHeaders, scanPath, type Scan } from '../scan/scan.js';

/** Shows the code; resolves once it can be seen. */
export async function showQrImage(
  image: HTMLImageElement,
  api: Api,
  scan: Scan,
  signal: AbortSignal,
): Promise<void> {
  const url = imageUrl(api, scan);
  const isOfTheService = url.origin === new URL(api.baseUrl).origin;
  const needsToken = isOfTheService && url.origin !== location.origin;
  const source = needsToken ? await fetchImage(url, scan, signal) : url.href;
  signal.throwIfAborted();
  try {
    image.src = source;
    await image.decode();
  } finally {
    if (needsToken) URL.revokeObjectURL(source);
  }
}

/** The service's own image is asked for where this page finds the service, whatever the service takes for its address. */
function imageUrl(api: Api, scan: Scan): URL {
  const url = new URL(scan.qr.imageUrl, `${api.baseUrl}/`);
  const at = url.pathname.indexOf(scanPath(scan));
  return at < 0 ? url : new URL(api.baseUrl + url.pathname.slice(at) + url.search);
}

/** The cookie does not travel to another site, and an image cannot send the token. */
async function fetchImage(url: URL, scan: Scan, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { headers: scanHeaders(scan), signal });
  if (!response.ok) throw new Error(`The QR code's image answers ${response.status}`);
  return URL.createObjectURL(await response.blob());
}
