import { type HostedService, startHostedService } from '../support/hosted-service.js';
import { type BlockRun, runBlocks, type ShellBlock, shellBlocks } from './shell-blocks.js';

const documented = 'http://localhost:3000';
/** What all pages go on from; and the end, which is to be tried after the other sections. */
const [quickStart, farewell, ...readme] = shellBlocks('README.md');
const doors = shellBlocks('docs/doors.md');
/** Makes a merge, which administrators may undo. */
const merging = doors.find(({ heading }) => heading === 'One person, one user')!;
const pages: Record<string, ShellBlock[]> = {
  'README.md': readme,
  'README.md, to its end': [farewell!],
  'docs/doors.md': doors,
  'docs/accounts.md': shellBlocks('docs/accounts.md'),
  'docs/sessions.md': shellBlocks('docs/sessions.md'),
  'docs/machine-clients.md': shellBlocks('docs/machine-clients.md'),
  'docs/privacy.md': shellBlocks('docs/privacy.md'),
  'docs/administration.md': [merging, ...shellBlocks('docs/administration.md')],
};

/** Runs blocks of a page against a service of its own, as `npm start` with what the pages set has it. */
async function run(blocks: ShellBlock[]): Promise<BlockRun[]> {
  const service: HostedService = await startHostedService({
    API_CLIENTS: 'gateway:a-secret-of-your-own:introspect+revoke,console:a-secret-of-your-own:admin',
    ADMIN_USERNAME: 'operator',
    ADMIN_PASSWORD: 'a password of your own',
  });
  try {
    const here = [quickStart!, ...blocks].map(({ heading, code }) => ({
      heading,
      code: code.replaceAll(documented, service.url),
    }));
    return await runBlocks(here);
  } finally {
    await service.close();
  }
}

/** Which errors the answers in it name. */
const errorsIn = (output: string) => [...output.matchAll(/"error":"(\w+)"/g)].map(([, error]) => error!);
/** Which errors a comment announces, such as `# 401 session_ended, …`. */
const announcedIn = (code: string) =>
  [...code.matchAll(/^# .*\b[45]\d\d (\w+)/gm)].map(([, error]) => error!);

describe.each(Object.keys(pages))('the commands of %s', (page) => {
  let runs: BlockRun[];
  beforeAll(async () => (runs = await run(pages[page]!)), 120_000);

  it('are all answered well, but where the page says otherwise', () => {
    for (const { heading, code, output } of runs) {
      expect([heading, errorsIn(output)]).toEqual([heading, announcedIn(code)]);
    }
    // Of the page itself, not of the quick start before it.
    expect(runs.slice(1).some(({ output }) => output.trim() !== '')).toBe(true);
  });
});

describe('each door of docs/doors.md', () => {
  let output: Map<string, string>;
  beforeAll(async () => {
    const runs = await run(doors);
    output = new Map(runs.map((one) => [one.heading, one.output]));
  }, 120_000);

  const saysOf = (heading: string) => output.get(heading) ?? '';

  it.each(['Mini program', 'Native app'])('lets somebody in: %s', (heading) => {
    expect(saysOf(heading)).toMatch(/"accessToken":"ey.*"user":\{"id":/);
  });

  it.each([
    ['Website', 'qrconnect', 'snsapi_login'],
    ['Official account', 'oauth2/authorize', 'snsapi_userinfo'],
  ])("sends people to WeChat's page, and lets them in when they come back: %s", (heading, page, scope) => {
    const [place, answer] = saysOf(heading).trim().split('\n');
    expect(place).toMatch(new RegExp(`/connect/${page}\\?appid=.*&scope=${scope}&.*#wechat_redirect$`));
    expect(answer).toMatch(/"accessToken":"ey/);
  });

  it('lets a computer in by a scan that WeChat pushes', () => {
    const lines = saysOf('Scan on a computer').trim().split('\n');
    expect(lines[0]).toMatch(/"event":"SCAN"|"event":"subscribe"/);
    expect(lines[0]).toContain('/login/confirm?scan=');
    const statuses = lines.slice(1, 4).map((line) => /"status":"(\w+)"/.exec(line)?.[1]);
    expect(statuses).toEqual(['scanned', 'scanned', 'confirmed']);
    expect(lines[4]).toMatch(/"accessToken":"ey/);
  });

  it("answers WeChat's question as the page says", () => {
    expect(saysOf('Message push').trim()).toBe('hello 200');
  });

  it('binds a phone number, which is shown masked', () => {
    expect(saysOf('Phone number')).toMatch(/"phone":"138\*{4}\d{4}"/);
  });

  it('makes an account with a password, and lets its owner in by another spelling', () => {
    const [registered, loggedIn] = saysOf('Password').trim().split('\n');
    expect(registered).toMatch(/"isNewUser":true.*"username":"at\.the\.door"/);
    expect(loggedIn).toMatch(/"isNewUser":false.*"username":"at\.the\.door"/);
  });

  it('adds ways in by a code and by a redirect', () => {
    const lines = saysOf('Linking another way in').trim().split('\n');
    expect(lines[1]).toMatch(/\/docs\?linked=website$/);
    expect(lines[2]!.match(/"kind":"[\w-]+"/g)).toEqual([
      '"kind":"mini-program"',
      '"kind":"mobile"',
      '"kind":"website"',
    ]);
  });

  it('makes two users one when the unionid comes', () => {
    const [older, younger, one] = saysOf('One person, one user').trim().split('\n');
    expect(younger).not.toBe(older);
    expect(one).toBe(older);
  });
});
