/** The service whose logins the page shows: a path of the same origin, or an address whose server allows it. */
export interface ServicePlace {
  /** What the computer shows. */
  loginPage: string;
  /** Where its public API lies, such as `/api/v1`. */
  api: string;
}
