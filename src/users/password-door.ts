/** The door of those who come by a name and a password: it is no app of WeChat's. */
export const passwordDoor = { via: 'password', clientId: 'wxpass' };
