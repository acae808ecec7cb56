import { createRequire } from 'node:module';

/** What is common where WeChat is, and not in the shipped list; from published analyses of Chinese leaks. */
const chinese = `
  woaini1314 woaini520 woaini521 woaini123 woaini1234 woainima woaiwojia woaiziji woshishui woshitiancai woailaopo
  5201314520 52013145 520520520 13145200 1314521521 5211314521 5845201314 584521584521 77585210 7758258258 77585217758521
  qq123456 qq123456789 qq1234567 qq12345678 qqqqqqqq wang1234 wang123456 zhang123 zhang123456 liu123456 chen123456
  yang123456 zhao123456 huang123456 123456abc 123456abcd 123456aa 123456qq a1234567 a12345678 a123456789 a1234567890
  aa123456 aa123456789 aaa123456 abc123456 abc123456789 abcd123456 asd123456 asdf123456 as123456 q123456789 qwe123456
  qwe123456789 qaz123456 z123456789 zxc123456 zxcvbnm123 w123456789 s123456789 l123456789 123456789a 123456789q
  123456789abc 1234567a 12345678a 1a2b3c4d 1q2w3e4r5t 1qazxsw2 1qaz2wsx3edc qazwsx123 qazwsxedc qwer1234 qwert12345
  1234qwer asdf1234 zxcv1234 abcd1234 abc12345 11223344 112233445566 11112222 12341234 12344321 123123123 123321123
  123321123321 110110110 119119119 147258369 147852369 159357456 789456123 31415926 314159265 987654321 88888888 66666666
  168168168 888888888 666666666 16888888 18181818 xiazhili dearbook wangyut2 xiaoming123 nihao123 nihaoma123 caonima123
  tiantian zhongguo zhongguo123 beijing2008 shanghai taobao123 alibaba123 tencent123 baidu123 weixin123 mima1234 mima123456
  admin123 admin1234 admin12345 admin123456 admin888 root1234 root123456 test1234 test123456 guest123 user1234 changeme
  iloveyou1314 iloveyou520 welcome123 p@ssw0rd passw0rd password1 qwerty123456 huawei@123 huawei123 xiaomi123
`;

let refused: Set<string> | undefined;

/** Whether many people use it, in whatever case; the list is read when it is first asked for. */
export function isCommonPassword(password: string): boolean {
  refused ??= readList();
  return refused.has(password.toLowerCase());
}

/** The 18 000 most used of eight characters or more; shorter ones are refused for that. */
function readList(): Set<string> {
  const list = createRequire(import.meta.url)('@zxcvbn-ts/language-common/src/passwords.json') as string[];
  return new Set([...list.filter((password) => password.length >= 8), ...chinese.trim().split(/\s+/)]);
}
