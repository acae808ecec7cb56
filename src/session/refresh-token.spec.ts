import { v7 } from 'uuid';
import {
  familyHash,
  formatRefreshToken,
  newRefreshToken,
  newRotationSalt,
  parseRefreshToken,
  refreshHash,
  successorOf,
} from './refresh-token.js';

describe('a refresh token', () => {
  const token = newRefreshToken(v7());

  it('is text without meaning outside, and the same token inside', () => {
    const text = formatRefreshToken(token);
    expect(text).toMatch(/^[\w-]{86}$/);
    expect(parseRefreshToken(text)).toEqual(token);
  });

  it('has one successor by one salt, of the same session and family', () => {
    const salt = newRotationSalt();
    const successor = successorOf(token, salt);
    expect(successorOf(token, salt)).toEqual(successor);
    expect(refreshHash(successor)).not.toBe(refreshHash(token));
    expect(familyHash(successor)).toBe(familyHash(token));
    expect(successor.sessionId).toBe(token.sessionId);
    expect(refreshHash(successorOf(token, newRotationSalt()))).not.toBe(refreshHash(successor));
    expect(refreshHash(successorOf(newRefreshToken(token.sessionId), salt))).not.toBe(refreshHash(successor));
  });

  it('has one spelling', () => {
    const text = formatRefreshToken(token);
    const last = text.at(-1)!;
    const twin = text.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1);
    for (const other of [`${text}=`, ` ${text}`, `${text}\n`, text.slice(1), twin, '']) {
      const parsed = parseRefreshToken(other);
      expect(parsed === undefined || refreshHash(parsed) !== refreshHash(token)).toBe(true);
    }
  });
});
