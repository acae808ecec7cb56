import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { variables } from '../../src/platform/config/variables.js';
import { filesBelow, partsOf, readManifests, settingsOf, typeFaults } from '../support/manifests.js';

const root = join(__dirname, '../..');
const overlays = 'deploy/kubernetes/overlays';
const { manifests, kustomizations } = readManifests('deploy');
const ofKind = (kind: string) => manifests.filter(({ content }) => content.kind === kind);
const whole = (kind: string) => ofKind(kind).filter(({ partial }) => !partial);
const [deployment] = whole('Deployment').map(({ content }) => content);

describe('the manifests', () => {
  it('have no field that Kubernetes, Istio and the Prometheus operator do not know, and all of the right type', async () => {
    expect(manifests.length).toBeGreaterThan(15);
    expect(await typeFaults(manifests)).toEqual([]);
  }, 120_000);

  it('would be found out if they had', async () => {
    const planted = (kind: string, change: (content: any) => void) => {
      const manifest = structuredClone(ofKind(kind)[0]!);
      change(manifest.content);
      return manifest;
    };
    const wrong = [
      planted('Deployment', ({ spec }) => (spec.template.spec.containers[0].readinesProbe = {})),
      planted('Deployment', ({ spec }) => (spec.template.spec.terminationGracePeriodSeconds = '40s')),
      planted('HorizontalPodAutoscaler', ({ spec }) => delete spec.maxReplicas),
      planted('VirtualService', ({ spec }) => (spec.http[0].retries.retriesOn = '5xx')),
      planted('PrometheusRule', ({ spec }) => (spec.groups[0].rules[0].summary = '')),
      {
        ...ofKind('Deployment').find(({ partial }) => partial)!,
        content: { ...deployment, spec: { replica: 1 } },
      },
    ];
    const faults = await typeFaults(wrong);
    expect(wrong.map((_, index) => faults.some((fault) => fault.includes(`.${index}.ts`)))).toEqual(
      wrong.map(() => true),
    );
  }, 120_000);

  it('are each named by a kustomization, which names nothing that is not there', () => {
    const named = kustomizations.flatMap(partsOf);
    expect(named.filter((part) => !existsSync(join(root, part)))).toEqual([]);
    const files = filesBelow('deploy').filter((file) => !file.endsWith('kustomization.yaml'));
    expect(files.filter((file) => !named.includes(file))).toEqual([]);
  });

  it.each(['Deployment', 'Job'])(
    'run nothing as root, nothing writable and with no capability in a %s',
    (kind) => {
      for (const { content } of whole(kind)) {
        const { spec } = content.spec.template;
        expect(spec).toMatchObject({
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        });
        for (const container of spec.containers) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(container.resources.limits.memory).toBeDefined();
        }
      }
    },
  );

  it('give the service its time to shut down', () => {
    const { shutdown } = configOf('production');
    const graceMs = deployment.spec.template.spec.terminationGracePeriodSeconds * 1000;
    expect(graceMs).toBeGreaterThanOrEqual(shutdown.delayMs + shutdown.graceMs + 5000);
  });

  it('ask for health where the service tells it', () => {
    const [{ startupProbe, livenessProbe, readinessProbe }] = deployment.spec.template.spec.containers;
    const controller = read('src/health/health.controller.ts');
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      expect(controller).toContain(`@Get('${httpGet.path.replace('/health/', '')}')`);
    }
    expect(livenessProbe.httpGet.path).toBe('/health/live');
    expect(readinessProbe.httpGet.path).toBe('/health/ready');
  });

  it('leave a migration’s log for a day, then make room for the next Job of its name', () => {
    expect(whole('Job').map(({ content }) => content.spec.ttlSecondsAfterFinished)).toEqual([86_400]);
  });

  it('run commands that are built', () => {
    const commands = whole('Job').flatMap(({ content }) => content.spec.template.spec.containers[0].command);
    const scripts = commands.filter((word: string) => word.startsWith('dist/'));
    expect(scripts).toEqual(['dist/src/migrate.js']);
    expect(existsSync(join(root, 'src/migrate.ts'))).toBe(true);
  });

  it('lead requests, budgets and limits to the pods that serve, and none to migrations', () => {
    const labels = deployment.spec.template.metadata.labels;
    const job = whole('Job')[0]!.content.spec.template.metadata.labels;
    const [budget] = whole('PodDisruptionBudget').map(({ content }) => content.spec);
    expect(labels).toMatchObject(budget.selector.matchLabels);
    for (const { content } of whole('Service')) {
      expect(labels).toMatchObject(content.spec.selector);
      expect(job).not.toMatchObject(content.spec.selector);
    }
    for (const { content } of whole('NetworkPolicy')) {
      expect(labels).toMatchObject(content.spec.podSelector.matchLabels);
      expect(job).toMatchObject(content.spec.podSelector.matchLabels);
    }
  });
});

