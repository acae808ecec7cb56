type Content = Node | string | undefined;

/** An element with its properties and content. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...content: Content[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content.filter((one) => one !== undefined));
  return element;
}

/** A button that does one thing at a time. */
export function button(
  label: string,
  onClick: () => Promise<void> | void,
  properties: Partial<HTMLButtonElement> = {},
): HTMLButtonElement {
  const element = make('button', { type: 'button', ...properties }, label);
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-busy') === 'true') return;
    element.setAttribute('aria-busy', 'true');
    void Promise.resolve(onClick()).finally(() => element.removeAttribute('aria-busy'));
  });
  return element;
}
