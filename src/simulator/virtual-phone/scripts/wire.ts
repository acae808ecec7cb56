/** What all scripts share: words, control calls, elements. Everything shown is text, never HTML. */
export const wireScript = `const page = document.querySelector('main').dataset;

export const api = page.api;

export const words = await (await fetch(page.base + '/assets/words.' + page.language + '.json')).json();

/** The words with what stands in braces filled in. */
export const fill = (text, values) => text.replace(/{(\\w+)}/g, (_, name) => values[name] ?? '');

/** An element; properties that begin with "on" are listeners, those with a dash are attributes. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key.includes('-') || key === 'role') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

export const button = (label, onclick, className = '') =>
  el('button', { type: 'button', className, onclick }, label);

/** A control call of the simulator; throws an Error with its words, and its name as the name. */
export async function control(method, path, body) {
  const answer = await fetch(page.base + '/control/' + path, { method, ...json(body) });
  const content = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(content.message), { name: content.error });
  return content;
}

/** A call of the service's public API; throws an Error with its words and its trace id. */
export async function service(method, path, body, token) {
  const { headers, ...rest } = json(body);
  const answer = await fetch(api + path, {
    method,
    credentials: 'omit',
    headers: { ...headers, 'accept-language': page.language, ...(token && { authorization: 'Bearer ' + token }) },
    ...rest,
  });
  const content = await answer.json();
  if (answer.ok) return content.data;
  const field = content.data?.fields?.[0]?.message;
  const message = content.message + (field ? ': ' + field : '');
  throw Object.assign(new Error(message), { name: content.error, traceId: content.traceId });
}

function json(body) {
  if (body === undefined) return {};
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
`;