describe('who may come in', () => {
  const policyIn = (overlay: string) =>
    whole('NetworkPolicy').find(({ file }) => file === `${overlays}/${overlay}/network-policy.yaml`)!.content;
  const namespacesIn = (overlay: string) =>
    policyIn(overlay).spec.ingress.flatMap(({ from }: any) =>
      from.map(({ namespaceSelector }: any) => namespaceSelector.matchLabels),
    );
  const named = (name: string) => ({ 'kubernetes.io/metadata.name': name });

  it('is the ingress controller, Prometheus and backends that verify tokens; the doors’ own port and no other', () => {
    expect(namespacesIn('production')).toEqual([
      named('ingress-nginx'),
      named('monitoring'),
      { 'wxpass-client': 'true' },
    ]);
    for (const overlay of ['production', 'canary-istio']) {
      const ports = policyIn(overlay).spec.ingress.flatMap(({ ports }: any) => ports);
      expect(ports).toEqual([{ port: 'http', protocol: 'TCP' }]);
    }
  });

  it('is with a canary Istio’s gateway besides, by a policy of its own that nobody replaces', () => {
    expect(namespacesIn('canary-istio')).toEqual([named('istio-ingress')]);
    expect(policyIn('canary-istio').metadata.name).not.toBe(policyIn('production').metadata.name);
    // Naming Egress as well would shut the pods in.
    expect(policyIn('canary-istio').spec.policyTypes).toEqual(['Ingress']);
  });

  it.each(['docs/operations.md', 'docs/operations.zh-CN.md'])('is what %s says', (page) => {
    const [[label, value]] = Object.entries(namespacesIn('production').at(-1)) as [[string, string]];
    expect(read(page)).toContain(`kubectl label namespace orders ${label}=${value}`);
    expect(read(page)).toContain(`${policyIn('canary-istio').kind.toLowerCase()}/wxpass-istio`);
  });

  it.each(['docs/operations.md', 'docs/operations.zh-CN.md'])(
    'is kept by the copy that waits in %s',
    (page) => {
      const { matchLabels } = policyIn('production').spec.podSelector;
      const [[label, value]] = Object.entries(matchLabels) as [[string, string]];
      expect(read(page)).toContain(`label pod wxpass-doctor ${label}=${value}`);
      expect(read(page)).toContain(
        `--container=${deployment.spec.template.spec.containers[0].name} -- sleep`,
      );
      for (const { content } of whole('Service'))
        expect(matchLabels).not.toMatchObject(content.spec.selector);
    },
  );

  it.each(['docs/tracing.md', 'docs/tracing.zh-CN.md'])(
    'is let out to a collector by what %s shows',
    async (page) => {
      const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(read(page)) ?? [];
      const content = parse(yaml);
      expect(await typeFaults([{ file: page, partial: false, content }])).toEqual([]);
      expect(whole('NetworkPolicy').map((policy) => policy.content.metadata.name)).not.toContain(
        content.metadata.name,
      );
      expect(content.spec.podSelector).toEqual(policyIn('production').spec.podSelector);
      expect(content.spec.policyTypes).toEqual(['Egress']);
    },
    60_000,
  );

  it('reads /metrics only with the token: without its file, or with an empty one, no pod starts', () => {
    const withToken = (token: () => string) => () =>
      loadConfig(settingsOf(`${overlays}/production`), (path) =>
        path.endsWith('/METRICS_TOKEN') ? token() : secretOf(path),
      );
    const missing = () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    expect(withToken(missing)).toThrow(ConfigError);
    expect(withToken(() => '')).toThrow(ConfigError);
    expect(withToken(() => 'METRICS_TOKEN-of-the-Secret')).not.toThrow();
  });
});

