import type { DataSource } from 'typeorm';
import type { UnionidStatus } from './wechat-identity.entity.js';

/** How many people one app knows with one status, and when the newest of them came. */
export interface UnionidCount {
  appId: string;
  kind: string;
  status: UnionidStatus;
  people: number;
  /** Milliseconds since the epoch. */
  newestAt: number;
}

/** Who has a unionid and who has none, by app; reads every identity, for a command. */
export async function countUnionids(dataSource: DataSource): Promise<UnionidCount[]> {
  const rows = await dataSource.query<Record<string, string | number>[]>(
    `SELECT app_id, kind, unionid_status, COUNT(*) AS people, MAX(linked_at) AS newest_at
     FROM wechat_identities GROUP BY app_id, kind, unionid_status ORDER BY app_id`,
  );
  return rows.map((row) => ({
    appId: String(row.app_id),
    kind: String(row.kind),
    status: row.unionid_status as UnionidStatus,
    people: Number(row.people),
    newestAt: Number(row.newest_at),
  }));
}
