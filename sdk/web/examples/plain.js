import { createClient } from '@wxpass/web';
import '@wxpass/web/wx-login.js';
import { baseUrl, mode, via } from './settings.js';

const client = createClient({ baseUrl, mode });
const [place, who, out] = ['login', 'who', 'out'].map((id) => document.getElementById(id));

client.onSignedOut((reason) => show(`Signed out: ${reason}`));
out.addEventListener('click', () => client.logout());
place.addEventListener('confirmed', async ({ detail }) => {
  await client.accept(detail.answer);
  await greet();
});

if (await client.isSignedIn()) await greet();
else show('');

async function greet() {
  const response = await client.fetch('/api/v1/users/me');
  if (!response.ok) return;
  const { data } = await response.json();
  place.replaceChildren();
  out.hidden = false;
  who.textContent = `Hello, ${data.nickname ?? data.id}`;
}

function show(text) {
  const login = document.createElement('wx-login');
  for (const [name, value] of Object.entries({ 'base-url': baseUrl, mode, via }))
    login.setAttribute(name, value);
  place.replaceChildren(login);
  out.hidden = true;
  who.textContent = text;
}
