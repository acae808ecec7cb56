/** Side by side on a computer, one below the other on a phone. */
export const virtualPhoneStyle = `:root {
  color-scheme: light dark;
  --page: light-dark(#eef0f2, #121417);
  --card: light-dark(#fff, #1d2024);
  --sunk: light-dark(#f6f7f8, #16181b);
  --line: light-dark(#d5dadf, #363b42);
  --text: light-dark(#1c1f23, #e8eaed);
  --soft: light-dark(#59616b, #a4abb4);
  --accent: light-dark(#067a3e, #3ecf83);
  --on-accent: light-dark(#fff, #06150d);
  --good: light-dark(#e2f3e9, #12331f);
  --good-text: light-dark(#0b5c31, #8fe3b3);
  --refused: light-dark(#fdf0d5, #3b2c09);
  --refused-text: light-dark(#7a4b00, #f3c96b);
  --bad: light-dark(#fbe4e2, #431b18);
  --bad-text: light-dark(#9c1f14, #ffaca4);
  font: 93.75%/1.5 system-ui, 'Noto Sans CJK SC', sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--text); }
h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.0625rem; }
h2, h3, summary { font-size: 0.9375rem; font-weight: 600; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button, input, select { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
  border-radius: 0.5rem; padding: 0.4rem 0.7rem; min-width: 0; }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button:disabled { opacity: 0.5; cursor: default; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
label { display: grid; gap: 0.2rem; color: var(--soft); font-size: 0.8125rem; }
.soft { color: var(--soft); font-size: 0.8125rem; }
.notice { padding: 0.5rem 1.25rem; background: var(--refused); color: var(--refused-text); }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; padding: 0.75rem 1.25rem;
  background: var(--card); border-bottom: 1px solid var(--line); }
header p { flex: 1 1 16rem; color: var(--soft); font-size: 0.875rem; }
nav { display: none; }
main { flex: 1; display: grid; grid-template-columns: minmax(22rem, 1fr) 23rem minmax(22rem, 30rem); gap: 1.25rem;
  padding: 1rem 1.25rem 1.25rem; min-height: 0; }
section { display: flex; flex-direction: column; gap: 0.5rem; min-width: 0; min-height: 0; }
.title { display: flex; align-items: center; gap: 0.75rem; min-height: 2.25rem; }
.title :first-child { margin-inline-end: auto; }
.title button, .title a { font-size: 0.8125rem; }

.monitor { flex: 1; display: flex; min-height: 32rem; border: 0.5rem solid light-dark(#c9ced4, #2b2f35); border-radius: 0.75rem;
  overflow: hidden; background: var(--card); }
.monitor iframe { flex: 1; width: 100%; border: 0; }
.hint { margin: auto; padding: 2rem; max-width: 30rem; color: var(--soft); }

.device { flex: 1; display: flex; flex-direction: column; min-height: 38rem; max-height: 50rem; border: 0.625rem solid #23262a;
  border-radius: 2.25rem; overflow: hidden; background: var(--sunk); box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 0.18); }
.bar { position: relative; display: flex; align-items: center; justify-content: center; min-height: 3rem; padding: 0.25rem 5.25rem;
  background: var(--card); border-bottom: 1px solid var(--line); text-align: center; }
.bar strong { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#home { position: absolute; inset-inline-start: 0.75rem; padding: 0.2rem 0.6rem; font-size: 0.8125rem; }
#screen { flex: 1; display: flex; flex-direction: column; overflow: auto; padding: 1rem; }
#person { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; padding: 0.625rem 1rem 0.875rem; background: var(--card);
  border-top: 1px solid var(--line); }
.home { display: grid; gap: 0.75rem; align-content: start; }
.home h3 { margin-top: 0.5rem; font-size: 0.8125rem; color: var(--soft); }
.scan { padding: 0.9rem; font-size: 1.0625rem; border-radius: 0.75rem; }
.codes { display: grid; gap: 0.4rem; }
.code { width: 100%; display: grid; grid-template-columns: 1fr auto; text-align: start; border-inline-start: 0.25rem solid var(--accent); }
.code span { grid-column: 1; color: var(--soft); font-size: 0.8125rem; }
.code time { grid-area: 1 / 2; }
.paste { display: grid; grid-template-columns: 1fr auto; align-items: end; gap: 0.5rem; margin-top: 0.5rem; }
.sheet { margin: auto 0; display: grid; gap: 0.75rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; }
.sheet h3 { font-size: 1.0625rem; }
.sheet dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.75rem; font-size: 0.875rem; }
.sheet dt { color: var(--soft); }
.sheet dd { overflow-wrap: anywhere; }
.outcome { margin: auto; display: grid; gap: 0.75rem; justify-items: center; text-align: center; padding: 1rem; overflow-wrap: anywhere; }
.mark { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border-radius: 50%; font-size: 1.75rem; font-weight: 700;
  background: var(--line); }
.good .mark { background: var(--good); color: var(--good-text); }
.bad .mark { background: var(--bad); color: var(--bad-text); }
.chat { display: grid; gap: 1rem; justify-items: start; }
.chat > button { justify-self: center; font-size: 0.8125rem; }
.event { justify-self: center; text-align: center; color: var(--soft); font-size: 0.8125rem; }
.bubble { max-width: 92%; padding: 0.75rem 0.9rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card);
  border: 1px solid var(--line); border-radius: 0.25rem 0.9rem 0.9rem 0.9rem; }
.browser { flex: 1; display: flex; flex-direction: column; gap: 0.5rem; margin: -0.5rem; font-size: 0.8125rem; }
.browser summary { cursor: pointer; overflow-wrap: anywhere; font-size: 0.8125rem; font-weight: 400; color: var(--soft); }
.browser iframe { flex: 1; min-height: 22rem; width: 100%; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }

.panel { flex: 1; display: flex; flex-direction: column; gap: 0.75rem; min-height: 0; }
.card { padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
.card summary { cursor: pointer; }
#faults { display: grid; grid-template-columns: 1fr 1fr 4.5rem; gap: 0.5rem; margin-top: 0.5rem; align-items: end; }
.wide { grid-column: 1 / -1; }
.actions { display: flex; gap: 0.5rem; }
#ordered { color: var(--soft); font-size: 0.8125rem; }
#ordered .bad { color: var(--bad-text); }
#settings { margin-top: 0.5rem; }
fieldset { display: grid; gap: 0.35rem; margin: 0; padding: 0; border: 0; min-width: 0; }
#settings details { display: grid; gap: 0.35rem; }
#settings summary { font-size: 0.8125rem; font-weight: 400; color: var(--soft); }
.switch { display: flex; align-items: center; gap: 0.5rem; color: var(--text); }
.switch input { accent-color: var(--accent); width: 1rem; height: 1rem; margin: 0; }
.choice { grid-template-columns: 1fr auto; align-items: center; color: var(--text); margin-block: 0.2rem; }
.choice select { padding: 0.15rem 0.4rem; }
.log { flex: 1; display: flex; flex-direction: column; min-height: 20rem; padding-inline: 0; padding-bottom: 0; overflow: hidden; }
.log > .title, .log > p { padding-inline: 1rem; }
#calls { flex: 1; overflow: auto; margin-top: 0.5rem; font-size: 0.8125rem; }
#calls:focus-visible { outline-offset: -3px; }
#calls li { border-top: 1px solid var(--line); }
#calls summary { display: flex; align-items: center; gap: 0.5rem; padding: 0.35rem 1rem; font-size: 0.8125rem; font-weight: 400; }
#calls summary:hover { background: var(--sunk); }
#calls time, .method { color: var(--soft); font-variant-numeric: tabular-nums; }
#calls code { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: ui-monospace, monospace; }
.badge { padding: 0 0.45rem; border-radius: 1rem; background: var(--line); white-space: nowrap; font-variant-numeric: tabular-nums; }
.badge.good { background: var(--good); color: var(--good-text); }
.badge.refused, .badge.fault { background: var(--refused); color: var(--refused-text); font-weight: 600; }
.badge.bad { background: var(--bad); color: var(--bad-text); font-weight: 600; }
.part { padding: 0 1rem 0.5rem; }
.part h4 { font-size: 0.75rem; color: var(--soft); font-weight: 600; }
.part pre { margin: 0; padding: 0.5rem; max-height: 16rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 0.75rem/1.45 ui-monospace, monospace; background: var(--sunk); border-radius: 0.4rem; }

@media (min-width: 75rem) {
  body { height: 100vh; min-height: 44rem; }
  .panel { overflow: auto; }
}
@media (max-width: 74.99rem) {
  main { grid-template-columns: minmax(18rem, 1fr) minmax(18rem, 23rem); }
  #wechat { grid-column: 1 / -1; }
  .log { max-height: 40rem; }
}
@media (max-width: 44.99rem) {
  header { padding: 0.6rem 1rem; }
  header p { order: 3; flex-basis: 100%; }
  header h1 { flex: 1; }
  nav { position: sticky; top: 0; z-index: 1; display: grid; grid-template-columns: repeat(3, 1fr); background: var(--card);
    border-bottom: 1px solid var(--line); text-align: center; }
  nav a { padding: 0.7rem; text-decoration: none; font-weight: 600; }
  main { grid-template-columns: minmax(0, 1fr); padding: 0.5rem 0.75rem 1rem; }
  section { scroll-margin-top: 3.25rem; }
  .monitor { min-height: 34rem; border-width: 0.25rem; }
  #faults { grid-template-columns: 1fr 4.5rem; }
  #faults label:first-of-type { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
}
`;
