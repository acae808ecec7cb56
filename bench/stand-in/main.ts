// Answers code2Session at once: the person before the underscore of the code is who logs in.
import { createServer } from 'node:http';
import { serveParent } from '../child.js';

const sessionKey = Buffer.alloc(16, 'k').toString('base64');

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://wechat');
  const person = searchParams.get('js_code')?.split('_', 1)[0] ?? '';
  const session = { session_key: sessionKey, openid: `openid-${person}`, unionid: `unionid-${person}` };
  // WeChat claims text for its JSON.
  response.setHeader('content-type', 'text/plain');
  response.end(JSON.stringify(session));
});
server.keepAliveTimeout = 60_000;
serveParent(server);
