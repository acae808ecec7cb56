import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Act } from '../audit/act.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { ApiAnswer, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { cursorMeaning, pageRequest, pageSchema, type Page } from '../platform/http/page.js';
import { Sessions } from '../session/sessions.service.js';
import { IdentityLinks } from '../users/identity-links.service.js';
import { identityView } from '../users/identity.view.js';
import { longestUserCursor } from '../users/name-cursor.js';
import { UserSearch } from '../users/user-search.js';
import { identityExample, userExample } from '../users/user.examples.js';
import { userView, type UserView } from '../users/user.view.js';
import { Users } from '../users/users.service.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CurrentAct } from './current-act.decorator.js';
import { UserStanding } from './user-standing.service.js';

const { role, status } = userView.shape;

const userQuery = pageRequest.extend({
  q: z
    .string()
    .max(256)
    .optional()
    .describe(
      'The id, openid, unionid or e-mail of a person; where nobody has it, how the username or nickname begins',
    ),
  // That of a search by name holds the name.
  cursor: z.string().min(1).max(longestUserCursor).optional().describe(cursorMeaning),
  role: role.optional().describe('Only users of this role'),
  status: status.optional().describe('Only users of this status'),
});

const standing = z
  .strictObject({
    role: role.optional(),
    status: status.optional().describe('`locked` ends all sessions of the user'),
  })
  .refine((change) => Object.keys(change).length > 0, 'role or status, or both')
  .meta({ minProperties: 1 });

const userInDetail = userView.extend({
  identities: z.array(identityView).describe('By whom WeChat knows the user, the oldest first'),
  activeSessions: z.int().nonnegative().describe('How many sessions stand'),
});
type UserInDetail = z.infer<typeof userInDetail>;

@ApiTags('Administration')
@Controller('api/v1/admin/users')
export class UsersController {
  constructor(
    private readonly search: UserSearch,
    private readonly users: Users,
    private readonly links: IdentityLinks,
    private readonly sessions: Sessions,
    private readonly standing: UserStanding,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @AdminRoute('admin')
  @ApiOperation({ operationId: 'listUsers', summary: 'Looks for users; admin' })
  @ApiAnswer(200, pageSchema(userView), { items: [userExample], nextCursor: null })
  list(@Query({ schema: userQuery }) query: z.infer<typeof userQuery>): Promise<Page<UserView>> {
    return this.search.list(query);
  }

  @Get(':id')
  @AdminRoute('admin')
  @ApiOperation({
    operationId: 'getUser',
    summary: 'One user, by whom WeChat knows them, and where; admin',
    description: 'Leaves `user_viewed` in the audit log.',
  })
  @ApiAnswer(200, userInDetail, { ...userExample, identities: [identityExample], activeSessions: 2 })
  @ApiErrors('not_found')
  async get(@Param({ schema: idParams }) { id }: IdParams, @CurrentAct() act: Act): Promise<UserInDetail> {
    const user = await this.users.get(id);
    const [identities, activeSessions] = [await this.links.list(id), await this.sessions.countLiving(id)];
    this.audit.record({ event: 'user_viewed', outcome: 'success', userId: id, ...act });
    return { ...user, identities, activeSessions };
  }

  @Patch(':id')
  @AdminRoute('admin')
  @ApiOperation({
    operationId: 'changeUser',
    summary: 'Changes role or status; admin',
    description:
      'Both take effect at once, on all replicas: locking ends the sessions of the user, and another role counts for those that live. At least one active administrator always remains.',
  })
  @ApiInput(standing, { status: 'locked' })
  @ApiAnswer(200, userView, { ...userExample, status: 'locked' })
  @ApiErrors('not_found', 'last_administrator')
  change(
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: standing }) change: z.infer<typeof standing>,
    @CurrentAct() act: Act,
  ): Promise<UserView> {
    return this.standing.change(id, change, act);
  }
}
