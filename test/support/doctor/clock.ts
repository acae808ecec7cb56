import { startFakeRedis } from '../fake-redis.js';
import type { Provocation } from './provocation.js';

export const clockProvocations: Provocation[] = [
  {
    condition: 'clock-wechat',
    how: 'a server whose Date is 10 minutes behind',
    provoke: async (world) => ({
      WECHAT_API_URL: await world.serve((_request, response) => {
        response.setHeader('date', new Date(Date.now() - 600_000).toUTCString());
        response.end('{"errcode":41002,"errmsg":"appid missing"}');
      }),
    }),
  },
  {
    condition: 'clock-database',
    how: 'MariaDB whose init_connect sets the time 2 minutes ahead',
    provoke: async (world) => {
      const login = { name: 'ahead', password: 'plantedPassword1' };
      const url = await world.database(undefined, login);
      await world.sql(
        `CREATE USER ahead@127.0.0.1 IDENTIFIED BY '${login.password}'`,
        `GRANT ALL ON ${new URL(url).pathname.slice(1)}.* TO ahead@127.0.0.1`,
        "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + 120'",
      );
      world.afterwards(() => world.sql("SET GLOBAL init_connect = ''"));
      return { DATABASE_URL: url };
    },
  },
  {
    condition: 'clock-redis',
    how: 'a server whose TIME is 90 s behind (fake)',
    provoke: async (world) => {
      const fake = await startFakeRedis({ behindSeconds: 90 });
      world.afterwards(() => fake.close());
      return { REDIS_URL: fake.url };
    },
  },
];
