import { summaryOf } from './trace-queries.js';

const tables = new Set(['users', 'sessions', 'wechat_identities', 'audit_log']);

it.each([
  ['SELECT `s`.`id` FROM `sessions` `s` INNER JOIN `users` `u` ON u.id = s.user_id', 'SELECT sessions users'],
  ['SELECT "id" FROM "users" WHERE id IN (SELECT user_id FROM "users")', 'SELECT users'],
  ['insert into audit_log (id) values (?)', 'INSERT audit_log'],
  ['UPDATE `sessions` SET `ended_at` = ? WHERE `id` = ?', 'UPDATE sessions'],
  ['  DELETE FROM wechat_identities', 'DELETE wechat_identities'],
  ['START TRANSACTION', 'START'],
  ["SELECT 1 FROM openid WHERE text = 'from sessionkey and into secret'", 'SELECT'],
  ["'secret'", 'QUERY'],
])('%s is told as %s', (sql, summary) => expect(summaryOf(sql, tables)).toBe(summary));
