import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import { z } from 'zod';
import { Sealer, UnsealError } from '../platform/crypto/sealer.js';
import { sealedSessionKeys } from './sealed-user-columns.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';

const keptKeys = 2;
const attempts = 5;

const keysSchema = z.array(z.object({ key: z.string(), at: z.number() }));
type DatedKeys = z.infer<typeof keysSchema>;

/** A person as a mini program knows them. */
export interface KeyHolder {
  openid: string;
  /** Base64, the newest first; none where no login of theirs was kept. */
  keys: string[];
}

/** The session_keys of a mini program's people: the newest two are kept, for WeChat changes them under the client's feet. */
@Injectable()
export class SessionKeys {
  private readonly logger = new Logger('SessionKeys');
  private warned = false;

  constructor(
    @InjectRepository(WechatIdentityEntity) private readonly identities: Repository<WechatIdentityEntity>,
    private readonly sealer: Sealer,
  ) {}

  /** What a new identity's row begins with. */
  first(identityId: string, key: string): string {
    return this.seal(identityId, [{ key, at: Date.now() }]);
  }

  /**
   * Keeps the key of an exchange that has just been made; of several at once the most recent comes first.
   * @param known what the row was read with
   */
  async remember(identityId: string, known: string | null, key: string): Promise<void> {
    const at = Date.now();
    let sealed = known;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const keys = this.open(identityId, sealed);
      if (keys[0]?.key === key) return;
      const next = this.seal(identityId, newest([{ key, at }, ...keys]));
      const { affected } = await this.identities.update(
        { id: identityId, sessionKeysSealed: sealed ?? IsNull() },
        { sessionKeysSealed: next },
      );
      if (affected === 1) return;
      const row = await this.identities.findOne({
        select: { id: true, sessionKeysSealed: true },
        where: { id: identityId },
      });
      if (!row) return;
      sealed = row.sessionKeysSealed;
    }
  }

  /** Who a user is in this app: one WeChat account mostly, more where more are linked; the newest key first. */
  async holders(userId: string, appId: string): Promise<KeyHolder[]> {
    const identities = await this.identities.findBy({ userId, appId });
    const holders = identities.map(({ id, openid, sessionKeysSealed }) => ({
      openid,
      keys: this.open(id, sessionKeysSealed),
    }));
    return holders
      .toSorted((left, right) => newestAt(right.keys) - newestAt(left.keys))
      .map(({ openid, keys }) => ({ openid, keys: keys.map(({ key }) => key) }));
  }

  /** When the kept keys came, in milliseconds, the newest first; none where they do not open. */
  datesOf({ id, sessionKeysSealed }: Pick<WechatIdentityEntity, 'id' | 'sessionKeysSealed'>): number[] {
    return this.open(id, sessionKeysSealed).map(({ at }) => at);
  }

  private seal(identityId: string, keys: DatedKeys): string {
    return this.sealer.seal(JSON.stringify(keys), sealedSessionKeys.placeOf(identityId));
  }

  /** None where they do not open: they are an aid, and the next login brings another. */
  private open(identityId: string, sealed: string | null): DatedKeys {
    if (sealed === null) return [];
    try {
      return keysSchema.parse(JSON.parse(this.sealer.open(sealed, sealedSessionKeys.placeOf(identityId))));
    } catch (error) {
      this.warnOnce(identityId, error);
      return [];
    }
  }

  /** After a change of ENCRYPTION_KEYS it may be everybody's. */
  private warnOnce(identityId: string, error: unknown): void {
    if (this.warned) return;
    this.warned = true;
    // Other errors quote what they could not read.
    const reason = error instanceof UnsealError ? error.message : 'they are malformed';
    this.logger.warn(`kept session_keys are of no use, as those of identity ${identityId}: ${reason}`);
  }
}

function newestAt([first]: DatedKeys): number {
  return first?.at ?? 0;
}

function newest(keys: DatedKeys): DatedKeys {
  const sorted = keys.toSorted((left, right) => right.at - left.at);
  return sorted
    .filter(({ key }, i) => sorted.findIndex((other) => other.key === key) === i)
    .slice(0, keptKeys);
}
