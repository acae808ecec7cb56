import type { IdentityView } from './identity.view.js';
import type { UserView } from './user.view.js';

/** A person as the documentation shows one. */
export const userExample: UserView = {
  id: '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25',
  username: null,
  nickname: '小满',
  avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTK5e9mYkL2cXw/132',
  email: null,
  phone: '138****0000',
  gender: null,
  country: null,
  province: null,
  city: null,
  language: 'zh_CN',
  role: 'user',
  status: 'active',
  profileComplete: true,
  createdAt: '2026-03-14T02:11:09.482Z',
  lastLoginAt: '2026-05-20T13:14:05.206Z',
};

/** One way by which WeChat knows that person. */
export const identityExample: IdentityView = {
  id: '0199c3a4-5d1e-7f0b-8e21-5c7a9d3b6e40',
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  openid: 'oAbCdEfGhIjKlMnOpQrStUvWxYz1',
  unionid: 'oUnIoNaBcDeFgHiJkLmNoPqRsTu1',
  unionidStatus: 'present',
  linkedAt: '2026-03-14T02:11:09.482Z',
};
