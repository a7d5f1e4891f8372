// What is to be loaded? From the arguments or a file to commands whose text holds no password: each password stays
// behind, under the name of a variable that only the steps' own environment has.
import { type CommandArguments, parseArguments } from '../core/command/arguments.ts';
import { printDiagnostic } from '../core/command/diagnostic.ts';
import type { Endpoint, LoadCommand } from '../core/command/model.ts';
import { type Parsed, type ParsedCommand, parseCommands } from '../core/command/parser.ts';
import { printCommand } from '../core/command/print.ts';
import { parseUri } from '../core/command/uri.ts';
import { PgshiftError } from '../core/errors.ts';
import { type Secrets, UsageError } from './failure.ts';
import { fileReader, readTextFile } from './load-files.ts';

export interface LoadArguments {
  /** SOURCE, or FILE when there is no target. */
  readonly first: string;
  readonly target: string | undefined;
  /** What each --with says. */
  readonly options: readonly string[];
  /** What the other options say that stand for clauses. */
  readonly clauses?: ClauseArguments;
}

export type ClauseArguments = Omit<CommandArguments, 'source' | 'target' | 'with'>;

const NO_CLAUSES: ClauseArguments = { set: [], cast: [], includingOnly: [], excluding: [], before: [], after: [] };

export interface ReadyCommand {
  readonly command: LoadCommand;
  /** The execution's input. */
  readonly text: string;
  /** What the references in the text stand for. */
  readonly secrets: Readonly<Record<string, string>>;
}

const uriLike = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Throws a UsageError or a PgshiftError; neither repeats a connection string. */
export function readCommands(args: LoadArguments, secrets: Secrets): ReadyCommand[] {
  const parsed = args.target === undefined ? fromFile(args) : [fromArguments(args, args.target)];
  for (const { passwords } of parsed) {
    for (const password of Object.values(passwords)) secrets.add(password);
  }
  return parsed.map(withoutPasswords);
}

function fromFile({ first, options, clauses }: LoadArguments): readonly ParsedCommand[] {
  if (uriLike.test(first)) throw new UsageError('the TARGET is missing');
  const given = { with: options, ...clauses };
  const [option] = Object.entries(given).find(([, texts]) => texts.length > 0) ?? [];
  if (option !== undefined) {
    const name = `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`${name} goes with SOURCE and TARGET; a file says it in its commands`);
  }
  const found = readTextFile(first);
  if ('problem' in found) throw new PgshiftError('CommandInvalid', `Cannot read ${first}: ${found.problem}.`);
  return withoutProblems(parseCommands(found.text, first, fileReader(process.env)));
}

function fromArguments({ first, options, clauses }: LoadArguments, target: string): ParsedCommand {
  const args = { ...NO_CLAUSES, ...clauses, source: first, target, with: options };
  const [command] = withoutProblems(parseArguments(args, fileReader(process.env)));
  if (command === undefined) throw new PgshiftError('CommandInvalid', 'The arguments are no command.');
  return command;
}

function withoutProblems({ commands, problems }: Parsed): readonly ParsedCommand[] {
  if (problems.length > 0) throw new PgshiftError('CommandInvalid', problems.map(printDiagnostic).join('\n'));
  return commands;
}

/** One connection string, of a target. Throws a PgshiftError that does not repeat it. */
export function readTarget(text: string, secrets: Secrets): Pick<ReadyCommand, 'secrets'> & { endpoint: Endpoint } {
  const read = parseUri(text, 'target');
  if ('problems' in read) throw new PgshiftError('CommandInvalid', `TARGET: ${read.problems.join('; ')}.`);
  secrets.add(read.password ?? '');
  return withoutPassword(read.endpoint, read.password, 0);
}

/** `at` counts the commands of a file from 0. */
function withoutPasswords({ command, passwords }: ParsedCommand, at: number): ReadyCommand {
  const source = withoutPassword(command.source, passwords.source, at);
  const target = withoutPassword(command.target, passwords.target, at);
  const redacted: LoadCommand = { ...command, source: source.endpoint, target: target.endpoint };
  return { command: redacted, text: printCommand(redacted), secrets: { ...source.secrets, ...target.secrets } };
}

function withoutPassword(endpoint: Endpoint, password: string | undefined, at: number) {
  if (password === undefined) return { endpoint, secrets: {} };
  if (endpoint.secret !== undefined) {
    throw new PgshiftError('CommandInvalid', `The ${endpoint.end} has both a password and ?secret=; give one.`);
  }
  const variable = `PGSHIFT_SECRET_${endpoint.end.toUpperCase()}_${at + 1}`;
  return {
    endpoint: { ...endpoint, secret: `env:${variable}` },
    secrets: { [variable]: JSON.stringify({ password }) },
  };
}
