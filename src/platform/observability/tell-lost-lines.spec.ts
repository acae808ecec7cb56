import type { LogOutput } from './log-output.js';
import { createLoggers } from './logger.js';
import { Metrics } from './metrics.js';
import { tellLostLines } from './tell-lost-lines.js';

it('lines that the log lost are counted one by one, and told in the log once it can be written', async () => {
  const lines: string[] = [];
  const { application } = createLoggers(
    { log: { level: 'error', format: 'json' } },
    { write: (line) => void lines.push(line) },
  );
  const output: Pick<LogOutput, 'onLoss' | 'onRecovery'> = {
    onLoss: () => undefined,
    onRecovery: () => undefined,
  };
  const metrics = new Metrics();
  tellLostLines(application, metrics, output);
  for (let i = 0; i < 3; i++) output.onLoss();
  expect(lines).toEqual([]);
  expect(await metrics.text()).toContain('wxpass_log_lines_dropped_total 3\n');
  output.onRecovery(3);
  expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'error', lines: 3, msg: 'log lines were lost' });
});
