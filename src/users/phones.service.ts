import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AuditLog } from '../audit/audit-log.service.js';
import { Sealer } from '../platform/crypto/sealer.js';
import type { Whence } from '../platform/http/client-address.js';
import { living } from './living-user.js';
import { e164Of, maskedPhone, type PhoneNumber } from './phone-number.js';
import { sealedPhone } from './sealed-user-columns.js';
import { UserEntity } from './user.entity.js';

/** What a user's row holds of a phone number. */
export type BoundPhone = Pick<UserEntity, 'phoneSealed' | 'phoneMasked'>;

/** The phone numbers of people: one each, sealed; what may be shown lies beside it. */
@Injectable()
export class Phones {
  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
  ) {}

  /** Takes the place of a number bound before. Nothing where the user is gone or has become another. */
  async bind(
    userId: string,
    phone: PhoneNumber,
    whence: Partial<Whence> & { appId: string },
  ): Promise<BoundPhone | undefined> {
    const bound: BoundPhone = {
      phoneSealed: this.sealer.seal(e164Of(phone), sealedPhone.placeOf(userId)),
      phoneMasked: maskedPhone(phone),
    };
    const { affected } = await this.users.update(living(userId), bound);
    if (affected !== 1) return undefined;
    this.audit.record({ event: 'phone_bound', outcome: 'success', userId, ...whence });
    return bound;
  }
}
