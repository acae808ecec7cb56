import { AppError } from '../errors/app-error.js';
import { nameOfFailure } from './name-of-failure.js';

it.each([
  [new AppError('wechat_code_used', { privateMessage: 'code secret been used' }), 'wechat_code_used'],
  [Object.assign(new Error('secret'), { driverError: { code: 'ER_DUP_ENTRY' } }), 'ER_DUP_ENTRY'],
  [Object.assign(new Error('connect secret:6379'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new TypeError('secret'), 'TypeError'],
  ['secret', 'unknown'],
  [undefined, 'unknown'],
])('%s is called %s and quotes nothing', (thrown, name) => expect(nameOfFailure(thrown)).toBe(name));
