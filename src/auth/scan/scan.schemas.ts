import { z } from 'zod';
import { codeChallengeText } from '../../platform/http/return-to.service.js';
import { wechatAppId } from '../../wechat/wechat-app-id.js';
import { scanKinds, scanStatuses } from './scan-ticket.js';

export const longestWaitSeconds = 30;

export const scanParam = z.object({ scanId: z.string().describe('As beginning the scan gave it') });

export const newScan = z.strictObject({
  via: z.enum(scanKinds).describe('Whose code is to be scanned'),
  appId: wechatAppId(),
  codeChallenge: codeChallengeText
    .optional()
    .describe('PKCE, S256: who shows its verifier may use the login code'),
});
export const newScanExample: z.input<typeof newScan> = {
  via: 'mini-program',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

export const createdScan = z.object({
  scanId: z
    .string()
    .regex(/^[\w-]{22,32}$/)
    .describe('Public: it is in the QR code'),
  scanToken: z.string().describe('Secret: sent as X-Scan-Token where the cookie cannot be'),
  status: z.literal('pending').describe('Nobody has scanned it yet'),
  qr: z
    .object({
      content: z.string().describe('What the QR code says'),
      imageUrl: z
        .url()
        .describe("An image of it; for a mini program WeChat's own code where a credential allows it"),
    })
    .describe('The QR code to be scanned'),
  matchCode: z.string().optional().describe('To be shown beside the QR code: the phone asks for it'),
  expiresIn: z.int().describe('Seconds until the scan is expired'),
  pollInterval: z.int().describe('Seconds between two questions of who does not wait'),
});
export type CreatedScan = z.infer<typeof createdScan>;
export const createdScanExample: CreatedScan = {
  scanId: 'q3Jx0Vd9u2Kc7LmNfT5wYbZs',
  scanToken: 'dGhpcyBpcyBvbmx5IGFuIGV4YW1wbGUgb2YgYSB0b2s',
  status: 'pending',
  qr: {
    content: 'https://login.example.com/login/confirm?scan=q3Jx0Vd9u2Kc7LmNfT5wYbZs',
    imageUrl: 'https://login.example.com/api/v1/auth/scans/q3Jx0Vd9u2Kc7LmNfT5wYbZs/qr.png',
  },
  expiresIn: 120,
  pollInterval: 2,
};

const statusText = z.enum(scanStatuses);

export const scanQuery = z.object({
  wait: z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number)
    .pipe(z.int().max(longestWaitSeconds))
    .default(0)
    .describe('Seconds to wait for a change, 0 to 30'),
  status: statusText.optional().describe('What is known already; else what is true now'),
});

export const scanView = z.object({
  status: statusText.describe('What is true now, or since the change'),
  loginCode: z.string().optional().describe('Once confirmed, until it is exchanged, for 60 s at most'),
  user: z
    .object({
      nickname: z.string().nullable().describe('Whose phone it is'),
      avatarUrl: z.string().nullable().describe('https'),
    })
    .optional()
    .describe('Once confirmed'),
});
export type ScanView = z.infer<typeof scanView>;
export const scanExample: ScanView = {
  status: 'confirmed',
  loginCode: 'c1hJ0G6rM3mC2pN8aLr0yqS7uV5wXkZt9eFbDgHiJkQ',
  user: { nickname: '小明', avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTK/132' },
};

export const scanOutcome = z.object({ status: statusText.describe('What is true from now on') });
export type ScanOutcome = z.infer<typeof scanOutcome>;

export const scanRequest = z.object({
  address: z.string().describe('From where the computer asks'),
  userAgent: z.string().nullable().describe('What its browser says that it is'),
  createdAt: z.iso.datetime().describe('When the computer began the scan'),
  expiresAt: z.iso.datetime().describe('Until when it may be decided'),
  matchCodeRequired: z.boolean().describe('Whether the phone must type what the computer shows'),
});
export type ScanRequest = z.infer<typeof scanRequest>;
export const scanRequestExample: ScanRequest = {
  address: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36',
  createdAt: '2026-11-20T08:00:00.000Z',
  expiresAt: '2026-11-20T08:02:00.000Z',
  matchCodeRequired: false,
};

export const confirmation = z.strictObject({
  matchCode: z.string().min(1).max(16).optional().describe('What the computer shows, where it is asked for'),
});
