import { createHmac } from 'node:crypto';
import { ClientSecret } from './client-secret.js';

describe('the secret of a machine client', () => {
  it.each(['a', 'sixteen letters.', '密钥-ünïcode', 'x'.repeat(64), 'x'.repeat(65), '密'.repeat(100)])(
    '%s is known from every other text, and by what it signs',
    (text) => {
      const secret = new ClientSecret(text);
      const signature = createHmac('sha256', text).update('some lines').digest('hex');
      expect(secret.isAmong([text, 'another'])).toBe(true);
      expect(secret.isAmong(['another', text])).toBe(true);
      expect(secret.isAmong(['', `${text}x`, text.slice(1), text.toUpperCase() + text])).toBe(false);
      expect(secret.hasSigned('some lines', signature)).toBe(true);
      expect(secret.hasSigned('some lines', signature.toUpperCase())).toBe(true);
      expect(secret.hasSigned('other lines', signature)).toBe(false);
      for (const other of ['', signature.slice(2), `${signature}00`, `${signature} `, 'f'.repeat(64)]) {
        expect(secret.hasSigned('some lines', other)).toBe(false);
      }
    },
  );
});