describe('the settings of the overlays', () => {
  it('are accepted by the service in production', () => {
    const config = configOf('production');
    expect(config).toMatchObject({
      production: true,
      simulator: false,
      publicUrl: 'https://login.example.com',
      warnings: [],
      database: { kind: 'mysql', migrate: false, password: 'DATABASE_PASSWORD-of-the-Secret' },
      wechat: { apps: [{ kind: 'mini-program' }] },
    });
  });

  it('take every secret from the files that the pods mount', () => {
    const { volumeMounts } = deployment.spec.template.spec.containers[0];
    const files = Object.entries(settingsOf(`${overlays}/production`)).filter(([name]) =>
      name.endsWith('_FILE'),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const [name, path] of files) {
      expect(path).toBe(`${volumeMounts[0].mountPath}/${name.replace(/_FILE$/, '')}`);
    }
  });

  it.each(['production', 'trial'])('name only variables that the service reads: %s', (overlay) => {
    const names = Object.keys(settingsOf(`${overlays}/${overlay}`)).map((name) => name.replace(/_FILE$/, ''));
    expect(names.filter((name) => !(name in variables || name === 'NODE_EXTRA_CA_CERTS'))).toEqual([]);
  });

  it.each(['docs/operations.md', 'docs/operations.zh-CN.md'])(
    'find in the Secret what %s puts there',
    (page) => {
      const made = [...read(page).matchAll(/ > secret\/(\w+)$/gm)].map(([, name]) => `${name}_FILE`);
      const named = Object.keys(settingsOf(`${overlays}/production`)).filter((name) =>
        name.endsWith('_FILE'),
      );
      expect(made.sort()).toEqual(named.sort());
    },
  );

  it('are refused without a key', () => {
    const { ENCRYPTION_KEYS_FILE: _left, ...settings } = settingsOf(`${overlays}/production`);
    expect(() => loadConfig(settings, secretOf)).toThrow(ConfigError);
  });

  it('know of as many replicas as the autoscaler may make', () => {
    const { minReplicas, maxReplicas } = whole('HorizontalPodAutoscaler')[0]!.content.spec;
    expect(configOf('production').replicas).toBe(maxReplicas);
    expect(minReplicas).toBe(3);
    // One more while rolling out, a canary, and one more of that; each migration takes three. MySQL lets 151 in.
    const connections = (maxReplicas + 3) * configOf('production').database.poolSize + 2 * 3;
    expect(connections).toBeLessThan(151);
  });

  it('try it with one process, a file and the simulator', () => {
    expect(configOf('trial')).toMatchObject({
      production: false,
      simulator: true,
      host: '0.0.0.0',
      replicas: 1,
      database: { kind: 'sqlite', file: 'data/wxpass.db', migrate: true },
    });
    const patch = ofKind('Deployment').find(({ partial }) => partial)!.content.spec;
    expect(patch).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('are those of production where a canary runs beside it', () => {
    expect(settingsOf(`${overlays}/canary-istio`)).toEqual(settingsOf(`${overlays}/production`));
  });
});

describe('the canary', () => {
  const canaryOverlay = kustomizations.find(({ folder }) => folder === `${overlays}/canary-istio`)!;

  it('changes nothing of production, so that either may be applied after the other', () => {
    const { patches, patchesStrategicMerge, configMapGenerator, images } = canaryOverlay.content;
    expect([patches, patchesStrategicMerge, configMapGenerator, images]).toEqual(Array(4).fill(undefined));
    const idsIn = (isWanted: (file: string) => boolean) =>
      manifests
        .filter(({ file }) => isWanted(file))
        .map(({ content }) => `${content.kind}/${content.metadata.name}`);
    const added = idsIn((file) => file.startsWith(`${overlays}/canary-istio/`));
    const inPlace = idsIn((file) => /\/(base|production)\//.test(file));
    expect(added.length).toBeGreaterThan(3);
    expect(added.filter((id) => inPlace.includes(id))).toEqual([]);
  });

  it('is met by nobody who comes by the Ingress, and watched by Prometheus once', () => {
    const services = whole('Service').map(({ content }) => content);
    const [path] = whole('Ingress')[0]!.content.spec.rules[0].http.paths;
    const behindIngress = services.find(({ metadata }) => metadata.name === path.backend.service.name)!;
    expect(behindIngress.spec.selector.track).toBe('stable');
    const { matchLabels } = whole('ServiceMonitor')[0]!.content.spec.selector;
    const [label, value] = Object.entries(matchLabels)[0]!;
    const watched = services.filter(({ metadata }) => metadata.labels?.[label] === value);
    expect(watched.map(({ metadata }) => metadata.name)).toEqual([
      whole('DestinationRule')[0]!.content.spec.host,
    ]);
    expect(watched[0]!.spec.selector.track).toBeUndefined();
  });

  const [service] = whole('VirtualService').map(({ content }) => content.spec);
  const [rule] = whole('DestinationRule').map(({ content }) => content.spec);

  it('is told from the version in place by the label that its own kustomization sets', () => {
    const canary = kustomizations.find(({ folder }) => folder.endsWith('canary-istio/canary'))!;
    const [{ pairs, includeSelectors }] = canary.content.labels;
    expect(includeSelectors).toBe(true);
    expect(rule.subsets).toEqual([
      { name: 'stable', labels: { track: deployment.spec.template.metadata.labels.track } },
      { name: 'canary', labels: pairs },
    ]);
  });

  it('gets those who ask for it, keeps those it had, and a share of the others', () => {
    const [askedFor, stays, share] = service.http;
    const subsets = ({ route }: any) => route.map(({ destination }: any) => destination.subset);
    expect([askedFor, stays, share].map(subsets)).toEqual([['canary'], ['stable'], ['stable', 'canary']]);
    expect(share.route.map(({ weight }: any) => weight).reduce((sum: number, one: number) => sum + one)).toBe(
      100,
    );
    for (const { destination, headers } of share.route) {
      const [cookie] = headers.response.add['set-cookie'].split(';');
      const entry = destination.subset === 'canary' ? askedFor.match[1] : stays.match[0];
      // Istio's expressions match the whole value.
      const whole = new RegExp(`^(?:${entry.headers.cookie.regex})$`);
      expect(
        [cookie, `a=b; ${cookie}`, `${cookie}; c=d`, `a=b; ${cookie}; c=d`].every((one) => whole.test(one)),
      ).toBe(true);
      expect([`not-${cookie}`, `${cookie}2`, 'a=b'].some((one) => whole.test(one))).toBe(false);
    }
  });

  it('has nothing sent again that a pod may have seen', () => {
    for (const { retries } of service.http) expect(retries.retryOn).toBe('connect-failure,refused-stream');
  });
});

describe('the image', () => {
  const stages = read('docker/Dockerfile').split(/^(?=FROM )/m);
  const [last, service] = [stages.at(-1)!, stages.find((stage) => stage.includes(' AS service'))!];

  it('has no simulator for production, and one to try it', () => {
    expect(read('docker/Dockerfile')).toMatch(/^ && mv dist\/src\/simulator \/simulator/m);
    expect(last.trim()).toBe('FROM service');
    expect(service).not.toContain('simulator');
    expect(stages.filter((stage) => stage.includes('/simulator ./dist/src/simulator'))).toEqual([
      expect.stringContaining('FROM service AS trial'),
    ]);
  });

  it('can start without: nothing of ours loads the simulator before it is asked for', () => {
    const app = read('src/app.ts');
    expect(app).toMatch(/await loadSimulator\(\)/);
    expect(app.match(/^import (?!type ).*simulator.*$/gm)).toBeNull();
  });

  it('runs as a number that is not root, and checks its health without a shell', () => {
    expect(service).toMatch(/^USER 1000:1000$/m);
    expect(service).toMatch(/^HEALTHCHECK [^\n]*\\\n {2}CMD \["node", /m);
    expect(service).toMatch(/^CMD \["node", /m);
  });
});

/** What the service would make of an overlay's settings, with a Secret that has whatever they name. */
function configOf(overlay: string) {
  return loadConfig(settingsOf(`${overlays}/${overlay}`), secretOf);
}

function secretOf(path: string): string {
  const name = path.split('/').at(-1)!;
  const ofTheRightForm: Record<string, string> = {
    REDIS_URL: 'redis://:password@redis.example.internal:6379/0',
    ENCRYPTION_KEYS: `k1:${Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64')}`,
    WECHAT_MINI_PROGRAM_APP_SECRET: '8f14e45fceea167a5a36dedd4bea2543',
  };
  return `${ofTheRightForm[name] ?? `${name}-of-the-Secret`}\n`;
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
