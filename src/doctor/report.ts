import type { Language } from '../platform/errors/app-error.js';
import { conditions } from './conditions.js';
import type { Finding, Status } from './finding.js';

const marks: Record<Language, Record<Status, string>> = {
  zh: { ok: '正常', warn: '警告', fail: '失败', skipped: '跳过' },
  en: { ok: 'ok   ', warn: 'warn ', fail: 'FAIL ', skipped: 'skip ' },
};
const labels = {
  zh: { cause: '原因', remedy: '解决', docs: '详见' },
  en: { cause: 'why ', remedy: 'mend', docs: 'see ' },
};
const pages = { zh: 'docs/doctor.zh-CN.md', en: 'docs/doctor.md' };

/** What `--json` prints. */
export interface Report {
  /** Nothing failed. */
  ok: boolean;
  checks: {
    id: string;
    status: Status;
    title: string;
    cause: string | null;
    remedy: string | null;
    docs: string | null;
  }[];
}

export function reportOf(findings: Finding[], language: Language): Report {
  return {
    ok: isWell(findings),
    checks: findings.map((finding) => ({
      id: finding.id,
      status: finding.status,
      title: printable(finding.title[language]),
      cause: finding.cause ? printable(finding.cause[language]) : null,
      remedy: finding.remedy ? printable(finding.remedy[language]) : null,
      docs: docsOf(finding, language),
    })),
  };
}

/** Facts are other people's: what would move the cursor or turn the writing round is shown as its number. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** A line a check, and below what is not well why, and how to mend it. */
export function textOf(findings: Finding[], language: Language): string {
  const { checks } = reportOf(findings, language);
  const lines = checks.flatMap(({ id, status, title, cause, remedy, docs }) => [
    `${marks[language][status]} ${status === 'ok' ? title : `${title} [${id}]`}`,
    ...below(labels[language].cause, cause),
    ...below(labels[language].remedy, remedy),
    ...below(labels[language].docs, docs),
  ]);
  return [...lines, '', summaryOf(findings, language), ''].join('\n');
}

export function isWell(findings: Finding[]): boolean {
  return findings.every(({ status }) => status !== 'fail');
}

function docsOf({ id, status }: Finding, language: Language): string | null {
  const isExplained = id in conditions && (status === 'fail' || status === 'warn');
  return isExplained ? `${pages[language]}#${id}` : null;
}

function below(label: string, text: string | null): string[] {
  return text === null ? [] : [`        ${label}  ${text}`];
}

function summaryOf(findings: Finding[], language: Language): string {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  const [ok, warn, fail, skip] = [count('ok'), count('warn'), count('fail'), count('skipped')];
  return language === 'zh'
    ? `${ok} 项正常，${warn} 项警告，${fail} 项失败，${skip} 项跳过`
    : `${ok} ok, ${warn} to look at, ${fail} failed, ${skip} skipped`;
}
