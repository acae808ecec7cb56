import { operator, type EndpointKind, type Errcode } from './errcode-row.js';
import { errcodeTable } from './errcode-table.js';

const unknown = operator(
  '微信返回了未收录的错误码：请凭 errcode 查阅微信文档，并凭 rid 在微信后台排查。',
  'WeChat answered with an errcode that is not listed here: look it up in its documentation, and trace the rid in the WeChat console.',
);

/** The errcodes that the table lists, in ascending order. */
export const listedErrcodes: readonly number[] = Object.keys(errcodeTable)
  .map(Number)
  .sort((a, b) => a - b);

/**
 * What WeChat means by an errcode at an endpoint; an unlisted one is the operator's.
 * https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
 */
export function meaningOf(errcode: number, endpoint: EndpointKind): Errcode {
  const row = errcodeTable[errcode] ?? unknown;
  return row.at?.[endpoint] ?? row;
}
