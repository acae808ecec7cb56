import type { Condition } from '../finding.js';

export const keyConditions = {
  'encryption-keys-do-not-open': {
    status: 'fail',
    title: {
      zh: 'ENCRYPTION_KEYS 打不开 {column} 中的 {unopened}/{looked} 个值',
      en: 'ENCRYPTION_KEYS does not open {unopened} of {looked} values in {column}',
    },
    cause: {
      zh: '它们由另一个密钥加密（{reason}）：密钥被换掉、删早了，或数据来自别处。',
      en: 'Another key sealed them ({reason}): it was replaced or taken out too early, or the data come from elsewhere.',
    },
    remedy: {
      zh: '把旧密钥放回 ENCRYPTION_KEYS 末尾，执行 npm run keys:reseal（容器中为 node dist/src/keys.js reseal），之后才能删除。',
      en: 'Put the old key back at the end of ENCRYPTION_KEYS, run npm run keys:reseal (in the container: node dist/src/keys.js reseal), and take it out only then.',
    },
  },
  'signing-keys-sealed': {
    status: 'fail',
    title: { zh: '没有一个签名密钥能用', en: 'No signing key can be used' },
    cause: {
      zh: 'ENCRYPTION_KEYS 打不开数据库里的 {count} 个签名密钥，服务会拒绝启动。',
      en: 'ENCRYPTION_KEYS opens none of the {count} signing keys in the database, so the service does not start.',
    },
    remedy: {
      zh: '把加密它们的密钥放回 ENCRYPTION_KEYS；确已遗失时见 docs/keys.zh-CN.md。',
      en: 'Put the key that sealed them back into ENCRYPTION_KEYS; where it is lost, see docs/keys.md.',
    },
  },
  'signing-keys-file-unreadable': {
    status: 'fail',
    title: { zh: '读不到 SIGNING_KEYS_FILE（{reason}）', en: 'SIGNING_KEYS_FILE cannot be read ({reason})' },
    cause: {
      zh: '路径不对、没有挂载，或运行服务的用户没有读权限。',
      en: 'The path is wrong, it is not mounted, or the user who runs the service may not read it.',
    },
    remedy: { zh: '核对路径、挂载与权限。', en: 'Check path, mount and rights.' },
  },
  'signing-keys-file-invalid': {
    status: 'fail',
    title: { zh: 'SIGNING_KEYS_FILE 有误：{problem}', en: 'SIGNING_KEYS_FILE {problem}' },
    cause: {
      zh: '它必须是带私钥的 JWK 集合，EC P-256 或 2048 至 4096 位的 RSA。',
      en: 'It must be a JWK set with private keys, EC P-256 or RSA of 2048 to 4096 bits.',
    },
    remedy: {
      zh: '修正文件，格式见 docs/keys.zh-CN.md；或删掉此变量，由服务自己生成。',
      en: 'Correct the file as docs/keys.md says, or remove the variable and let the service make keys.',
    },
  },
  'signing-keys-file-open': {
    status: 'warn',
    title: {
      zh: '本机所有用户都能读签名密钥文件',
      en: 'Everybody on this machine may read the signing keys',
    },
    cause: {
      zh: '文件 {file} 的权限是 {mode}；读到私钥的人可以签出任何人的令牌。',
      en: 'The file {file} has the rights {mode}; who reads a private key can sign anybody a token.',
    },
    remedy: {
      zh: '执行 chmod 600，文件归运行服务的用户所有；在 Kubernetes 中把 Secret 卷的 defaultMode 设为 0440，把 Pod 的 fsGroup 设为该用户的组。怀疑泄露时换掉密钥。',
      en: 'Run chmod 600 and let the user who runs the service own it; in Kubernetes give the Secret volume defaultMode 0440 and the pod the group of that user as fsGroup. Replace keys that may have leaked.',
    },
  },
} satisfies Record<string, Condition>;
