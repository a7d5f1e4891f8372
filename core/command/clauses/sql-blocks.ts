// BEFORE LOAD, AFTER CREATE SCHEMA, AFTER LOAD: SQL in the command, or in files.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft, Reader } from '../draft.ts';
import { looksLike, oneOf } from '../keywords.ts';
import type { SqlBlock } from '../model.ts';
import { SourceText } from '../source-text.ts';
import { type SqlInclude, type SqlStatement, splitSql } from '../sql-text.ts';
import { endClause } from './list.ts';

const HOW = ['DO', 'EXECUTE'] as const;

/** ("BEFORE LOAD" | "AFTER CREATE SCHEMA" | "AFTER LOAD") ("DO" text ("," text)* | "EXECUTE" file)+ */
export function parseSqlBlocks(cursor: Cursor, draft: Draft, blocks: SqlBlock[]): void {
  let how = oneOf(cursor, HOW, "DO $$ … $$ or EXECUTE 'file'");
  if (how === undefined) cursor.skipToClause();
  while (how !== undefined) {
    const statements = how === 'DO' ? parseDo(cursor) : parseExecute(cursor, draft);
    if (statements.length > 0) blocks.push({ statements });
    if (cursor.atClause()) return;
    how = HOW.some((word) => looksLike(cursor, word)) ? oneOf(cursor, HOW, 'DO or EXECUTE') : undefined;
  }
  endClause(cursor, 'DO, EXECUTE, ');
}

/** text = "$$" SQL "$$" | "$tag$" SQL "$tag$" */
function parseDo(cursor: Cursor): string[] {
  const statements: string[] = [];
  const begins = () => {
    cursor.blank();
    return cursor.text[cursor.at] === '$';
  };
  do {
    const mistakes = cursor.mistakes;
    const text = begins() ? cursor.dollarQuoted() : undefined;
    // A text that is never closed has been told.
    if (text !== undefined && cursor.mistakes > mistakes) return statements;
    if (text === undefined && HOW.some((word) => cursor.looksAt(word.toLowerCase()))) {
      cursor.expected('SQL between $$ and $$, or no comma before the next DO or EXECUTE');
      return statements;
    }
    if (text === undefined) {
      cursor.expected('SQL between $$ and $$');
      if (!cursor.atClause()) cursor.skipItem();
    } else for (const statement of statementsOf(cursor, text)) statements.push(statement);
    if (begins()) cursor.expected('a comma');
  } while (cursor.sign(',') || begins());
  return statements;
}

function statementsOf(cursor: Cursor, text: Token): string[] {
  const { parts, problems } = splitSql(text.value);
  for (const { message, from, to } of problems) cursor.fail(message, text.from + from, text.from + to);
  if (parts.length === 0 && problems.length === 0)
    cursor.warn(`there is no statement here: ${NOTHING}`, text.from, text.to);
  return parts.flatMap((part) => {
    const [from, to] = [text.from + part.from, text.from + partEnd(part)];
    if (!('text' in part)) return cursor.fail('\\ commands belong into files; expected SQL', from, to) ?? [];
    const problem = transactionProblem(part.text);
    if (problem !== undefined) cursor.fail(problem, from, to);
    return [part.text];
  });
}

const NOTHING = 'it does nothing';

/** A statement that begins or ends a transaction. `end` is COMMIT, as `abort` is ROLLBACK. */
const TRANSACTION = /^(?:begin|start\s+transaction|commit|end|rollback|abort)(?![\p{L}\p{N}_$])/iu;

/** What both servers refuse within a transaction, and what Redshift does. */
const OUTSIDE = /^(?:vacuum|(?:create|drop)\s+database|alter\s+table\s+\S+\s+append)(?![\p{L}\p{N}_$])/iu;

function transactionProblem(statement: string): string | undefined {
  if (TRANSACTION.test(statement)) {
    return 'a block is a transaction of its own; BEGIN, COMMIT and ROLLBACK have no place in it';
  }
  return OUTSIDE.test(statement) ? 'no transaction may hold this statement, and a block is one' : undefined;
}

const partEnd = (part: SqlStatement | SqlInclude): number => ('text' in part ? part.from + part.text.length : part.to);

/** "EXECUTE" file, with file = quoted | any text without blanks */
function parseExecute(cursor: Cursor, draft: Draft): string[] {
  const file =
    cursor.quoted() ?? cursor.read(/[^\s;,'"]+/y) ?? cursor.expected("the name of a file: EXECUTE 'file.sql'");
  if (file === undefined || cursor.source.hasHole(file.from, file.to)) return [];
  if (draft.reader === undefined) {
    cursor.fail('files cannot be read here; expected DO $$ … $$', file.from, file.to);
    return [];
  }
  return readFiles(cursor, draft.reader, file);
}

/** What `--before` and `--after` say: the name of a file, as it stands. */
export function parseFile(cursor: Cursor, draft: Draft, blocks: SqlBlock[]): void {
  const name = { value: cursor.text, from: 0, to: cursor.text.length };
  cursor.at = name.to;
  if (draft.reader === undefined) return;
  const statements = readFiles(cursor, draft.reader, name);
  if (statements.length > 0) blocks.push({ statements });
}

/** The statements of the file that stands at a place, and of those that it includes. */
function readFiles(cursor: Cursor, reader: Reader, place: Token): string[] {
  const mistakes = cursor.mistakes;
  const files = new Files(cursor, reader, place);
  files.read(place.value, cursor.source.file, []);
  const empty = files.statements.length === 0 && cursor.mistakes === mistakes;
  if (empty) cursor.warn(`there is no statement in this file: ${NOTHING}`, place.from, place.to);
  return files.statements;
}

/** Files include one another; beyond so many something is wrong. */
const MOST_FILES = 1000;

/** The statements of a file and of those that it includes. */
class Files {
  readonly statements: string[] = [];
  readonly #cursor: Cursor;
  readonly #reader: Reader;
  readonly #place: Token;
  #count = 0;

  constructor(cursor: Cursor, reader: Reader, place: Token) {
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
    const tooLarge = this.#cursor.sizeProblem(file.text.length);
    if (tooLarge !== undefined) return tooLarge;
    this.#statementsOf(file.name, file.text, [...open, file.name]);
    return undefined;
  }

  #statementsOf(name: string, text: string, open: readonly string[]): void {
    const source = new SourceText(name, text, undefined);
    const fail = (message: string, from: number, to: number) => {
      if (this.#cursor.full) this.#cursor.mistakes += 1;
      else this.#cursor.add(source.diagnostic('error', message, from, to));
    };
    const { parts, problems } = splitSql(text);
    for (const { message, from, to } of problems) fail(message, from, to);
    for (const part of parts) {
      if ('text' in part) this.statements.push(part.text);
      const problem = 'text' in part ? transactionProblem(part.text) : this.#include(part.command, part.argument, open);
      if (problem !== undefined) fail(problem, part.from, partEnd(part));
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
