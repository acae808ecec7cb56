import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThanOrEqual, type Repository } from 'typeorm';
import { hashSecret } from '../platform/crypto/secrets.js';
import { insertIfAbsent } from '../platform/database/insert-if-absent.js';
import { NonceEntity } from './nonce.entity.js';

const batchSize = 1000;

/** Numbers used once. They lie in the database, so that a Redis that forgets lets none be used again. */
@Injectable()
export class Nonces {
  constructor(@InjectRepository(NonceEntity) private readonly repository: Repository<NonceEntity>) {}

  /**
   * True for one caller of many, on whichever replica; false for at least `ttlMs` from then on.
   * @param scope whose nonces these are; holds no line break
   */
  async useOnce(scope: string, nonce: string, ttlMs: number): Promise<boolean> {
    const row = { hash: hashSecret(`${scope}\n${nonce}`), expiresAt: Date.now() + ttlMs };
    return insertIfAbsent(this.repository, row);
  }

  /** Deletes what has expired, in batches that hold up nobody. */
  async deleteExpired(): Promise<void> {
    const expired = { expiresAt: LessThanOrEqual(Date.now()) };
    for (let found = batchSize; found === batchSize;) {
      const rows = await this.repository.find({ select: { hash: true }, where: expired, take: batchSize });
      found = rows.length;
      if (found > 0) await this.repository.delete({ hash: In(rows.map(({ hash }) => hash)) });
    }
  }
}
