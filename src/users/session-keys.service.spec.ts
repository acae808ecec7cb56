import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Repository } from 'typeorm';
import { Sealer } from '../platform/crypto/sealer.js';
import { sealedSessionKeys } from './sealed-user-columns.js';
import { SessionKeys } from './session-keys.service.js';
import type { WechatIdentityEntity } from './wechat-identity.entity.js';

type Row = Pick<WechatIdentityEntity, 'id' | 'openid' | 'sessionKeysSealed'>;

/** One row of the table, as far as session keys ask for it. */
class OneRow {
  constructor(readonly row: Row) {}

  async update({ sessionKeysSealed }: Partial<Row>, news: Partial<Row>) {
    if (sessionKeysSealed !== this.row.sessionKeysSealed) return { affected: 0 };
    Object.assign(this.row, news);
    return { affected: 1 };
  }

  async findOne() {
    return { ...this.row };
  }

  async findBy() {
    return [{ ...this.row }];
  }
}

const newSealer = () => new Sealer([{ id: 'k', key: randomBytes(32) }]);

function keysOn(sealed: string, sealer: Sealer) {
  const rows = new OneRow({ id: 'i1', openid: 'o1', sessionKeysSealed: sealed });
  return {
    row: rows.row,
    keys: new SessionKeys(rows as unknown as Repository<WechatIdentityEntity>, sealer),
  };
}

const sealer = newSealer();
const place = sealedSessionKeys.placeOf('i1');

describe.each([
  ['are sealed by a key that is gone', newSealer().seal('[{"key":"old","at":1}]', place)],
  ['are those of another row', sealer.seal('[{"key":"old","at":1}]', sealedSessionKeys.placeOf('i2'))],
  ['are no JSON', sealer.seal('old', place)],
  ['are of another form', sealer.seal('["old"]', place)],
  ['are cut off', sealer.seal('old', place).slice(0, 20)],
])('session keys that %s', (_, useless) => {
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: string) => warnings.push(message));
  });
  afterEach(() => jest.restoreAllMocks());

  it('are replaced by those of the next login', async () => {
    const { row, keys } = keysOn(useless, sealer);
    await keys.remember('i1', useless, 'new');
    expect(sealer.open(row.sessionKeysSealed!, place)).toMatch(/^\[\{"key":"new","at":\d+\}\]$/);
    expect((await keys.holders('u1', 'wx1'))[0]!.keys).toEqual(['new']);
  });

  it('are no keys of their holder, which one line of the log says without them', async () => {
    const { keys } = keysOn(useless, sealer);
    for (let i = 0; i < 3; i++) {
      expect(await keys.holders('u1', 'wx1')).toEqual([{ openid: 'o1', keys: [] }]);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain('old');
  });
});
