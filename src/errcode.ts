import { readCommandLine } from './doctor/command-line.js';
import { explainErrcode, listErrcodes } from './doctor/explain-errcode.js';
import type { Language } from './platform/errors/app-error.js';

const usage = 'usage: errcode [--lang zh|en] [code…], a code being a number such as 40163';
const exitUsage = 64;
const exitUnknown = 1;

process.exitCode = run(process.argv.slice(2));

function run(args: string[]): number {
  // A code such as -1 is no option.
  const codes = args.filter(isCode);
  const commandLine = readCommandLine(
    args.filter((arg) => !isCode(arg)),
    process.env,
  );
  if (!commandLine || commandLine.json || commandLine.words.length > 0) {
    console.error(usage);
    return exitUsage;
  }
  const { help, language } = commandLine;
  if (help) console.log(usage);
  else if (codes.length === 0) process.stdout.write(listErrcodes(language));
  const unknown = codes.map(Number).filter((code) => !explain(code, language));
  return unknown.length > 0 ? exitUnknown : 0;
}

/** False where nobody knows it. */
function explain(errcode: number, language: Language): boolean {
  const words = explainErrcode(errcode, language);
  if (words !== undefined) process.stdout.write(`${words}\n`);
  else console.error(unlisted(errcode, language));
  return words !== undefined;
}

function unlisted(errcode: number, language: Language): string {
  return language === 'zh'
    ? `没有收录错误码 ${errcode}：请查阅微信文档「全局返回码」，或凭 rid 在微信后台排查。`
    : `errcode ${errcode} is not listed: look it up in WeChat's documentation (全局返回码), or trace its rid in the WeChat console.`;
}

function isCode(arg: string): boolean {
  return /^-?\d{1,9}$/.test(arg);
}
