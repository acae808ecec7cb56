import { WxLoginElement } from './element/wx-login-element.js';

export { WxLogin } from './element/wx-login-constructor.js';
export type { WxLoginOptions } from './element/wx-login-options.js';
export { WxLoginElement, type WxLoginEvents } from './element/wx-login-element.js';

if (!customElements.get('wx-login')) customElements.define('wx-login', WxLoginElement);
