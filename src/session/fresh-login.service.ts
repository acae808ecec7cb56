import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type EntityManager, type Repository } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import { sessionEnded } from './session-states.service.js';
import { SessionEntity } from './session.entity.js';

/** The session that a dangerous act is asked for by. */
type Asking = Pick<Caller, 'sessionId'>;

/** Dangerous acts demand that the person has proved lately who they are: a stolen session does not suffice. */
@Injectable()
export class FreshLogin {
  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly config: Config,
  ) {}

  /**
   * @throws AppError fresh_login_required where the login, or the last proof, is older than FRESH_LOGIN; session_ended
   */
  async require({ sessionId: id }: Asking): Promise<void> {
    await this.requireAt(this.repository.manager, id);
  }

  /**
   * The same within the transaction of a dangerous act: whoever ends the session meanwhile either is seen here or waits.
   * @throws AppError as `require` does
   */
  async requireWithin(manager: EntityManager, { sessionId: id }: Asking): Promise<void> {
    await hold(manager, id);
    await this.requireAt(manager, id);
  }

  /**
   * The person has just proved again who they are.
   * @param manager where it is part of a transaction
   * @throws AppError session_ended
   */
  async renew(id: string, manager: EntityManager = this.repository.manager): Promise<void> {
    const authenticatedAt = Date.now();
    const { affected } = await manager.update(SessionEntity, { id, endedAt: IsNull() }, { authenticatedAt });
    if (affected === 1) return;
    const session = await manager.findOneBy(SessionEntity, { id });
    throw sessionEnded(session?.endReason ?? 'expired');
  }

  private async requireAt(manager: EntityManager, id: string): Promise<void> {
    const session = await manager.findOneBy(SessionEntity, { id });
    if (!session || session.endReason !== null) throw sessionEnded(session?.endReason ?? 'expired');
    if (Date.now() - session.authenticatedAt > this.config.session.freshMs)
      throw new AppError('fresh_login_required');
  }
}

/** A write that changes nothing, which unlike SELECT … FOR UPDATE every engine knows. */
async function hold(manager: EntityManager, id: string): Promise<void> {
  await manager
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ endedAt: () => 'ended_at' })
    .where({ id })
    .execute();
}
