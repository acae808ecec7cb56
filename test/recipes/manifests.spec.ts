import { parse, parseAllDocuments } from 'yaml';
import { typeFaults } from '../support/manifests.js';
import { recipe } from './page.js';

const verify = 'http://127.0.0.1:3000/api/v1/auth/verify';
const told = ['X-User-Id', 'X-User-Role', 'X-Session-Id'];

describe('the recipe of Istio', () => {
  const manifests = parseAllDocuments(recipe('Istio, by the signature')).map((document, index) => ({
    file: `istio-${index}.yaml`,
    partial: false,
    content: document.toJS(),
  }));

  it('has no field that Istio does not know, and all of the right type', async () => {
    expect(manifests.map(({ content }) => content.kind)).toEqual([
      'RequestAuthentication',
      'AuthorizationPolicy',
    ]);
    const planted = structuredClone(manifests[0]!);
    planted.content.spec.jwtRules[0].jwksURL = planted.content.spec.jwtRules[0].jwksUri;
    planted.file = 'planted.yaml';
    const faults = await typeFaults([...manifests, planted]);
    expect(faults).toEqual([expect.stringMatching(/^planted.*jwksURL/)]);
  }, 120_000);

  it('lets in whom it has verified, of the same place', () => {
    const [authentication, policy] = manifests.map(({ content }) => content.spec);
    const [rule] = authentication.jwtRules;
    expect(rule.audiences).toEqual(['wxpass']);
    expect(policy.action).toBe('ALLOW');
    expect(policy.rules[0].from[0].source.requestPrincipals).toEqual([`${rule.issuer}/*`]);
    expect(policy.selector).toEqual(authentication.selector);
  });
});

it('the recipe of Traefik asks wxpass and passes on who is calling', () => {
  const { middlewares, routers, services } = parse(recipe('Traefik')).http;
  expect(middlewares.wxpass.forwardAuth).toEqual({ address: verify, authResponseHeaders: told });
  expect(Object.keys(middlewares)).toEqual(routers.backend.middlewares);
  expect(Object.keys(services)).toEqual([routers.backend.service]);
});

it('the recipe of APISIX asks wxpass with what it needs, and passes on who is calling', () => {
  const code = recipe('APISIX');
  expect(code.trimEnd().split('\n').at(-1)).toBe('#END');
  const [route] = parse(code).routes;
  expect(route.plugins['forward-auth']).toMatchObject({
    uri: verify,
    request_headers: expect.arrayContaining(['Authorization', 'Cookie', 'X-CSRF-Token']),
    upstream_headers: told,
  });
});

it('the recipe of Spring names keys, issuer, audience and algorithm', () => {
  const { jwt } = parse(recipe('Java with Spring')).spring.security.oauth2.resourceserver;
  expect(jwt).toEqual({
    'issuer-uri': 'https://login.example.com',
    'jwk-set-uri': 'https://login.example.com/.well-known/jwks.json',
    'jws-algorithms': 'ES256',
    audiences: 'wxpass',
  });
});
