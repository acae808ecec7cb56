import type { Condition } from '../finding.js';

export const databaseConditions = {
  'database-host-unknown': {
    status: 'fail',
    title: { zh: '找不到数据库主机 {host}（{code}）', en: 'The database host {host} is not found ({code})' },
    cause: {
      zh: '主机名写错，或此处的 DNS 不认识它。',
      en: 'The name is misspelled, or the DNS used here does not know it.',
    },
    remedy: {
      zh: '核对 DATABASE_URL 或 DATABASE_HOST；在容器中使用服务名，并检查 DNS 与 NetworkPolicy。',
      en: 'Check DATABASE_URL or DATABASE_HOST; in containers use the service name, and check DNS and NetworkPolicy.',
    },
  },
  'database-unreachable': {
    status: 'fail',
    title: {
      zh: '连接不上数据库 {host}:{port}（{code}）',
      en: 'The database at {host}:{port} cannot be reached ({code})',
    },
    cause: {
      zh: '数据库没有运行、只监听本机，或被防火墙挡住；服务会一直回答 503。',
      en: 'It does not run, listens on its own machine alone, or a firewall is between; the service answers 503 meanwhile.',
    },
    remedy: {
      zh: '启动数据库，核对主机与端口（MySQL 的 bind-address），并放行防火墙与安全组。',
      en: "Start it, check host and port (MySQL's bind-address), and open firewalls and security groups.",
    },
  },
  'database-login-refused': {
    status: 'fail',
    title: { zh: '数据库拒绝用户 {user}（{code}）', en: 'The database refuses the user {user} ({code})' },
    cause: {
      zh: '用户名或密码错误，或该用户不允许从本机地址登录、不允许不用 TLS 登录；密码含 @ : / 时放进 URL 也会被误读。',
      en: 'Name or password is wrong, or the user may not come from this address or without TLS; a password with @ : / is misread inside a URL.',
    },
    remedy: {
      zh: '核对用户与密码；密码含特殊字符时改用 DATABASE_HOST、DATABASE_USER、DATABASE_PASSWORD、DATABASE_NAME。',
      en: 'Check both; for a password with such characters use DATABASE_HOST, DATABASE_USER, DATABASE_PASSWORD and DATABASE_NAME.',
    },
  },
  'database-tls': {
    status: 'fail',
    title: {
      zh: '与数据库 {host}:{port} 的 TLS 设置不一致（{code}）',
      en: 'The database at {host}:{port} and DATABASE_TLS do not agree ({code})',
    },
    cause: {
      zh: 'DATABASE_TLS 为 true，而服务器不支持 TLS，或证书由未知机构签发、写的是别的主机名；或者没有设置，而服务器要求 TLS。',
      en: 'It is true, and the server speaks no TLS, or shows a certificate of an unknown authority or for another name; or it is not, and the server wants TLS.',
    },
    remedy: {
      zh: '按服务器设置 DATABASE_TLS，主机名写成证书上的名字，自有 CA 用 NODE_EXTRA_CA_CERTS 指定。',
      en: 'Set it as the server wants, call the host by the name on its certificate, and name a CA of yours in NODE_EXTRA_CA_CERTS.',
    },
  },
  'database-missing': {
    status: 'fail',
    title: { zh: '数据库 {name} 不存在', en: 'There is no database {name}' },
    cause: {
      zh: '服务器可以登录，但没有这个库；wxpass 只建表，不建库。',
      en: 'The server lets us in but has no such database; wxpass makes tables, not databases.',
    },
    remedy: {
      zh: '执行 CREATE DATABASE {name} CHARACTER SET utf8mb4，或修改数据库名。',
      en: 'Run CREATE DATABASE {name} CHARACTER SET utf8mb4, or correct the name.',
    },
  },
  'database-access-denied': {
    status: 'fail',
    title: { zh: '用户 {user} 无权访问数据库 {name}', en: 'The user {user} may not use the database {name}' },
    cause: {
      zh: '用户可以登录，但没有获得这个库的权限。',
      en: 'The user may log in but was granted nothing on this database.',
    },
    remedy: {
      zh: '执行 GRANT ALL PRIVILEGES ON {name}.* TO 该用户；也可以只把建表权限给迁移所用的用户。',
      en: 'Run GRANT ALL PRIVILEGES ON {name}.* TO the user, or grant the schema rights to a user for migrations alone.',
    },
  },
  'database-busy': {
    status: 'fail',
    title: { zh: '数据库的连接已经用完（{code}）', en: 'The database has no connection left ({code})' },
    cause: {
      zh: '所有进程的连接池加起来超过了 max_connections 或该用户的上限。',
      en: "The pools of all processes together exceed max_connections or the user's own limit.",
    },
    remedy: {
      zh: '减小 DATABASE_POOL_SIZE 或 REPLICAS，或调高数据库的 max_connections。',
      en: "Lower DATABASE_POOL_SIZE or REPLICAS, or raise the database's max_connections.",
    },
  },
  'database-failed': {
    status: 'fail',
    title: { zh: '数据库无法使用（{code}）', en: 'The database cannot be used ({code})' },
    cause: {
      zh: '能连上，但它拒绝了最简单的查询，或中途断开。',
      en: 'It can be reached, but refuses the simplest query or hangs up.',
    },
    remedy: {
      zh: '按错误代码查看数据库自己的日志。',
      en: "Look the code up in the database's own log.",
    },
  },
  'database-file-broken': {
    status: 'fail',
    title: {
      zh: '数据库文件 {file} 打不开（{code}）',
      en: 'The database file {file} does not open ({code})',
    },
    cause: {
      zh: '它不是 SQLite 文件、已经损坏，或属于另一个用户。',
      en: 'It is no SQLite file, is damaged, or belongs to another user.',
    },
    remedy: {
      zh: '核对 DATABASE_URL 的路径与文件权限；若已损坏，从备份恢复。',
      en: 'Check the path in DATABASE_URL and the rights of the file; restore a backup of a damaged one.',
    },
  },
  'database-version': {
    status: 'fail',
    title: { zh: '不支持数据库版本 {version}', en: 'The database version {version} is not supported' },
    cause: {
      zh: 'wxpass 需要 MySQL 8 或 MariaDB 10.6 以上。',
      en: 'wxpass needs MySQL 8 or MariaDB 10.6, or later.',
    },
    remedy: { zh: '升级数据库，升级前先备份。', en: 'Upgrade the database, after a backup.' },
  },
  'database-charset': {
    status: 'fail',
    title: {
      zh: '数据库 {name} 的字符集是 {charset}',
      en: 'The character set of the database {name} is {charset}',
    },
    cause: {
      zh: '微信昵称含有表情符号，旧的 utf8 存不下；服务会拒绝启动。',
      en: "WeChat nicknames hold emoji, which MySQL's old utf8 refuses or cuts; the service does not start.",
    },
    remedy: {
      zh: '执行 ALTER DATABASE {name} CHARACTER SET utf8mb4。',
      en: 'Run ALTER DATABASE {name} CHARACTER SET utf8mb4.',
    },
  },
  'database-read-only': {
    status: 'fail',
    title: { zh: '数据库 {host} 是只读的', en: 'The database at {host} is read-only' },
    cause: {
      zh: '连到了从库，或主从切换后仍指向旧主库；登录无法写入。',
      en: 'It is a replica, or the former primary after a failover; no login can be written.',
    },
    remedy: {
      zh: '把 DATABASE_URL 指向主库的地址。',
      en: 'Let DATABASE_URL name the primary.',
    },
  },
  'database-connections': {
    status: 'warn',
    title: {
      zh: '{replicas} 个副本 × {pool} 个连接接近或超过数据库的 {most} 个',
      en: '{replicas} replicas × {pool} connections come near or exceed the {most} of the database',
    },
    cause: {
      zh: '高峰或滚动更新（新旧副本并存）时连接会用完，请求回答 503。',
      en: 'Under load, or while an update runs old and new replicas side by side, none is left and requests get 503.',
    },
    remedy: {
      zh: '让 REPLICAS × DATABASE_POOL_SIZE 不超过 max_connections 的八成。',
      en: 'Keep REPLICAS × DATABASE_POOL_SIZE below four fifths of max_connections.',
    },
  },
  'migrations-pending': {
    status: 'fail',
    title: { zh: '有 {count} 个迁移尚未执行：{names}', en: '{count} migrations are pending: {names}' },
    cause: {
      zh: '数据库结构比代码旧，DATABASE_MIGRATE 又没有打开，服务会以退出码 78 拒绝启动。',
      en: 'The schema is older than the code and DATABASE_MIGRATE is off: the service refuses to start with exit code 78.',
    },
    remedy: {
      zh: '执行 npm run migration:run（容器中为 node dist/src/migrate.js run）。',
      en: 'Run npm run migration:run (in the container: node dist/src/migrate.js run).',
    },
  },
  'schema-newer': {
    status: 'warn',
    title: {
      zh: '数据库有代码不认识的迁移：{names}',
      en: 'The database has migrations that this code does not know: {names}',
    },
    cause: {
      zh: '正在滚动更新，或程序被回退到了旧版本。',
      en: 'An update is being rolled out, or the program was set back to an older version.',
    },
    remedy: {
      zh: '把更新进行到底；若要长期留在旧版本，先用新版本执行 npm run migration:revert（容器中为 node dist/src/migrate.js revert）。',
      en: 'Finish the update; to stay with the older version, first run npm run migration:revert (in the container: node dist/src/migrate.js revert) with the newer one.',
    },
  },
  'unionid-not-bound': {
    status: 'warn',
    title: {
      zh: '微信没有给 {app} 的 {count} 个用户 unionid',
      en: 'WeChat gives {app} no unionid ({count} people)',
    },
    cause: {
      zh: '该应用没有绑定微信开放平台账号，同一个人在不同应用中会成为不同用户。',
      en: 'The app is not bound to an open-platform account, so one person becomes a different user in each app.',
    },
    remedy: {
      zh: '在 open.weixin.qq.com「管理中心」把所有应用绑定到同一个开放平台账号；用户下次登录时会自动补上。',
      en: 'Bind all apps to one account in the management centre (管理中心) of open.weixin.qq.com; people get theirs at the next login.',
    },
  },
  'everybody-one-address': {
    status: 'warn',
    title: {
      zh: '最近 {count} 次操作都来自内网地址 {address}',
      en: 'The latest {count} acts all came from the private address {address}',
    },
    cause: {
      zh: '这是代理的地址：TRUST_PROXY 没有包含它，X-Forwarded-For 因而不被采信，所有人共用限流和封禁。',
      en: "It is the proxy's: TRUST_PROXY does not cover it, so its X-Forwarded-For is not believed and everybody shares limits and blocks.",
    },
    remedy: {
      zh: '把 {address} 或其网段加入 TRUST_PROXY，并确认代理会写 X-Forwarded-For。',
      en: 'Add {address} or its network to TRUST_PROXY, and make sure that the proxy writes X-Forwarded-For.',
    },
  },
} satisfies Record<string, Condition>;
