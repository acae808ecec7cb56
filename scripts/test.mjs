// test.mjs [JEST'S OPTIONS]: every test, in two rings. What holds the service to times comes last and one file after the
// other, so that no other test keeps the machine busy meanwhile.
import { spawnSync } from 'node:child_process';

const options = process.argv.slice(2);
const rings = [
  ['--selectProjects', 'tests', '--passWithNoTests', ...options],
  ['--selectProjects', 'faults', '--passWithNoTests', '--maxWorkers=1', ...options.map(besideTheFirst)],
];

const exits = rings.map((args) => {
  const jest = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', ...args], { stdio: 'inherit' });
  return jest.status ?? 1;
});
process.exitCode = Math.max(...exits);

/** Each ring writes its own report: `report.json` and `report-faults.json`. */
function besideTheFirst(option) {
  return option.startsWith('--outputFile=') ? option.replace(/(\.json)?$/, '-faults.json') : option;
}
