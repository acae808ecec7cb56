import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { byCommand } from '../../src/audit/act.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import type { UnionidStatus } from '../../src/users/wechat-identity.entity.js';
import {
  allowed,
  AuditRecorder,
  endNothing,
  identityServicesOn,
  type IdentityServices,
} from './identity-services.js';
import { brokenLaws } from './one-person-laws.js';
import { apps, World, type Door, type Snapshot } from './one-person-world.js';

/** What somebody does; `nth` picks one of what there is. */
export type Act =
  | { act: 'login'; door: Door; unionidStatus: UnionidStatus }
  | { act: 'link'; by: number; door: Door; unionidStatus: UnionidStatus }
  | { act: 'unlink'; by: number; nth: number }
  | { act: 'undo'; nth: number };

/** Batches one after the other; what stands in one batch happens at once. */
export type History = Act[][];

const people = 3;
/** Mostly the same one, so that much happens to them. */
const person = fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2);
const door = fc.record({ person, app: fc.nat(apps.length - 1) });
const unionidStatus = fc.constantFrom<UnionidStatus>('present', 'present', 'scope_base', 'app_not_bound');
const nth = fc.nat(9);

export const login = fc.record({ act: fc.constant('login' as const), door, unionidStatus });
const link = fc.record({ act: fc.constant('link' as const), by: person, door, unionidStatus });
const unlink = fc.record({ act: fc.constant('unlink' as const), by: person, nth });
const undo = fc.record({ act: fc.constant('undo' as const), nth });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 12, arbitrary: login },
  { weight: 2, arbitrary: link },
  { weight: 2, arbitrary: unlink },
  { weight: 2, arbitrary: undo },
);

export const histories: fc.Arbitrary<History> = fc.array(
  fc.array(act, { minLength: 1, maxLength: 5, size: 'max' }),
  {
    minLength: 4,
    maxLength: 12,
    size: 'max',
  },
);

/** How a history may refuse; whatever else is thrown is a fault. */
const refusals: Record<Act['act'], string[]> = {
  login: [],
  link: ['identity_taken', 'not_found'],
  unlink: ['last_identity', 'not_found'],
  undo: ['conflict', 'not_found'],
};

/** Plays one history in a world of its own and checks after each batch what must hold. */
export class HistoryPlayer {
  readonly audit = new AuditRecorder();
  private readonly world: World;
  private readonly replicas: IdentityServices[];
  /** Doors whose unionid was seen, and which were not taken away since: `person app`. */
  private seen = new Set<string>();
  /** Whom somebody has linked with whom, and whom an operator has parted: of them less can be said. */
  private readonly linked = Array.from({ length: people }, (_, i) => i);
  private readonly parted = new Set<number>();

  constructor(dataSources: DataSource[]) {
    this.world = new World(dataSources[0]!);
    this.replicas = dataSources.map((dataSource) => identityServicesOn(dataSource, this.audit));
  }

  async play(history: History): Promise<void> {
    let before = await this.world.snapshot();
    for (const batch of history) {
      await Promise.all(
        batch.map((one, i) => this.playOne(one, before, this.replicas[i % this.replicas.length]!)),
      );
      const after = await this.world.snapshot();
      this.forgetUnlinked(batch, after);
      expect([...brokenLaws(after), ...this.brokenPromises(batch, before, after)]).toEqual([]);
      before = after;
    }
  }

  private async playOne(one: Act, before: Snapshot, replica: IdentityServices): Promise<void> {
    await this.outcomeOf(one, before, replica).catch((error: unknown) => {
      if (!(error instanceof AppError && refusals[one.act].includes(error.error))) throw error;
    });
  }

