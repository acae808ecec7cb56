import type { Config } from '../config/config.js';
import { developmentKey } from './development-key.js';
import { Sealer } from './sealer.js';

export const developmentKeyFile = 'data/development.key';

/** The sealer of a configuration; without ENCRYPTION_KEYS, that of a development machine. */
export function openSealer({ encryptionKeys }: Config): Sealer {
  return new Sealer(encryptionKeys.length > 0 ? encryptionKeys : [developmentKey(developmentKeyFile)]);
}
