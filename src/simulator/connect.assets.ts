/** Polls as WeChat's own page does: by script elements whose text sets `window.wx_errcode`. */
export const pollScript = `'use strict';
(() => {
  const page = document.querySelector('main');
  const status = document.querySelector('[role=status]');
  document.documentElement.classList.toggle('framed', window.top !== window);

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

/** In a frame of the virtual phone's page there is a phone already. */
export const style = `:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f7, #16181b);
  --card: light-dark(#fff, #1f2226);
  --line: light-dark(#d9dde1, #3a3f46);
  --text: light-dark(#1c1f23, #e8eaed);
  --soft: light-dark(#5b636d, #a4abb4);
  --accent: light-dark(#067a3e, #3ecf83);
  --on-accent: light-dark(#fff, #06150d);
  font: 16px/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem; background: var(--page); color: var(--text); }
main { margin: 0 auto; padding: 1.5rem; max-width: 26rem; display: grid; gap: 0.75rem; justify-items: center;
  text-align: center; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0; font-size: 1.25rem; }
p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
a { color: var(--accent); }
[role=status] { color: var(--text); font-weight: 600; }
.js_qrcode_img { padding: 0.5rem; width: min(15rem, 100%); height: auto; background: #fff; border-radius: 0.75rem; }
.aside { font-size: 0.875rem; }
form { display: grid; gap: 0.75rem; width: 100%; text-align: start; }
label { display: grid; gap: 0.25rem; color: var(--soft); font-size: 0.875rem; }
button, select, input { font: inherit; padding: 0.625rem 0.75rem; color: var(--text); background: var(--card);
  border: 1px solid var(--line); border-radius: 0.5rem; }
button { cursor: pointer; font-weight: 600; }
button:first-of-type { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
iframe { width: 100%; height: 24rem; border: 1px solid var(--line); border-radius: 1.5rem; }
.framed iframe, .framed .aside { display: none; }
`;
