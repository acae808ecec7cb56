import { createClient } from '@wxpass/web';
import '@wxpass/web/wx-login.js';
import { createElement as h, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { baseUrl, mode, via } from './settings.js';

const client = createClient({ baseUrl, mode });

function App() {
  const [user, setUser] = useState(null);
  const [reason, setReason] = useState('');

  const load = async () => {
    const response = await client.fetch('/api/v1/users/me');
    if (response.ok) setUser((await response.json()).data);
  };
  const onconfirmed = async ({ detail }) => {
    await client.accept(detail.answer);
    await load();
  };
  useEffect(() => {
    void client.isSignedIn().then((isSignedIn) => isSignedIn && load());
    return client.onSignedOut((why) => {
      setUser(null);
      setReason(`Signed out: ${why}`);
    });
  }, []);

  return [
    h('h1', { key: 'title' }, 'React'),
    user
      ? h('button', { key: 'out', id: 'out', type: 'button', onClick: () => client.logout() }, 'Log out')
      : h('wx-login', { key: 'login', 'base-url': baseUrl, mode, via, onconfirmed }),
    h('p', { key: 'who', id: 'who', role: 'status' }, user ? `Hello, ${user.nickname ?? user.id}` : reason),
  ];
}

createRoot(document.getElementById('app')).render(h(App));
