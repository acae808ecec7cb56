import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { ApiAnswer, ApiCallerErrors } from '../platform/http/openapi.js';
import { userExample } from '../users/user.examples.js';
import { userView, type UserView } from '../users/user.view.js';
import { Users } from '../users/users.service.js';

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me')
export class MeController {
  constructor(private readonly users: Users) {}

  @Get()
  @ApiOperation({ operationId: 'getMe', summary: 'The own account' })
  @ApiAnswer(200, userView, userExample)
  @ApiCallerErrors()
  me(@CurrentCaller() { userId }: Caller): Promise<UserView> {
    return this.users.get(userId);
  }
}
