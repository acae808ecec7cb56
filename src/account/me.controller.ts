import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { ApiAnswer, ApiCallerErrors, ApiGoneAccount, ApiInput } from '../platform/http/openapi.js';
import { userExample } from '../users/user.examples.js';
import { userView, type UserView } from '../users/user.view.js';
import { Users } from '../users/users.service.js';
import { profileChoice, type ProfileChoiceInput, withoutPlaceholders } from './profile-choice.schemas.js';

const profileChoiceExample: z.input<typeof profileChoice> = {
  nickname: '小满',
  avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTK5e9mYkL2cXw/132',
  email: null,
};

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me')
export class MeController {
  constructor(private readonly users: Users) {}

  @Get()
  @ApiOperation({ operationId: 'getMe', summary: 'The own account' })
  @ApiAnswer(200, userView, userExample)
  @ApiCallerErrors()
  @ApiGoneAccount()
  me(@CurrentCaller() { userId }: Caller): Promise<UserView> {
    return this.users.get(userId);
  }

  @Patch()
  @ApiOperation({
    operationId: 'changeMe',
    summary: 'Sets what the person chooses of the own profile',
    description:
      'What is absent stays. What is set is never overwritten by WeChat; null takes a value away and leaves the field to WeChat again. “微信用户” and the grey avatar are no profile: they count as null.',
  })
  @ApiInput(profileChoice, profileChoiceExample)
  @ApiAnswer(200, userView, userExample)
  @ApiCallerErrors()
  @ApiGoneAccount()
  change(
    @CurrentCaller() { userId }: Caller,
    @Body({ schema: profileChoice }) choice: ProfileChoiceInput,
  ): Promise<UserView> {
    return this.users.choose(userId, withoutPlaceholders(choice));
  }
}
