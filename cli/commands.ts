// What is to be loaded? From the arguments or a file to commands whose text holds no password: each password stays
// behind, under the name of a variable that only the steps' own environment has.
import { readFileSync } from 'node:fs';
import { printDiagnostic } from '../core/command/diagnostic.ts';
import type { Endpoint, LoadCommand } from '../core/command/model.ts';
import { type ParsedCommand, parseCommands } from '../core/command/parser.ts';
import { printCommand } from '../core/command/print.ts';
import { parseUri, printUri, UriError } from '../core/command/uri.ts';
import { PgshiftError } from '../core/errors.ts';
import { type Secrets, UsageError } from './failure.ts';

export interface LoadArguments {
  /** SOURCE, or FILE when there is no target. */
  readonly first: string;
  readonly target: string | undefined;
  /** What each --with says. */
  readonly options: readonly string[];
}

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

function fromFile({ first, options }: LoadArguments): readonly ParsedCommand[] {
  if (uriLike.test(first)) throw new UsageError('the TARGET is missing');
  if (options.length > 0) throw new UsageError('--with goes with SOURCE and TARGET; a file has WITH in its commands');
  return parse(readText(first), first);
}

function fromArguments({ first, options }: LoadArguments, target: string): ParsedCommand {
  const source = readUri(first, 'source');
  const targetUri = readUri(target, 'target');
  const words = options.length > 0 ? ` WITH ${options.join(', ')}` : '';
  const text = `LOAD DATABASE FROM ${printUri(source.endpoint)} INTO ${printUri(targetUri.endpoint)}${words};`;
  const [command] = parse(text, '--with');
  if (command === undefined) throw new PgshiftError('CommandInvalid', 'The arguments are no command.');
  return {
    command: command.command,
    passwords: {
      ...(source.password !== undefined && { source: source.password }),
      ...(targetUri.password !== undefined && { target: targetUri.password }),
    },
  };
}

function readUri(text: string, end: Endpoint['end']): ReturnType<typeof parseUri> {
  try {
    return parseUri(text, end);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new PgshiftError('CommandInvalid', capitalised(error.message));
  }
}

const capitalised = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'reading it is not allowed',
    };
    throw new PgshiftError('CommandInvalid', `Cannot read ${file}: ${reasons[String(code)] ?? String(code)}.`);
  }
}

function parse(text: string, file: string): readonly ParsedCommand[] {
  const { commands, problems } = parseCommands(text, file);
  if (problems.length > 0) throw new PgshiftError('CommandInvalid', problems.map(printDiagnostic).join('\n'));
  return commands;
}

/** `at` counts the commands of a file from 0. */
function withoutPasswords({ command, passwords }: ParsedCommand, at: number): ReadyCommand {
  const secrets: Record<string, string> = {};
  const refer = (endpoint: Endpoint): Endpoint => {
    const password = passwords[endpoint.end];
    if (password === undefined) return endpoint;
    if (endpoint.secret !== undefined) {
      throw new PgshiftError('CommandInvalid', `The ${endpoint.end} has both a password and ?secret=; give one.`);
    }
    const variable = `PGSHIFT_SECRET_${endpoint.end.toUpperCase()}_${at + 1}`;
    secrets[variable] = JSON.stringify({ password });
    return { ...endpoint, secret: `env:${variable}` };
  };
  const redacted: LoadCommand = { ...command, source: refer(command.source), target: refer(command.target) };
  return { command: redacted, text: printCommand(redacted), secrets };
}
