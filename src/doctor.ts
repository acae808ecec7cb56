import { Logger } from '@nestjs/common';
import { readCommandLine } from './doctor/command-line.js';
import { diagnose } from './doctor/diagnose.js';
import { isWell, reportOf, textOf } from './doctor/report.js';
import { environment } from './platform/config/environment.js';
import { schema } from './schema.js';
import { sealedColumns } from './sealed-columns.js';

const usage = 'usage: doctor [--json] [--lang zh|en]';
const exitUsage = 64;

Logger.overrideLogger(false);
const { text, exit } = await run();
// Whatever a check has left hanging must not keep the process.
process.stdout.write(text, () => process.exit(exit));

async function run(): Promise<{ text: string; exit: number }> {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  if (!commandLine || commandLine.words.length > 0) return { text: `${usage}\n`, exit: exitUsage };
  const { json, language } = commandLine;
  const findings = await diagnose(environment(), { schema, sealedColumns });
  const text = json
    ? `${JSON.stringify(reportOf(findings, language), null, 2)}\n`
    : textOf(findings, language);
  return { text, exit: isWell(findings) ? 0 : 1 };
}
