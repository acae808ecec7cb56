/** Waits until the page can be seen; where there is no page, not at all. */
export function whenVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!signal.aborted && isHidden()) return;
      globalThis.document?.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    globalThis.document?.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });
}

function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden';
}
