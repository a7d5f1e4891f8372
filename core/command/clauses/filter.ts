// Which tables? The patterns of INCLUDING ONLY, EXCLUDING, DECODING and ALTER TABLE.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import type { NamePattern, TableFilter } from '../model.ts';
import { compileRegex, foreignRegex } from '../patterns.ts';
import { endClause } from './list.ts';

/** "INCLUDING ONLY" tables */
export function parseIncluding(cursor: Cursor, draft: Draft): void {
  add(draft.including, parseTables(cursor));
}

/** "EXCLUDING" tables */
export function parseExcluding(cursor: Cursor, draft: Draft): void {
  add(draft.excluding, parseTables(cursor));
}

function add(filters: TableFilter[], filter: TableFilter | undefined): void {
  if (filter !== undefined) filters.push(filter);
}

/** tables = "TABLE NAMES" ("MATCHING" pattern ("," pattern)* | "LIKE" quoted ("," quoted)*) ["IN SCHEMA" name] */
function parseTables(cursor: Cursor): TableFilter | undefined {
  if (!cursor.words('table', 'names')) return giveUp(cursor, 'TABLE NAMES MATCHING');
  if (cursor.words('matching')) return parseMatching(cursor);
  if (cursor.words('like')) return withSchema(cursor, readPatterns(cursor, 'like'));
  return giveUp(cursor, 'MATCHING or LIKE');
}

function giveUp(cursor: Cursor, what: string): undefined {
  cursor.expected(what);
  cursor.skipToClause();
  return undefined;
}

/** pattern ("," pattern)* ["IN SCHEMA" name]. Undefined after a mistake. `next` names what has to follow. */
export function parseMatching(cursor: Cursor, next = ''): TableFilter | undefined {
  return withSchema(cursor, readPatterns(cursor, 'matching', next));
}

function withSchema(cursor: Cursor, tables: readonly NamePattern[] | undefined): TableFilter | undefined {
  let schema: string | undefined;
  if (cursor.words('in')) {
    if (!cursor.words('schema')) return giveUp(cursor, 'SCHEMA');
    schema = cursor.name('the name of a schema')?.value;
    if (schema === undefined) {
      cursor.skipToClause();
      return undefined;
    }
  }
  if (tables === undefined) return undefined;
  return { tables, ...(schema === undefined ? {} : { schema }) };
}

/** What may follow the patterns of a clause: IN SCHEMA, an encoding, or what is done with the tables. */
const FOLLOWING = ['in', 'as', 'rename', 'set'];

function readPatterns(cursor: Cursor, kind: keyof typeof PATTERNS, next = ''): NamePattern[] | undefined {
  const mistakes = cursor.mistakes;
  const patterns: NamePattern[] = [];
  for (;;) {
    const pattern = PATTERNS[kind](cursor);
    if (pattern !== undefined) patterns.push(pattern);
    else skipPattern(cursor);
    if (cursor.sign(',')) continue;
    if (!patternHere(cursor)) break;
    cursor.expected('a comma');
  }
  const following = cursor.peekWord();
  if (!cursor.atClause() && !(following !== undefined && FOLLOWING.includes(following))) {
    if (next === '') endClause(cursor, 'a comma, IN SCHEMA');
    else giveUp(cursor, `a comma, IN SCHEMA, ${next}`);
    return undefined;
  }
  return cursor.mistakes > mistakes ? undefined : patterns;
}

function patternHere(cursor: Cursor): boolean {
  cursor.blank();
  return `'"~`.includes(cursor.text[cursor.at] ?? ' ');
}

function skipPattern(cursor: Cursor): void {
  while (!cursor.atClause() && cursor.text[cursor.at] !== ',') {
    const word = cursor.peekWord();
    if (word !== undefined && FOLLOWING.includes(word)) return;
    if (cursor.read(/[^\s,;'"]+/y) === undefined && cursor.read(/'[^'\n]*'|"[^"\n]*"/y) === undefined) cursor.at += 1;
  }
}

/** pattern = "'" name "'" | "~" regex */
function parsePattern(cursor: Cursor): NamePattern | undefined {
  if (cursor.sign('~')) return parseRegex(cursor);
  const name = cursor.quoted();
  if (name === undefined) return cursor.expected("a name in quotes or a regular expression: 'name' or ~/expression/");
  if (name.value === '' && !cursor.source.hasHole(name.from, name.to)) {
    return cursor.fail('a name cannot be empty', name.from, name.to);
  }
  return { kind: 'exact', name: name.value };
}

function parseLike(cursor: Cursor): NamePattern | undefined {
  const pattern = cursor.quoted("'");
  if (pattern === undefined) return cursor.expected("a pattern in single quotes: 'name%'");
  return { kind: 'like', pattern: pattern.value };
}

/** For an argument of the command line, where a shell has taken the quotes: a bare name is a name. */
function parseBarePattern(cursor: Cursor): NamePattern | undefined {
  const bare = cursor.bareName();
  return bare === undefined ? parsePattern(cursor) : { kind: 'exact', name: bare.value };
}

const PATTERNS = { matching: parsePattern, like: parseLike, argument: parseBarePattern };

/** What opens a regular expression, and what closes it. */
export const REGEX_DELIMITERS: Readonly<Record<string, string>> = {
  '/': '/',
  '[': ']',
  '{': '}',
  '(': ')',
  '<': '>',
  '"': '"',
  "'": "'",
  '|': '|',
  '#': '#',
};

/** regex = one of // [] {} () <> "" '' || ## around an expression of JavaScript's that does not hold the closing sign */
function parseRegex(cursor: Cursor): NamePattern | undefined {
  const from = cursor.at - 1;
  const opening = cursor.text[cursor.at] ?? '';
  const closing = REGEX_DELIMITERS[opening];
  if (closing === undefined) return cursor.expected('a regular expression: ~/expression/');
  const end = cursor.text.indexOf(closing, cursor.at + 1);
  const line = cursor.text.indexOf('\n', cursor.at);
  if (end < 0 || (line >= 0 && line < end)) {
    cursor.at = line < 0 ? cursor.text.length : line;
    return cursor.fail(`this regular expression is never closed; expected ${closing}`, from, from + 2);
  }
  const source = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  if (source === '') return cursor.fail('a regular expression cannot be empty', from, cursor.at);
  const foreign = foreignRegex(source);
  if (foreign !== undefined) return cursor.fail(`in this regular expression ${foreign}`, from, cursor.at);
  try {
    compileRegex(source);
    return { kind: 'regex', source };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /s, '') : 'it cannot be read';
    return cursor.fail(`this is no regular expression: ${why}`, from, cursor.at);
  }
}

/** What an argument of the command line says: patterns, where bare names need no quotes, and IN SCHEMA. */
export function parseTablesArgument(cursor: Cursor, filters: TableFilter[]): void {
  add(filters, withSchema(cursor, readPatterns(cursor, 'argument')));
}
