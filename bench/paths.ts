/** The routes under load, the same on service and floor. */
export const paths = {
  login: '/api/v1/auth/wechat/mini-program',
  refresh: '/api/v1/auth/refresh',
  me: '/api/v1/users/me',
  verify: '/api/v1/auth/verify',
};
