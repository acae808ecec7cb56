import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, LessThanOrEqual, MoreThan, type FindOptionsWhere, type Repository } from 'typeorm';
import { v7 as newId } from 'uuid';
import { insertIfAbsent } from '../platform/database/insert-if-absent.js';
import { AppError } from '../platform/errors/app-error.js';
import { idOfCursor, pageOf, type Page } from '../platform/http/page.js';
import { canonicalBlockValue } from './block-value.js';
import { BlockEntity, type BlockKind } from './block.entity.js';
import { toBlockView, type BlockView } from './block.view.js';
import { BlocklistSnapshots } from './blocklist-snapshots.service.js';

/** Whom to block: an address, a CIDR range, or an account by its name in any case. */
export interface NewBlock {
  kind: BlockKind;
  value: string;
  /** 255 characters at most. */
  reason: string;
  /** Milliseconds since 1970; null stands until it is removed. */
  expiresAt: number | null;
}

export interface Visitor {
  address: string;
  /** The name that is logged in by. */
  account?: string;
}

/** Who may not log in, by hand and by rule; a change is seen by all replicas within a second. */
@Injectable()
export class Blocklist {
  constructor(
    @InjectRepository(BlockEntity) private readonly repository: Repository<BlockEntity>,
    private readonly snapshots: BlocklistSnapshots,
  ) {}

  /**
   * Refuses who is blocked; a database that cannot be asked is an error, not a pass.
   * @throws AppError blocked
   */
  async requireFree({ address, account }: Visitor): Promise<void> {
    const snapshot = await this.snapshots.current();
    const now = Date.now();
    if (snapshot.blocksAddress(address, now)) throw blocked('address');
    if (account !== undefined && snapshot.blocksAccount(account, now)) throw blocked('account');
  }

  /**
   * Blocks by hand: what is blocked already keeps its id and gets the new reason and end, be it later or earlier.
   * @throws AppError invalid_request naming `value`
   */
  async add(block: NewBlock): Promise<BlockView> {
    const row = toRow(block);
    await this.repository
      .createQueryBuilder()
      .insert()
      .values(row)
      .orUpdate(['reason', 'created_at', 'expires_at'], ['kind', 'value'])
      .updateEntity(false)
      .execute();
    await this.snapshots.announceChange();
    const stored = await this.repository.findOneBy({ kind: row.kind, value: row.value });
    return toBlockView(stored ?? row);
  }

  /**
   * Blocks by rule: never shortens what stands.
   * @returns whether anything changed
   */
  async prolong(block: NewBlock & { expiresAt: number }): Promise<boolean> {
    const row = toRow(block);
    const changed =
      (await insertIfAbsent(this.repository, row)) || (await this.moveEnd(row, block.expiresAt));
    if (changed) await this.snapshots.announceChange();
    return changed;
  }

  /**
   * Takes a block away, and tells what it was.
   * @throws AppError not_found
   */
  async remove(id: string): Promise<BlockView> {
    const block = await this.repository.findOneBy({ id });
    const { affected } = await this.repository.delete({ id });
    if (!block || affected !== 1) throw new AppError('not_found');
    await this.snapshots.announceChange();
    return toBlockView(block);
  }

  /**
   * The blocks that stand, newest first.
   * @param cursor the `nextCursor` of the page before
   * @throws AppError invalid_request where the cursor is none of ours
   */
  async list(cursor: string | undefined, limit: number): Promise<Page<BlockView>> {
    const beyond: FindOptionsWhere<BlockEntity> =
      cursor === undefined ? {} : { id: LessThan(idOfCursor(cursor)) };
    const rows = await this.repository.find({
      where: [
        { ...beyond, expiresAt: IsNull() },
        { ...beyond, expiresAt: MoreThan(Date.now()) },
      ],
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return pageOf(rows, limit, toBlockView);
  }

  /** Deletes what has ended; it has not counted since. */
  async deleteExpired(): Promise<void> {
    await this.repository.delete({ expiresAt: LessThanOrEqual(Date.now()) });
  }

  private async moveEnd({ kind, value, ...change }: BlockEntity, expiresAt: number): Promise<boolean> {
    const { reason, createdAt } = change;
    const { affected } = await this.repository.update(
      { kind, value, expiresAt: LessThan(expiresAt) },
      { reason, createdAt, expiresAt },
    );
    return affected === 1;
  }
}

function toRow({ kind, value, reason, expiresAt }: NewBlock): BlockEntity {
  return {
    id: newId(),
    kind,
    value: canonicalBlockValue(kind, value),
    reason,
    createdAt: Date.now(),
    expiresAt,
  };
}

function blocked(kind: BlockKind): AppError {
  return new AppError('blocked', { privateMessage: `the ${kind} is on the blocklist` });
}
