import type { DataSource } from 'typeorm';
import { Argon2 } from '../../src/users/argon2.js';
import type { Config } from '../../src/platform/config/config.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { PasswordHasher } from '../../src/users/password-hasher.service.js';
import { PasswordPolicy } from '../../src/users/password-policy.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { Users } from '../../src/users/users.service.js';

/** Counts what is computed in place of computing it: `cost:password` is the hash. */
export class CountedArgon2 extends Argon2 {
  override readonly nobodys = 'nobody';
  computed = 0;
  cost = 1;

  override hash(password: string): Promise<string> {
    this.computed++;
    return Promise.resolve(`${this.cost}:${password}`);
  }

  override verify(hash: string, password: string): Promise<boolean> {
    this.computed++;
    return Promise.resolve(hash.replace(/^\d+:/, '') === password);
  }

  override isOutdated(hash: string): boolean {
    return Number(hash.split(':', 1)[0]) < this.cost;
  }
}

/** The real services on a real database, without an app around them. */
export function passwordServicesOn(dataSource: DataSource, argon2: Argon2 = new CountedArgon2()) {
  const users = new Users(dataSource.getRepository(UserEntity), dataSource);
  const policy = new PasswordPolicy({ publicUrl: 'https://login.example.test' } as Config);
  return {
    users,
    policy,
    passwords: new Passwords(dataSource, users, new PasswordHasher(argon2, new Metrics()), policy),
  };
}
