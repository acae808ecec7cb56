/** Shows and changes how WeChat behaves. */
export const settingsScript = `import { control } from './wire.js';

const form = document.querySelector('#settings');
const fieldset = form.querySelector('fieldset');
const fields = [...form.querySelectorAll('[name]')];

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('change', async ({ target }) => {
  const value = target.type === 'checkbox' ? target.checked : JSON.parse(target.value);
  show(await control('PUT', 'settings', { [target.name]: value }));
});

function show(settings) {
  for (const field of fields) {
    const value = settings[field.name];
    if (field.type === 'checkbox') field.checked = value;
    else field.value = JSON.stringify(value);
  }
}

show(await control('GET', 'settings'));
fieldset.disabled = false;
`;
