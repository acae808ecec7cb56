// A backend that lets in whom the recipe lets in, and says who that is.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [file, port] = process.argv.slice(2);
const { verify, requireUser = byFunction } = await import(pathToFileURL(file).href);

createServer((request, response) => {
  requireUser(request, response, (error) => {
    if (error) console.error(error);
    response.statusCode = error ? 500 : 200;
    response.end(error ? '' : request.user.sub);
  });
}).listen(Number(port), '127.0.0.1');

function byFunction(request, response, next) {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const refuse = () => response.writeHead(401).end();
  if (!token) return refuse();
  return verify(token).then((claims) => {
    request.user = claims;
    next();
  }, refuse);
}
