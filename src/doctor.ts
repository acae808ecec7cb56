import { Logger } from '@nestjs/common';
import { readCommandLine } from './doctor/command-line.js';
import { diagnose } from './doctor/diagnose.js';
import { readableEnvironment } from './doctor/readable-environment.js';
import { isWell, reportOf, textOf } from './doctor/report.js';
import { schema } from './schema.js';
import { sealedColumns } from './sealed-columns.js';

const usage = 'usage: doctor [--json] [--lang zh|en]';
const exitUsage = 64;

Logger.overrideLogger(false);
const { text = '', complaint = '', exit } = await run();
process.stderr.write(complaint);
// Whatever a check has left hanging must not keep the process.
process.stdout.write(text, () => process.exit(exit));

async function run(): Promise<{ text?: string; complaint?: string; exit: number }> {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  if (!commandLine || commandLine.words.length > 0) return { complaint: `${usage}\n`, exit: exitUsage };
  const { json, help, language } = commandLine;
  if (help) return { text: `${usage}\n`, exit: 0 };
  const { env, findings: ofFile } = readableEnvironment();
  const findings = [...ofFile, ...(await diagnose(env, { schema, sealedColumns }))];
  const text = json
    ? `${JSON.stringify(reportOf(findings, language), null, 2)}\n`
    : textOf(findings, language);
  return { text, exit: isWell(findings) ? 0 : 1 };
}
