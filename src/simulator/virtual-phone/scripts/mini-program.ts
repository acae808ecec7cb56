/** A mini program that confirms logins: it has a code from WeChat, and speaks with the service's public API alone. */
export const miniProgramScript = `import { api, button, control, el, fill, service, words } from './wire.js';
import { attempt, failure, outcome, show } from './screen.js';

export async function openMiniProgram({ appId, appName, scene }, person) {
  const app = appName ?? appId;
  const again = () => openMiniProgram({ appId, appName, scene }, person);
  if (!api) return void show(app, outcome('bad', words.noApi));
  show(app, outcome('plain', words.miniProgramLoads));
  try {
    const { accessToken, user } = await logIn(appId, person);
    const scan = scanOf(scene, accessToken);
    await scan('POST', 'scanned', {});
    ask(await scan('GET', 'request'), user);

    function ask(request, user) {
      const digits = el('input', { inputMode: 'numeric', maxLength: 8, autocomplete: 'off' });
      const field = el('label', {}, words.matchCode, digits);
      const left = el('dd');
      const isShown = show(
        app,
        el('form', { className: 'sheet', onsubmit: (event) => (event.preventDefault(), attempt(confirm, retry)) },
          el('h3', {}, words.miniProgramAsks),
          el('dl', {},
            el('dt', {}, words.address), el('dd', {}, request.address),
            el('dt', {}, words.device), el('dd', {}, request.userAgent ?? words.unknownDevice),
            el('dt', {}, words.since), el('dd', {}, new Date(request.createdAt).toLocaleTimeString()),
            el('dt', {}, words.expires), left,
          ),
          el('p', {}, fill(words.loggedInAs, { name: user.nickname ?? person })),
          ...(request.matchCodeRequired ? [field] : []),
          el('button', { className: 'main' }, words.confirmLogin),
          button(words.rejectLogin, () => attempt(reject, again)),
          el('p', { className: 'soft' }, words.ifNotYou),
        ),
      );
      count(left, request.expiresAt, isShown);
      const retry = async () => ask(request, user);
      const confirm = async () => {
        const matchCode = request.matchCodeRequired ? { matchCode: digits.value } : {};
        await scan('POST', 'confirm', matchCode);
        show(app, outcome('good', words.confirmed));
      };
      const reject = async () => {
        await scan('POST', 'reject', {});
        show(app, outcome('plain', words.rejected));
      };
    }
  } catch (error) {
    show(app, error.name === 'not_found' ? outcome('plain', words.miniProgramHome) : failure(error, again));
  }
}

/** What wx.login gives goes to the service, which answers with its tokens. */
async function logIn(appId, person) {
  const { code } = await control('POST', 'codes', { kind: 'mini-program', appId, person });
  const device = { type: 'mini-program', name: 'WeChat simulator' };
  return service('POST', '/auth/wechat/mini-program', { code, appId, device });
}

/** The scene is the id of the scan. */
function scanOf(scene, token) {
  const path = '/auth/scans/' + encodeURIComponent(decodeURIComponent(scene)) + '/';
  return (method, act, body) => service(method, path + act, body, token);
}

function count(element, expiresAt, isShown) {
  const seconds = Math.ceil((Date.parse(expiresAt) - Date.now()) / 1000);
  element.textContent = seconds > 0 ? fill(words.secondsLeft, { seconds }) : words.expired;
  setTimeout(() => seconds > 0 && isShown() && count(element, expiresAt, isShown), 1000);
}
`;
