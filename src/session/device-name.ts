import Bowser from 'bowser';
import type { Language } from '../platform/errors/app-error.js';

const weComMark = /\bwxwork\//i;
const miniProgramMark = /\bminiProgram\b|\bMiniProgramEnv\//;

const words = {
  zh: { WeChat: '微信', WeCom: '企业微信', miniProgram: '微信小程序' },
  en: { WeChat: 'WeChat', WeCom: 'WeCom', miniProgram: 'WeChat mini program' },
} as const;

/** What people call the device behind a user agent, such as `微信 · iPhone`; nothing where it says too little. */
export function deviceNameOf(userAgent: string | null, language: Language): string | null {
  if (!userAgent) return null;
  const { browser, os, platform } = Bowser.parse(userAgent);
  const app = appName(userAgent, browser.name, language);
  const machine = platform.model ?? os.name;
  return [app, machine].filter(Boolean).join(' · ') || null;
}

function appName(userAgent: string, browser: string | undefined, language: Language): string | undefined {
  if (weComMark.test(userAgent)) return words[language].WeCom;
  if (browser !== 'WeChat') return browser;
  return miniProgramMark.test(userAgent) ? words[language].miniProgram : words[language].WeChat;
}
