/** WeChat shows an error page instead of asking for consent; the service learns nothing of it. */
export class PageRefusal extends Error {
  constructor(
    /** WeChat's own words, in Chinese as on its pages. */
    readonly words: string,
    /** The number before the words, where the page has one. */
    readonly number?: number,
  ) {
    super(number === undefined ? words : `${number} ${words}`);
    this.name = 'PageRefusal';
  }
}
