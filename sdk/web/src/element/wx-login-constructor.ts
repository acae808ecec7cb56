import { adoptStyles } from './styles.js';
import type { WxLoginElement } from './wx-login-element.js';
import { attributesOf, type WxLoginOptions } from './wx-login-options.js';

/** `new WxLogin({id, appid, …})`, as with WeChat's own script: a page that used that one need change nothing else. */
export class WxLogin {
  readonly element: WxLoginElement;

  constructor(options: WxLoginOptions) {
    const place = document.getElementById(options.id);
    if (!place) throw new Error(`WxLogin: there is no element with the id ${options.id}`);
    const element = document.createElement('wx-login') as WxLoginElement;
    this.element = element;
    for (const [name, value] of Object.entries(attributesOf(options))) element.setAttribute(name, value);
    element.addEventListener('ready', () => options.onQRcodeReady?.());
    element.addEventListener('ready', () => options.onReady?.(true), { once: true });
    place.replaceChildren(element);
    if (options.href !== undefined) addStyles(element.shadowRoot!, options.href);
  }
}

function addStyles(root: ShadowRoot, href: string): void {
  const [, inside] = /^data:text\/css(?:;charset=[\w-]+)?;base64,(.*)$/i.exec(href) ?? [];
  if (inside !== undefined) return adoptStyles(root, textOf(inside));
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  root.append(link);
}

/** Of base64, which holds UTF-8. */
function textOf(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)));
}
