import type { DataSource, EntityManager } from 'typeorm';
import type { NewAuditEntry } from '../../src/audit/audit-entry.js';
import type { AuditEvent } from '../../src/audit/audit-event.js';
import type { AuditLog } from '../../src/audit/audit-log.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import type { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { Identities } from '../../src/users/identities.service.js';
import { IdentityLinks, type RequireAllowed } from '../../src/users/identity-links.service.js';
import { Merges, type EndSessions } from '../../src/users/merges.service.js';
import { SessionKeys } from '../../src/users/session-keys.service.js';
import { UnionidConflicts } from '../../src/users/unionid-conflicts.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { Users } from '../../src/users/users.service.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';

/** What one replica knows of people and their identities. */
export interface IdentityServices {
  identities: Identities;
  links: IdentityLinks;
  merges: Merges;
}

/** Remembers what was recorded, as the audit log would. */
export class AuditRecorder {
  readonly entries: NewAuditEntry[] = [];

  record(entry: NewAuditEntry): void {
    this.entries.push(entry);
  }

  async recordWithin(_: EntityManager, entry: NewAuditEntry): Promise<void> {
    this.record(entry);
  }

  of(event: AuditEvent): NewAuditEntry[] {
    return this.entries.filter((entry) => entry.event === event);
  }
}

export const testSealer = new Sealer([{ id: 'test', key: Buffer.alloc(32, 7) }]);

/** One for all: a store has a timer, and a property makes services by the thousand. */
const memory = new MemoryStore();

interface Settings {
  unionMerge?: Config['unionMerge'];
  sealer?: Sealer;
  users?: Users;
  store?: KeyValueStore;
}

/** The real services on a real database, without an app around them. */
export function identityServicesOn(
  dataSource: DataSource,
  recorder: AuditRecorder,
  { unionMerge = 'auto', sealer = testSealer, users = usersOn(dataSource), store = memory }: Settings = {},
): IdentityServices {
  const audit = recorder as unknown as AuditLog;
  const sessionKeys = new SessionKeys(dataSource.getRepository(WechatIdentityEntity), sealer);
  const merges = new Merges(dataSource, sealer, audit, { unionMerge } as Config);
  return {
    identities: new Identities(dataSource, users, merges, sessionKeys, new UnionidConflicts(store, audit)),
    links: new IdentityLinks(dataSource, sessionKeys, audit),
    merges,
  };
}

function usersOn(dataSource: DataSource): Users {
  return new Users(dataSource.getRepository(UserEntity), dataSource);
}

export const endNothing: EndSessions = () => Promise.resolve();

/** Lets a way in be added or taken away. */
export const allowed: RequireAllowed = () => Promise.resolve();
