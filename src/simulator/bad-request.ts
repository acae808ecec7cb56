/** What a control call did wrong; answered with HTTP 400 and `{error, message}`, the message naming the field. */
export class BadRequest extends Error {
  constructor(
    readonly error:
      | 'invalid_request'
      | 'unknown_app'
      | 'wechat_page'
      | 'no_push'
      | 'no_session'
      | 'unknown_ticket'
      | 'unknown_link',
    message: string,
  ) {
    super(message);
    this.name = 'BadRequest';
  }
}
