import type { Condition } from '../finding.js';

export const hostConditions = {
  'node-version': {
    status: 'fail',
    title: { zh: '不支持 Node {version}', en: 'Node {version} is not supported' },
    cause: {
      zh: 'wxpass 需要 Node 20.19、22.13 或 24.11 以上的版本，其依赖包在别的版本上无法可靠运行。',
      en: 'wxpass needs Node 20.19, 22.13, 24.11 or a later release of these lines; its packages do not run reliably on others.',
    },
    remedy: {
      zh: '安装 Node 24，或使用自带该版本的容器镜像。',
      en: 'Install Node 24, or use the container image, which brings it.',
    },
  },
  'data-folder-not-writable': {
    status: 'fail',
    title: {
      zh: '无法写入文件夹 {folder}（{reason}）',
      en: 'The folder {folder} cannot be written ({reason})',
    },
    cause: {
      zh: '内嵌数据库和开发密钥存放在这里；不可写时服务无法启动，登录也无法保存。',
      en: 'The embedded database and the development key lie there; without it the service does not start and no login is kept.',
    },
    remedy: {
      zh: '把文件夹的所有者改为运行服务的用户（chown），在容器里挂载可写的卷，或改用 DATABASE_URL 指定别处。',
      en: 'Make the user who runs the service its owner (chown), mount a writable volume in a container, or name another place by DATABASE_URL.',
    },
  },
  'disk-full': {
    status: 'fail',
    title: { zh: '{folder} 所在磁盘只剩 {free} MiB', en: 'The disk of {folder} has {free} MiB left' },
    cause: {
      zh: '磁盘写满后数据库拒绝写入，登录、刷新和退出都会以 503 失败。',
      en: 'On a full disk the database refuses to write, and logins, refreshes and logouts fail with 503.',
    },
    remedy: {
      zh: '清理或扩大磁盘；也可以缩短 AUDIT_RETENTION，让审计日志更早清除。',
      en: 'Free or enlarge the disk; a shorter AUDIT_RETENTION lets the audit log go earlier.',
    },
  },
  'disk-nearly-full': {
    status: 'warn',
    title: { zh: '{folder} 所在磁盘只剩 {free} MiB', en: 'The disk of {folder} has {free} MiB left' },
    cause: {
      zh: '磁盘写满后数据库拒绝写入，登录、刷新和退出都会以 503 失败。',
      en: 'On a full disk the database refuses to write, and logins, refreshes and logouts fail with 503.',
    },
    remedy: {
      zh: '在写满之前清理或扩大磁盘。',
      en: 'Free or enlarge the disk before it is full.',
    },
  },
  'secret-file-open': {
    status: 'warn',
    title: {
      zh: '本机所有用户都能读 {variable} 指向的文件',
      en: 'Everybody on this machine may read the file that {variable} names',
    },
    cause: {
      zh: '文件 {file} 的权限是 {mode}，里面是机密。',
      en: 'The file {file} has the rights {mode} and holds a secret.',
    },
    remedy: {
      zh: '执行 chmod 600，文件归运行服务的用户所有；在 Kubernetes 中把 Secret 卷的 defaultMode 设为 0440，把 Pod 的 fsGroup 设为该用户的组。',
      en: 'Run chmod 600 and let the user who runs the service own it; in Kubernetes give the Secret volume defaultMode 0440 and the pod the group of that user as fsGroup.',
    },
  },
  'check-failed': {
    status: 'fail',
    title: { zh: '检查 {check} 没有完成：{reason}', en: 'The check {check} did not finish: {reason}' },
    cause: {
      zh: '这一组检查超时或自身出错，其中的问题仍然未知。',
      en: 'This group of checks ran out of time or broke, so that what it would have found is unknown.',
    },
    remedy: {
      zh: '再运行一次；若仍然如此，请附上 npm run support-bundle（容器中为 node dist/src/support-bundle.js --out -）的文件反馈。',
      en: 'Run it again; if it stays so, report it with the file of npm run support-bundle (in the container: node dist/src/support-bundle.js --out -).',
    },
  },
} satisfies Record<string, Condition>;
