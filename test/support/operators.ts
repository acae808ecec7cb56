import { UserStanding } from '../../src/admin/user-standing.service.js';
import type { StandingChange } from '../../src/users/standing.service.js';
import { stranger } from './person.js';
import type { Replica, RunningService } from './start-service.js';

/** As an operator at the command line would, past the API. */
export async function setStanding({ app }: Replica, userId: string, change: StandingChange): Promise<void> {
  const standing = app.get(UserStanding, { strict: false });
  await standing.change(userId, change, { reason: 'by command' });
}

/** Somebody new with this role, logged in: the tokens, and whose they are. */
export async function newOperator(service: RunningService, role: 'admin' | 'auditor' | 'user') {
  const { data } = await stranger(service.simulator).logIn(service);
  if (role !== 'user') await setStanding(service, data.user.id, { role });
  return data as { accessToken: string; refreshToken: string; sessionId: string; user: { id: string } };
}
