/** A push that is not taken; why is for the log alone, the sender learns nothing. */
export class PushRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PushRefused';
  }
}
