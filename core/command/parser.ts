// Text to commands: `LOAD DATABASE FROM <uri> INTO <uri> [WITH option, …];`, any number of them in a file.
// Every clause beyond these is refused by name. Problems are collected, not thrown: one reading shows them all.

import { type Diagnostic, diagnosticAt } from './diagnostic.ts';
import { type Endpoint, type LoadCommand, type LoadOptions, NO_CLAUSES } from './model.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS, printOptions } from './options.ts';
import { parseUri, printUri, UriError } from './uri.ts';

/** A command and, apart from it, the passwords its text held. */
export interface ParsedCommand {
  readonly command: LoadCommand;
  readonly passwords: { readonly source?: string; readonly target?: string };
}

export interface Parsed {
  readonly commands: readonly ParsedCommand[];
  readonly problems: readonly Diagnostic[];
}

/** Reads all commands of a text. `file` names it in diagnostics. */
export function parseCommands(text: string, file: string): Parsed {
  const parser = new Parser(text, file);
  const commands: ParsedCommand[] = [];
  parser.blank();
  if (parser.done()) parser.fail('there is no command; expected LOAD DATABASE FROM … INTO …;');
  while (!parser.done()) {
    const command = parser.command();
    if (command) commands.push(command);
    parser.blank();
  }
  return { commands, problems: parser.problems };
}

/** Canonical text that parses to the same command. It holds no password, because a command does not. */
export function printCommand(command: LoadCommand): string {
  const options = printOptions(command.options, command.origins);
  const tail = options.length > 0 ? `\n WITH ${options.join(', ')}` : '';
  return `LOAD DATABASE\n FROM ${printUri(command.source)}\n INTO ${printUri(command.target)}${tail};\n`;
}

class Parser {
  readonly problems: Diagnostic[] = [];
  private at = 0;
  private readonly text: string;
  private readonly file: string;

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  done(): boolean {
    return this.at >= this.text.length;
  }

  fail(message: string, at = this.at): void {
    this.problems.push(diagnosticAt(this.file, this.text, at, message));
  }

  /** Skips white space and comments. */
  blank(): void {
    this.take(/(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)*/y);
  }

  /** command = "LOAD DATABASE" "FROM" uri "INTO" uri [ "WITH" option ("," option)* ] ";" */
  command(): ParsedCommand | undefined {
    const before = this.problems.length;
    if (!this.word('LOAD')) return this.giveUp('expected LOAD DATABASE');
    if (!this.word('DATABASE')) return this.giveUp(this.otherHead());
    if (!this.word('FROM')) return this.giveUp('expected FROM and the source');
    const source = this.uri('source');
    if (!this.word('INTO')) return this.giveUp('expected INTO and the target');
    const target = this.uri('target');
    const options = this.word('WITH') ? this.options() : DEFAULT_OPTIONS;
    this.blank();
    if (!this.done() && !this.take(/;/y)) return this.giveUp(this.otherClause());
    if (this.problems.length > before || !source || !target) return undefined;
    return {
      command: {
        kind: 'load database',
        source: source.endpoint,
        target: target.endpoint,
        options,
        origins: DEFAULT_ORIGINS,
        ...NO_CLAUSES,
      },
      passwords: {
        ...(source.password === undefined ? {} : { source: source.password }),
        ...(target.password === undefined ? {} : { target: target.password }),
      },
    };
  }

  private otherHead(): string {
    const head = /\s*([A-Za-z]+)/y;
    head.lastIndex = this.at;
    const word = head.exec(this.text)?.[1];
    return word === undefined ? 'expected DATABASE' : `loading from ${word.toUpperCase()} is not supported yet`;
  }

  private otherClause(): string {
    const clause = /[A-Za-z]+/y;
    clause.lastIndex = this.at;
    const word = clause.exec(this.text)?.[0];
    return word === undefined ? 'expected WITH or ;' : `the clause ${word.toUpperCase()} is not supported yet`;
  }

  /** Says why, then goes on after the next `;` so that the next command is read as well. */
  private giveUp(message: string): undefined {
    this.blank();
    this.fail(message);
    this.take(/[^;]*;?/y);
    return undefined;
  }

  /** A connection string: up to white space; the `;` that ends a command may touch it. */
  private uri(end: Endpoint['end']): ReturnType<typeof parseUri> | undefined {
    this.blank();
    const start = this.at;
    const token = this.take(/\S+/y) ?? '';
    const text = token.endsWith(';') ? token.slice(0, -1) : token;
    if (text !== token) this.at -= 1;
    try {
      return parseUri(text, end);
    } catch (error) {
      if (!(error instanceof UriError)) throw error;
      this.fail(error.message, start);
      return undefined;
    }
  }

  private options(): LoadOptions {
    do {
      this.blank();
      const start = this.at;
      const words = (this.take(/[A-Za-z_]+(?:[ \t\r\n]+[A-Za-z_]+)*/y) ?? '').toLowerCase().split(/\s+/).join(' ');
      this.blank();
      this.fail(`unknown option ${words}`, start);
      this.blank();
    } while (this.take(/,/y) !== undefined);
    return DEFAULT_OPTIONS;
  }

  private word(word: string): boolean {
    this.blank();
    return this.take(new RegExp(`${word}(?![A-Za-z0-9_])`, 'iy')) !== undefined;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.at += match[0].length;
    return match[0];
  }
}
