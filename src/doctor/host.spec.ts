import { readFileSync } from 'node:fs';
import { examineDataFolder, examineNode, modeOpenToAll } from './host.js';
import { isSupported } from './database-server.js';

const gibibyte = 1024 ** 3;

describe('the host', () => {
  it.each(['20.19.0', '20.20.2', '22.13.1', '24.11.0', '25.0.0', '26.10.0'])('takes Node %s', (version) => {
    expect(examineNode(version).status).toBe('ok');
  });

  it.each(['18.20.4', '20.18.3', '21.7.0', '22.12.0', '23.11.0', '24.10.9'])('refuses Node %s', (version) => {
    expect(examineNode(version).id).toBe('node-version');
  });

  it('knows the same versions of Node as package.json', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=20.19.0 <21 || >=22.13.0 <23 || >=24.11.0');
  });

  it('looks at the folder that would be made', async () => {
    const finding = await examineDataFolder('/tmp/wxpass/not/yet', async () => gibibyte);
    expect(finding.status).toBe('ok');
  });

  it.each([
    ['/etc/wxpass/keys', '644', true],
    ['/etc/wxpass/keys', '640', false],
    ['/run/secrets-of-all', '604', true],
    ['/run/secrets/wxpass/keys', '644', false],
  ])('with a secret in %s, of the rights %s, is open to all: %s', async (file, rights, isOpen) => {
    const found = await modeOpenToAll(file, async () => parseInt(rights, 8));
    expect(found).toBe(isOpen ? rights : undefined);
  });
});

describe('a database server', () => {
  it.each(['8.0.36', '8.4.3', '9.1.0', '10.6.0-MariaDB', '5.5.5-10.11.6-MariaDB-1', '11.4.2-MariaDB'])(
    'may be %s',
    (version) => expect(isSupported(version)).toBe(true),
  );

  it.each(['5.7.44', '10.5.23-MariaDB', '5.5.5-10.3.39-MariaDB'])('may not be %s', (version) =>
    expect(isSupported(version)).toBe(false),
  );
});
