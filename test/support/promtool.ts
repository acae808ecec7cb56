import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms, type Wanted } from './services/programs.js';

const wanted: Wanted<'promtool'> = {
  title: "Prometheus' promtool",
  commands: { promtool: ['--version'] },
  packages: ['prometheus'],
  // The others are scripts for web pages, 220 MB once unpacked.
  alone: true,
  cacheSuffix: 'prometheus',
  remedy: ['Install it:  apt-get install --no-install-recommends prometheus'],
};

/** A test of rules as Prometheus documents it: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export interface RuleTest {
  interval: string;
  input_series: { series: string; values: string }[];
  alert_rule_test: {
    eval_time: string;
    alertname: string;
    exp_alerts: { exp_labels: Record<string, string>; exp_annotations: Record<string, string> }[];
  }[];
}

/** Prometheus' own judgement of groups of rules. */
export class Promtool {
  private constructor(
    private readonly path: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async find(): Promise<Promtool> {
    const { paths, env } = await findPrograms(wanted);
    return new Promtool(paths.promtool, { ...process.env, ...env });
  }

  /** What Prometheus would not load; empty where it takes all of it. */
  async faultsIn(groups: unknown[]): Promise<string> {
    return this.judge(['check', 'rules', 'rules.yaml'], { 'rules.yaml': { groups } });
  }

  /** Where the alerts are others than the tests expect, with both; empty where they are the same. */
  async differences(groups: unknown[], tests: RuleTest[]): Promise<string> {
    const test = { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests };
    return this.judge(['test', 'rules', 'test.yaml'], { 'rules.yaml': { groups }, 'test.yaml': test });
  }

  /** JSON is YAML, too. */
  private async judge(args: string[], files: Record<string, unknown>): Promise<string> {
    const cwd = mkdtempSync(join(tmpdir(), 'wxpass-promtool-'));
    try {
      for (const [name, content] of Object.entries(files))
        writeFileSync(join(cwd, name), JSON.stringify(content));
      return await promisify(execFile)(this.path, args, { cwd, env: this.env }).then(
        () => '',
        (error: { stdout?: string; stderr?: string; message: string }) =>
          `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message,
      );
    } finally {
      rmSync(cwd, { recursive: true });
    }
  }
}
