/** Polls as WeChat's own page does: by script elements whose text sets `window.wx_errcode`. */
export const pollScript = `'use strict';
(() => {
  const page = document.querySelector('main');
  const status = document.querySelector('[role=status]');

  const say = (name) => (status.textContent = page.dataset[name]);
  const again = (last) => setTimeout(() => poll(last), 100);
  const leave = () => window.wx_redirecturl && location.assign(window.wx_redirecturl);

  const react = (last) => {
    switch (window.wx_errcode) {
      case 405:
        say('confirmed');
        return leave();
      case 404:
        say('scanned');
        return again(404);
      case 403:
        say('cancelled');
        return leave() || again(403);
      case 402:
        return say('expired');
      default:
        return again(last);
    }
  };

  const poll = (last) => {
    const script = document.createElement('script');
    const query = new URLSearchParams({ uuid: page.dataset.uuid, f: 'url', last, _: Date.now() });
    script.src = 'l/qrconnect?' + query;
    window.wx_errcode = window.wx_redirecturl = undefined;
    script.onload = () => (script.remove(), react(last));
    script.onerror = () => (script.remove(), setTimeout(() => poll(last), 2000));
    document.head.append(script);
  };

  poll('');
})();
`;

export const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1.5rem; max-width: 26rem; }
h1 { font-size: 1.25rem; }
form { display: grid; gap: 0.75rem; }
label { display: grid; gap: 0.25rem; }
button, select, input { font: inherit; padding: 0.5rem; }
iframe { width: 100%; height: 24rem; border: 1px solid #888; border-radius: 1.5rem; }
`;
