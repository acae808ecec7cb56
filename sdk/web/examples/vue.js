import { createClient } from '@wxpass/web';
import '@wxpass/web/wx-login.js';
import { createApp, h, onMounted, ref } from 'vue';
import { baseUrl, mode, via } from './settings.js';

const client = createClient({ baseUrl, mode });

const App = {
  setup() {
    const user = ref(null);
    const reason = ref('');

    const load = async () => {
      const response = await client.fetch('/api/v1/users/me');
      if (response.ok) user.value = (await response.json()).data;
    };
    const onConfirmed = async ({ detail }) => {
      await client.accept(detail.answer);
      await load();
    };
    client.onSignedOut((why) => {
      user.value = null;
      reason.value = `Signed out: ${why}`;
    });
    onMounted(async () => {
      if (await client.isSignedIn()) await load();
    });

    return () => [
      h('h1', 'Vue'),
      user.value
        ? h('button', { id: 'out', type: 'button', onClick: () => client.logout() }, 'Log out')
        : h('wx-login', { 'base-url': baseUrl, mode, via, onConfirmed }),
      h(
        'p',
        { id: 'who', role: 'status' },
        user.value ? `Hello, ${user.value.nickname ?? user.value.id}` : reason.value,
      ),
    ];
  },
};

createApp(App).mount('#app');
