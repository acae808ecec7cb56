import { ReplyError } from 'ioredis';
import { redisFailure } from './redis-failure.js';

describe('a failure of Redis, made fit for the log', () => {
  it('keeps the kind of a refusal, and neither its words nor the command', () => {
    const refusal: Error = Object.assign(
      new ReplyError("ERR unknown command, with args beginning with: 'secret'"),
      {
        command: { name: 'set', args: ['key', 'secret'] },
      },
    );
    const failure = redisFailure(refusal);
    expect(failure.message).toBe('Redis refused: ERR');
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain('secret');
  });

  it('keeps what the network said', () => {
    expect(redisFailure(new Error('connect ECONNREFUSED 127.0.0.1:6379')).message).toBe(
      'connect ECONNREFUSED 127.0.0.1:6379',
    );
  });

  it('names the code where an error has no words', () => {
    const silent = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(redisFailure(silent).message).toBe('ECONNREFUSED');
  });
});
