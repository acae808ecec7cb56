/** A website's QR code: allow or cancel. */
export const websiteScript = `import { button, control, el, fill, words } from './wire.js';
import { attempt, outcome, show } from './screen.js';

export async function openWebsite({ uuid, appName, appId }, person) {
  const app = appName ?? appId;
  const decide = (decision) => control('POST', 'qr-logins', { uuid, decision, person });
  const ask = async () => {
    const { status, person: scanner } = await decide('scan');
    if (status === 'confirmed') return void show(app, outcome('plain', words.decidedAlready));
    if (scanner !== person) return void show(app, outcome('plain', words.someoneElseScanned));
    show(
      app,
      el('div', { className: 'sheet' },
        el('h3', {}, fill(words.websiteAsks, { app })),
        el('p', { className: 'soft' }, words.websiteReads),
        el('p', {}, fill(words.loggedInAs, { name: person })),
        button(words.allow, () => attempt(allow, ask), 'main'),
        button(words.cancel, () => attempt(cancel, ask)),
      ),
    );
  };
  const allow = async () => {
    await decide('confirm');
    show(app, outcome('good', words.websiteAllowed));
  };
  const cancel = async () => {
    await decide('cancel');
    show(app, outcome('plain', words.websiteCancelled));
  };
  await attempt(ask, ask);
}
`;