  private async outcomeOf(one: Act, before: Snapshot, { identities, links, merges }: IdentityServices) {
    if (one.act === 'login') {
      const proof = this.world.proof(one.door, one.unionidStatus);
      await identities.identify(proof, endNothing);
      if (proof.unionid !== undefined) this.seen.add(keyOf(one.door));
      return;
    }
    if (one.act === 'undo') {
      const standing = before.merges.filter(({ undoneAt }) => undoneAt === null);
      const merge = standing[one.nth % standing.length];
      if (!merge) return;
      await merges.undo(merge.id, endNothing, byCommand);
      for (const identity of before.identities) {
        if (identity.userId === merge.survivorId)
          this.parted.add(this.groupOf(this.world.doorOf(identity).person));
      }
      return;
    }
    const userId = await this.world.userOf(one.by);
    if (userId === undefined) return;
    if (one.act === 'unlink') {
      const list = await links.list(userId);
      const identity = list[one.nth % list.length];
      if (identity) await links.unlink(userId, identity.id, {}, allowed);
      return;
    }
    const proof = this.world.proof(one.door, one.unionidStatus);
    await links.link(userId, proof, {}, allowed);
    this.join(one.by, one.door.person);
    if (proof.unionid !== undefined) this.seen.add(keyOf(one.door));
  }

  private brokenPromises(batch: Act[], before: Snapshot, after: Snapshot): string[] {
    return [
      ...this.strangersTogether(after),
      ...this.unionidsMissing(after),
      ...(batch.some((one) => one.act === 'unlink') ? [] : lost(before, after)),
      ...this.auditFalse(after),
    ];
  }

  private strangersTogether({ users, identities }: Snapshot): string[] {
    return users
      .filter(({ id }) => {
        const own = identities.filter(({ userId }) => userId === id);
        return new Set(own.map((identity) => this.groupOf(this.world.doorOf(identity).person))).size > 1;
      })
      .map(({ id }) => `user ${id} is several people`);
  }

  /** With the law that a unionid has one user, this makes all doors of a person that showed it one user. */
  private unionidsMissing({ identities }: Snapshot): string[] {
    const missing = identities.filter((identity) => {
      const door = this.world.doorOf(identity);
      if (!this.seen.has(keyOf(door)) || this.wasParted(door.person)) return false;
      return identity.unionid !== this.world.unionid(door);
    });
    return missing.map(({ id }) => `identity ${id} has shown a unionid that it does not have`);
  }

  private auditFalse({ merges }: Snapshot): string[] {
    const undone = merges.filter(({ undoneAt }) => undoneAt !== null);
    const counts = [this.audit.of('users_merged').length, this.audit.of('merge_undone').length];
    return counts[0] === merges.length && counts[1] === undone.length
      ? []
      : [`the audit log counts ${counts.join()} where ${merges.length},${undone.length} happened`];
  }

  /** Where somebody unlinked at the same moment, only the rows can say whether the unionid came before or after. */
  private forgetUnlinked(batch: Act[], { identities }: Snapshot): void {
    if (!batch.some((one) => one.act === 'unlink')) return;
    const present = identities.filter(({ unionid }) => unionid !== null);
    const held = new Set(present.map((identity) => keyOf(this.world.doorOf(identity))));
    this.seen = new Set([...this.seen].filter((key) => held.has(key)));
  }

  private groupOf(one: number): number {
    return this.linked[one]!;
  }

  private join(one: number, other: number): void {
    const [from, to] = [this.groupOf(other), this.groupOf(one)];
    if (this.parted.has(from)) this.parted.add(to);
    this.linked.forEach((group, i) => {
      if (group === from) this.linked[i] = to;
    });
  }

  private wasParted(one: number): boolean {
    return this.parted.has(this.groupOf(one));
  }
}

function lost(before: Snapshot, after: Snapshot): string[] {
  const kept = new Set(after.identities.map(({ id }) => id));
  return before.identities.filter(({ id }) => !kept.has(id)).map(({ id }) => `identity ${id} is lost`);
}

function keyOf({ person: one, app }: Door): string {
  return `${one} ${app}`;
}
