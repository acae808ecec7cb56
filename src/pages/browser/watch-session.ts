import type { Page } from './page.js';

/**
 * Begins anew where somebody looks at a page of before another tab logged in or out: it would begin a second session, or
 * show who is gone. What the browser keeps to go back to is such a page, too, and is hidden until it was loaded again.
 */
export function watchSession(page: Page): void {
  const look = () => {
    if (document.visibilityState === 'visible' && page.isOutdated) location.reload();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  addEventListener('pagehide', ({ persisted }) => (document.documentElement.hidden = persisted));
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}
