import { randomBytes } from 'node:crypto';
import type { SimulatedApp } from './apps.js';
import { BadRequest } from './bad-request.js';
import { encryptData, hashEncryptedData, signRawData } from './open-data.js';
import { openidOf, type Person } from './people.js';
import { phoneInfo, phoneNumberOf } from './phone-numbers.js';
import type { Simulation } from './simulation.js';

/** For how long checkencryptedmsg remembers. */
const remembersMs = 3 * 24 * 3600_000;

/** What WeChat tells of anybody since 2022-10-25. */
const anonymousProfile = {
  nickName: '微信用户',
  gender: 0,
  language: 'zh_CN',
  city: '',
  province: '',
  country: '',
  avatarUrl:
    'https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132',
};

export interface DataOrder {
  person: Person;
  kind: 'profile' | 'phone';
  /** Made with the person's valid session_key, or with the one before. */
  which: 'current' | 'previous';
  /** Instead of the usual fields, or beside them. */
  data: Record<string, unknown>;
  watermark: Record<string, unknown>;
}

/** What `wx.getUserProfile` and `wx.getPhoneNumber` give; `rawData` and `signature` come with a profile only. */
export interface EncryptedData {
  encryptedData: string;
  iv: string;
  rawData?: string;
  signature?: string;
}

/** @throws BadRequest where the person has no such session_key towards this app */
export function encryptedDataOf(simulation: Simulation, app: SimulatedApp, order: DataOrder): EncryptedData {
  const sessionKey = sessionKeyOf(simulation, app, order);
  const { watermark, ...data } = plainDataOf(simulation, app, order);
  const iv = randomBytes(16).toString('base64');
  const encryptedData = encryptData(JSON.stringify({ ...data, watermark }), sessionKey, iv);
  if (order.kind === 'phone') {
    remember(simulation, app, encryptedData);
    return { encryptedData, iv };
  }
  const { openId: _openId, unionId: _unionId, ...rawFields } = data as Record<string, unknown>;
  const rawData = JSON.stringify(rawFields);
  return { encryptedData, iv, rawData, signature: signRawData(rawData, sessionKey) };
}

function sessionKeyOf({ sessionKeys }: Simulation, { appId }: SimulatedApp, { person, which }: DataOrder) {
  const sessionKey = sessionKeys.of(appId, openidOf(person, appId))?.[which];
  if (sessionKey === undefined) {
    throw new BadRequest('no_session', `person: has no ${which} session_key, let him log in`);
  }
  return sessionKey;
}

function plainDataOf({ settings, now }: Simulation, { appId }: SimulatedApp, order: DataOrder) {
  const phone = phoneInfo(phoneNumberOf(order.person), appId, now(), settings);
  const { watermark, ...usual } =
    order.kind === 'phone' ? phone : { ...anonymousProfile, watermark: phone.watermark };
  return { ...usual, ...order.data, watermark: { ...watermark, ...order.watermark } };
}

function remember({ encryptedMessages, settings, now }: Simulation, { appId }: SimulatedApp, data: string) {
  const hash = hashEncryptedData(data, settings.encryptedMessageHash);
  encryptedMessages.set(hash, { appId, createdAt: Math.floor(now() / 1000) }, remembersMs);
}
