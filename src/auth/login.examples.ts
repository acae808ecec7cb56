import { userExample } from '../users/user.examples.js';
import type { LoginTokens, RefreshedTokens } from './login.schemas.js';

/** Tokens as the documentation shows them. */
export const refreshedTokensExample: RefreshedTokens = {
  tokenType: 'Bearer',
  accessToken:
    'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im….eyJzdWIiOiIwMTk5YzNhNC01….QD9_u2FGZ6rOmws5EwSY…',
  expiresIn: 900,
  refreshToken: 'AZnw0otzfhC1xGotnk9xOCf2gMqPA4vqXeT1KbsVqFmM2dXoXt2ieTBmmbkPDfG-Hsg1EvViYdlRMMf7UU6Zrw',
  refreshExpiresIn: 2_592_000,
  sessionId: '0199f0d2-8b73-7e10-b5c4-6a2d9e4f7138',
};

export const loginTokensExample: LoginTokens = {
  ...refreshedTokensExample,
  isNewUser: false,
  user: userExample,
};
