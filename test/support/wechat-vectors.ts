import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One test vector of WeChat's cryptography: published ones by WeChat or its SDKs, the others built after them. */
export interface WechatVector {
  id: string;
  kind: string;
  inputs: Record<string, string>;
  expected: Record<string, any>;
}

const file = join(__dirname, 'wechat-vectors.json');
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: WechatVector[] };

/** The vectors of these kinds, each with its id first, as `test.each` wants them. */
export function vectorsOf(...kinds: string[]): [string, WechatVector][] {
  return vectors.filter(({ kind }) => kinds.includes(kind)).map((vector) => [vector.id, vector]);
}
