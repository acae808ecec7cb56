/** News from one tab of the origin to all others. */
export interface TabChannel<News> {
  post(news: News): void;
  listen(hear: (news: News) => void): void;
  close(): void;
}

/** BroadcastChannel where there is one, else the event by which localStorage tells other tabs of a change. */
export function openTabChannel<News>(name: string): TabChannel<News> {
  return typeof BroadcastChannel === 'undefined' ? storageChannel(name) : broadcastChannel(name);
}

function broadcastChannel<News>(name: string): TabChannel<News> {
  const channel = new BroadcastChannel(name);
  return {
    post: (news) => channel.postMessage(news),
    listen: (hear) => channel.addEventListener('message', (event) => hear(event.data as News)),
    close: () => channel.close(),
  };
}

function storageChannel<News>(name: string): TabChannel<News> {
  const closing = new AbortController();
  return {
    post: (news) => {
      localStorage.setItem(name, JSON.stringify(news));
      localStorage.removeItem(name);
    },
    listen: (hear) =>
      addEventListener(
        'storage',
        ({ key, newValue }) => {
          if (key === name && newValue !== null) hear(JSON.parse(newValue) as News);
        },
        { signal: closing.signal },
      ),
    close: () => closing.abort(),
  };
}
