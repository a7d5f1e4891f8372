// BEFORE LOAD, AFTER CREATE SCHEMA, AFTER LOAD: SQL in the command, or in files.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import type { SqlBlock } from '../model.ts';
import { SourceText } from '../source-text.ts';
import { splitSql } from '../sql-text.ts';
import { endClause } from './list.ts';

/** ("BEFORE LOAD" | "AFTER CREATE SCHEMA" | "AFTER LOAD") ("DO" text ("," text)* | "EXECUTE" file)+ */
export function parseSqlBlocks(cursor: Cursor, draft: Draft, blocks: SqlBlock[]): void {
  let found = false;
  for (;;) {
    const statements = cursor.words('do')
      ? parseDo(cursor)
      : cursor.words('execute')
        ? parseExecute(cursor, draft)
        : undefined;
    if (statements === undefined) break;
    if (statements.length > 0) blocks.push({ statements });
    found = true;
  }
  if (found) endClause(cursor, 'DO, EXECUTE');
  else {
    cursor.expected("DO $$ … $$ or EXECUTE 'file'");
    cursor.skipToClause();
  }
}

/** text = "$$" SQL "$$" | "$tag$" SQL "$tag$" */
function parseDo(cursor: Cursor): string[] {
  const statements: string[] = [];
  const begins = () => {
    cursor.blank();
    return cursor.text[cursor.at] === '$';
  };
  const what = 'SQL between $$ and $$';
  do {
    const text = begins() ? cursor.dollarQuoted() : undefined;
    if (text === undefined) {
      cursor.expected(what);
      if (!cursor.atClause()) cursor.skipItem();
    } else statements.push(...statementsOf(cursor, text));
    if (begins()) cursor.expected('a comma');
  } while (cursor.sign(',') || begins());
  return statements;
}

function statementsOf(cursor: Cursor, text: Token): string[] {
  const { parts, problems } = splitSql(text.value);
  for (const { message, from, to } of problems) cursor.fail(message, text.from + from, text.from + to);
  return parts.flatMap((part) => {
    if ('text' in part) return [part.text];
    const from = text.from + part.from;
    return cursor.fail('\\ commands belong into files; expected SQL', from, text.from + part.to) ?? [];
  });
}

/** "EXECUTE" file, with file = quoted | any text without blanks */
function parseExecute(cursor: Cursor, draft: Draft): string[] {
  const file =
    cursor.quoted("'") ?? cursor.read(/[^\s;,'"]+/y) ?? cursor.expected("the name of a file: EXECUTE 'file.sql'");
  if (file === undefined || cursor.source.hasHole(file.from, file.to)) return [];
  if (draft.reader === undefined) {
    cursor.fail('files cannot be read here; expected DO $$ … $$', file.from, file.to);
    return [];
  }
  const files = new Files(cursor, draft.reader, file);
  files.read(file.value, cursor.source.file, []);
  return files.statements;
}

/** What `--before` and `--after` say: the name of a file, as it stands. */
export function parseFile(cursor: Cursor, draft: Draft, blocks: SqlBlock[]): void {
  const name = { value: cursor.text, from: 0, to: cursor.text.length };
  cursor.at = name.to;
  if (draft.reader === undefined) return;
  const files = new Files(cursor, draft.reader, name);
  files.read(name.value, cursor.source.file, []);
  if (files.statements.length > 0) blocks.push({ statements: files.statements });
}

/** Files include one another; beyond so many something is wrong. */
const MOST_FILES = 1000;

/** The statements of a file and of those that it includes. */
class Files {
  readonly statements: string[] = [];
  readonly #cursor: Cursor;
  readonly #reader: NonNullable<Draft['reader']>;
  readonly #place: Token;
  #count = 0;

  constructor(cursor: Cursor, reader: NonNullable<Draft['reader']>, place: Token) {
    this.#cursor = cursor;
    this.#reader = reader;
    this.#place = place;
  }

  /** Gives why the file cannot be read. `open` are the files that include it. */
  read(path: string, from: string, open: readonly string[]): void {
    const problem = this.#read(path, from, open);
    if (problem !== undefined) this.#cursor.fail(problem, this.#place.from, this.#place.to);
  }

  #read(path: string, from: string, open: readonly string[]): string | undefined {
    const file = this.#reader.readFile(path, from);
    if ('problem' in file) return `cannot read ${path}: ${file.problem}`;
    if (open.includes(file.name)) return `${file.name} includes itself`;
    this.#count += 1;
    if (this.#count > MOST_FILES) return `more than ${MOST_FILES} files are included`;
    this.#statementsOf(file.name, file.text, [...open, file.name]);
    return undefined;
  }

  #statementsOf(name: string, text: string, open: readonly string[]): void {
    const source = new SourceText(name, text, undefined);
    const fail = (message: string, from: number, to: number) => {
      this.#cursor.mistakes += 1;
      this.#cursor.problems.push(source.diagnostic('error', message, from, to));
    };
    const { parts, problems } = splitSql(text);
    for (const { message, from, to } of problems) fail(message, from, to);
    for (const part of parts) {
      if ('text' in part) this.statements.push(part.text);
      else {
        const problem = this.#include(part.command, part.argument, open);
        if (problem !== undefined) fail(problem, part.from, part.to);
      }
    }
  }

  /** `\i` is relative to the load file, as pgloader has it; `\ir` to the file that it stands in. */
  #include(command: string, argument: string, open: readonly string[]): string | undefined {
    const path = /^'((?:[^']|'')*)'$/.exec(argument)?.[1]?.replaceAll("''", "'") ?? argument;
    const relative = command === 'ir' || command === 'include_relative';
    if (!relative && command !== 'i' && command !== 'include') {
      return `psql's \\${command} is not understood; expected SQL, \\i or \\ir`;
    }
    if (path === '') return `expected the name of a file after \\${command}`;
    return this.#read(path, relative ? (open.at(-1) ?? '') : this.#cursor.source.file, open);
  }
}
