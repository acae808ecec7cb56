import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';

const keyNamed = (id: string) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;

describe.each(backends)('a service on $name whose former encryption key is gone', (backend) => {
  let folder: string;
  let service: RunningService;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wxpass-keys-'));
    const file = join(folder, 'keys.json');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    await writeFile(file, JSON.stringify({ keys: [key] }));
    service = await startService(backend, {
      env: { SIGNING_KEYS_FILE: file, ENCRYPTION_KEYS: keyNamed('k1') },
    });
  });
  afterAll(async () => {
    await service?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets everybody in, opens with their next session_key, and merges without the lost phone number', async () => {
    const someone = stranger(service.simulator);
    const twice = stranger(service.simulator);
    await someone.logIn(service);
    const older = await twice.logIn(service);
    const phoneCode = await service.simulator.phoneCode(twice.name, { appId: otherMiniProgram.appId });
    const younger = await twice.logIn(service, {
      appId: otherMiniProgram.appId,
      unionid: false,
      body: { phoneCode },
    });
    expect(younger.data.user).toMatchObject({ phone: expect.any(String) });
    expect(younger.data.user.id).not.toBe(older.data.user.id);
    const before = await service.simulator.encryptedData(someone.name, { data: { nickName: '之前' } });
    await service.app.close();

    const anew = await service.addReplica({ ENCRYPTION_KEYS: keyNamed('k2') });
    const login = await someone.logIn(anew);
    expect(login).toMatchObject({ status: 200, data: { isNewUser: false } });
    const token = login.data.accessToken as string;
    const send = (data: object) =>
      anew.api('POST', '/users/me/wechat-data', { appId: miniProgram.appId, ...data }, { token });
    expect(await send(before)).toMatchObject({ status: 400, error: 'decryption_failed' });
    const after = await service.simulator.encryptedData(someone.name, { data: { nickName: '之后' } });
    expect(await send(after)).toMatchObject({ status: 200, data: { nickname: '之后' } });

    const unsealed = await anew.api(
      'POST',
      '/users/me/wechat-data',
      { appId: otherMiniProgram.appId, ...after },
      { token: older.data.accessToken as string },
    );
    expect(unsealed).toMatchObject({ status: 400, error: 'decryption_failed' });

    const merged = await twice.logIn(anew, { appId: otherMiniProgram.appId });
    expect(merged).toMatchObject({ status: 200, data: { user: { id: older.data.user.id, phone: null } } });
    const { manager } = anew.app.get(DataSource);
    const row = await manager.findOneByOrFail(UserEntity, { id: younger.data.user.id });
    expect(row).toMatchObject({ status: 'merged', phoneSealed: expect.stringMatching(/^k1\./) });
  });
});
