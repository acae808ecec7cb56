import { embedded } from '../support/backends.js';
import { startService } from '../support/start-service.js';

it("serves the files of WeChat's domain check at the root, and no others", async () => {
  const service = await startService(embedded, { env: { WECHAT_VERIFY_FILES: 'MP_verify_aB3.txt=aB3cD4' } });
  try {
    const file = await fetch(`${service.base}/MP_verify_aB3.txt`);
    expect([file.status, file.headers.get('content-type'), await file.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'aB3cD4',
    ]);
    const posted = await fetch(`${service.base}/MP_verify_aB3.txt`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${service.base}/MP_verify_other.txt`)).status).toBe(404);
  } finally {
    await service.close();
  }
});
