import type { Condition } from '../finding.js';

const remedy = {
  zh: '在两边启用 NTP（chrony 或 systemd-timesyncd）；容器使用宿主机的时钟。',
  en: 'Run NTP on both sides (chrony or systemd-timesyncd); a container has the clock of its host.',
};

export const clockConditions = {
  'clock-wechat': {
    status: 'warn',
    title: {
      zh: '本机时钟比微信{direction} {seconds} 秒',
      en: "This machine's clock is {seconds} s {direction} WeChat's",
    },
    cause: {
      zh: '相差 5 分钟以上，微信的推送会被当作过期拒绝；令牌的有效期也会算错。',
      en: "From 5 minutes on, WeChat's pushes are refused as stale, and the lives of tokens are wrong.",
    },
    remedy,
  },
  'clock-database': {
    status: 'warn',
    title: {
      zh: '本机时钟比数据库{direction} {seconds} 秒',
      en: "This machine's clock is {seconds} s {direction} the database's",
    },
    cause: {
      zh: '会话、封禁和 nonce 的到期时间由两边的时钟共同决定，会提前或推迟失效。',
      en: 'Both decide when sessions, blocks and nonces end, which then end early or late.',
    },
    remedy,
  },
  'clock-redis': {
    status: 'warn',
    title: {
      zh: '本机时钟比 Redis {direction} {seconds} 秒',
      en: "This machine's clock is {seconds} s {direction} that of Redis",
    },
    cause: {
      zh: '限流窗口按 Redis 的时钟计算，Retry-After 会说错。',
      en: 'Limits are counted by the clock of Redis, so that Retry-After is wrong.',
    },
    remedy,
  },
} satisfies Record<string, Condition>;
