import { CreateUsersAndSessions1763600000000 } from '../migrations/1763600000000-create-users-and-sessions.js';
import { AddAuditBlocksAndKeyTimes1763700000000 } from '../migrations/1763700000000-add-audit-blocks-and-key-times.js';
import { AddSigningKeyTokenTtl1763800000000 } from '../migrations/1763800000000-add-signing-key-token-ttl.js';
import { OrderAuditIndexesByWhatIsAsked1763850000000 } from '../migrations/1763850000000-order-audit-indexes-by-what-is-asked.js';
import { AddProfilesMergesAndSessionKeys1763900000000 } from '../migrations/1763900000000-add-profiles-merges-and-session-keys.js';
import { AddRetentionIndexes1764000000000 } from '../migrations/1764000000000-add-retention-indexes.js';
import { CreateUserPasswords1764100000000 } from '../migrations/1764100000000-create-user-passwords.js';
import { IndexAdministrators1764200000000 } from '../migrations/1764200000000-index-administrators.js';
import { IndexWhatOperatorsSearch1764300000000 } from '../migrations/1764300000000-index-what-operators-search.js';
import { CreateLoginCounts1764310000000 } from '../migrations/1764310000000-create-login-counts.js';
import { LengthenReasonsAndAddSessionParents1764320000000 } from '../migrations/1764320000000-lengthen-reasons-and-add-session-parents.js';
import { AuditEntryEntity } from './audit/audit-entry.entity.js';
import { BlockEntity } from './audit/block.entity.js';
import { LoginCountEntity } from './audit/login-count.entity.js';
import { NonceEntity } from './audit/nonce.entity.js';
import type { Schema } from './platform/database/data-source.js';
import { SessionEntity } from './session/session.entity.js';
import { SigningKeyEntity } from './session/signing-key.entity.js';
import { UserMergeEntity } from './users/user-merge.entity.js';
import { UserPasswordEntity } from './users/user-password.entity.js';
import { UserEntity } from './users/user.entity.js';
import { WechatIdentityEntity } from './users/wechat-identity.entity.js';
import { WechatUnionEntity } from './users/wechat-union.entity.js';

/** The database as the features define it: every entity, and every migration oldest first. */
export const schema: Schema = {
  entities: [
    UserEntity,
    UserMergeEntity,
    UserPasswordEntity,
    WechatIdentityEntity,
    WechatUnionEntity,
    SessionEntity,
    SigningKeyEntity,
    AuditEntryEntity,
    LoginCountEntity,
    BlockEntity,
    NonceEntity,
  ],
  migrations: [
    CreateUsersAndSessions1763600000000,
    AddAuditBlocksAndKeyTimes1763700000000,
    AddSigningKeyTokenTtl1763800000000,
    OrderAuditIndexesByWhatIsAsked1763850000000,
    AddProfilesMergesAndSessionKeys1763900000000,
    AddRetentionIndexes1764000000000,
    CreateUserPasswords1764100000000,
    IndexAdministrators1764200000000,
    IndexWhatOperatorsSearch1764300000000,
    CreateLoginCounts1764310000000,
    LengthenReasonsAndAddSessionParents1764320000000,
  ],
};
