/** WeChat says no: thrown by whatever plays it, answered with HTTP 200 and `{errcode, errmsg}`. */
export class Refusal extends Error {
  constructor(
    readonly errcode: number,
    /** Instead of WeChat's own words for the errcode. */
    readonly errmsg?: string,
    /** Other words in front of the rid, and a hint between both. */
    readonly wording: { words?: string; hint?: boolean } = {},
  ) {
    super(errmsg ?? `errcode ${errcode}`);
    this.name = 'Refusal';
  }
}
