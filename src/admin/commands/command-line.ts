import { parseArgs, type ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import { terminalLanguage } from '../../platform/config/terminal-language.js';
import type { Language } from '../../platform/errors/app-error.js';
import { pageRequest } from '../../platform/http/page.js';
import { longestUserCursor } from '../../users/name-cursor.js';
import { userView } from '../../users/user.view.js';

const { role, status } = userView.shape;
const { limit } = pageRequest.shape;
const cursor = z.string().min(1).max(longestUserCursor).optional();
const named = z.string().min(1).max(512);
const flag = z.boolean().default(false);

/** Each command: what may follow its name, and all that it may be told, by operand or by option. */
const commands = {
  'users find': {
    operands: ['q'],
    told: z.strictObject({
      q: z.string().max(256).optional(),
      role: role.optional(),
      status: status.optional(),
      limit,
      cursor,
    }),
  },
  'users lock': { operands: ['user'], told: z.strictObject({ user: named }) },
  'users unlock': { operands: ['user'], told: z.strictObject({ user: named }) },
  'users role': { operands: ['user', 'role'], told: z.strictObject({ user: named, role }) },
  'users merge': {
    operands: ['user', 'other'],
    told: z.strictObject({ user: named, other: named, yes: flag }),
  },
  'users erase': { operands: ['user'], told: z.strictObject({ user: named, yes: flag }) },
  'sessions list': { operands: ['user'], told: z.strictObject({ user: named, limit, cursor }) },
  'sessions end': {
    operands: ['user', 'session'],
    told: z.strictObject({ user: named, session: named.optional() }),
  },
  recover: {
    operands: [],
    told: z
      .strictObject({
        username: named.optional(),
        user: named.optional(),
        'password-stdin': flag,
        force: flag,
      })
      .refine((told) => told.user === undefined || (told.username === undefined && !told['password-stdin'])),
  },
} as const;

type Commands = typeof commands;
export type CommandName = keyof Commands;
export type Told<Name extends CommandName> = z.output<Commands[Name]['told']>;

/** What is to be done. */
export type AdminCommand = { [Name in CommandName]: { name: Name; told: Told<Name> } }[CommandName];

export interface CommandLine {
  language: Language;
  json: boolean;
  /** Nothing where it cannot be understood, or help is asked for. */
  command?: AdminCommand;
  help: boolean;
}

const options = {
  json: { type: 'boolean' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  yes: { type: 'boolean' },
  force: { type: 'boolean' },
  'password-stdin': { type: 'boolean' },
  username: { type: 'string' },
  user: { type: 'string' },
  role: { type: 'string' },
  status: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const languages = z.enum(['zh', 'en']);

export function readCommandLine(args: string[], env: Record<string, string | undefined>): CommandLine {
  const { values, words } = readWords(args);
  const { lang, json = false, help = false, ...told } = values;
  const language = languages.safeParse(lang ?? terminalLanguage(env));
  const command = language.success && !help ? commandOf(words, told) : undefined;
  return { language: language.data ?? terminalLanguage(env), json, help, command };
}

function readWords(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values, words: positionals };
  } catch {
    return { values: {}, words: [] };
  }
}

function commandOf(words: string[], options: object): AdminCommand | undefined {
  const name = (Object.keys(commands) as CommandName[]).find((known) => startsWith(words, known.split(' ')));
  if (name === undefined) return undefined;
  const operands: readonly string[] = commands[name].operands;
  const given = words.slice(name.split(' ').length);
  if (given.length > operands.length) return undefined;
  const byOperand = Object.fromEntries(given.map((word, i) => [operands[i]!, word]));
  const told = commands[name].told.safeParse({ ...options, ...byOperand });
  return told.success ? ({ name, told: told.data } as AdminCommand) : undefined;
}

function startsWith(words: string[], beginning: string[]): boolean {
  return beginning.every((word, i) => words[i] === word);
}
