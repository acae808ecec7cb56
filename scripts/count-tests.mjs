// count-tests.mjs FOLDER: sums what Jest's JSON reports and the acceptance suites' closing lines in a folder say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const counts = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return name.endsWith('.json') ? fromJest(JSON.parse(text)) : fromAcceptance(text);
});
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);

/** A file that could not even be loaded counts as one failure. */
function fromJest({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

function fromAcceptance(text) {
  const [, passed = 0, failed = 0] = /^passed (\d+) +failed (\d+)/m.exec(text) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

function sum(key) {
  return counts.reduce((total, count) => total + count[key], 0);
}
