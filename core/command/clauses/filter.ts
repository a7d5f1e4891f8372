// Which tables? The patterns of INCLUDING ONLY, EXCLUDING, DECODING and ALTER TABLE.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords, looksLike, oneOf } from '../keywords.ts';
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
  const how = keywords(cursor, 'TABLE NAMES', ' MATCHING') && oneOf(cursor, ['MATCHING', 'LIKE'], 'MATCHING or LIKE');
  // Where the word alone is missing, its patterns are read.
  if (how === false || (how === undefined && !patternHere(cursor))) {
    cursor.skipToClause();
    return undefined;
  }
  const tables = withSchema(cursor, readPatterns(cursor, how === 'LIKE' ? 'like' : 'matching'));
  if (!cursor.atClause() && cursor.text[cursor.at] === ',') {
    cursor.expected('a clause of its own for the names of another schema');
    cursor.skipToClause();
  } else endClause(cursor);
  return tables;
}

/** What a clause goes on with behind its tables: the words it may begin with, and how a message names it. */
export interface Following {
  readonly words: readonly string[];
  readonly what: string;
}

/** pattern ("," pattern)* ["IN SCHEMA" name]. Undefined after a mistake. */
export function parseMatching(cursor: Cursor, next: Following): TableFilter | undefined {
  return withSchema(cursor, readPatterns(cursor, 'matching', next));
}

function withSchema(cursor: Cursor, tables: readonly NamePattern[] | undefined): TableFilter | undefined {
  if (!schemaHere(cursor)) return tables && { tables };
  keywords(cursor, 'IN SCHEMA');
  const schema = cursor.name('the name of a schema')?.value;
  if (schema === undefined) cursor.skipToClause();
  return tables && schema !== undefined ? { tables, schema } : undefined;
}

const schemaHere = (cursor: Cursor): boolean => cursor.looksAt('in') || looksLike(cursor, 'IN', 'SCHEMA');

function readPatterns(cursor: Cursor, kind: keyof typeof PATTERNS, next?: Following): NamePattern[] | undefined {
  const mistakes = cursor.mistakes;
  const patterns: NamePattern[] = [];
  const ends = () =>
    cursor.atClause() || schemaHere(cursor) || next?.words.some((word) => looksLike(cursor, word)) === true;
  for (;;) {
    const pattern = PATTERNS[kind](cursor);
    if (pattern !== undefined) patterns.push(pattern);
    else skipPattern(cursor, ends);
    if (cursor.sign(',')) continue;
    if (!patternHere(cursor)) break;
    cursor.expected('a comma');
  }
  // The end of a list in parentheses, of which the beginning has been told.
  if (cursor.mistakes > mistakes) cursor.sign(')');
  if (!ends()) {
    if (next === undefined) endClause(cursor, 'a comma, IN SCHEMA, ', ['IN']);
    else {
      cursor.expected(`a comma, IN SCHEMA, ${next.what}`, ['IN', ...next.words]);
      cursor.skipToClause();
    }
    return undefined;
  }
  return cursor.mistakes > mistakes ? undefined : patterns;
}

function patternHere(cursor: Cursor): boolean {
  cursor.blank();
  return `'"~`.includes(cursor.text[cursor.at] ?? ' ');
}

function skipPattern(cursor: Cursor, ends: () => boolean): void {
  while (!ends() && cursor.text[cursor.at] !== ',') {
    if (cursor.read(/[^\s,;'"]+/y) === undefined && cursor.read(/'[^'\n]*'|"[^"\n]*"/y) === undefined) cursor.at += 1;
  }
}

/** pattern = "'" name "'" | "~" regex */
function parsePattern(cursor: Cursor): NamePattern | undefined {
  if (cursor.sign('~')) return parseRegex(cursor);
  if (cursor.sign('(')) cursor.fail('names stand without parentheses', cursor.at - 1, cursor.at);
  const name = cursor.quoted();
  if (name === undefined) return cursor.expected("a name in quotes or a regular expression: 'name' or ~/expression/");
  if (name.value === '' && !cursor.source.hasHole(name.from, name.to)) {
    return cursor.fail('a name cannot be empty', name.from, name.to);
  }
  const slip = SLIPS.find(({ looks }) => looks.test(name.value));
  if (slip !== undefined) cursor.warn(slip.message, name.from, name.to);
  return { kind: 'exact', name: name.value };
}

/** Names that a table may have, and that are more often something else in quotes. */
const SLIPS = [
  { looks: /^~[/[{(<"'|#]/, message: 'this is a name; a regular expression stands without quotes: ~/expression/' },
  { looks: /%/, message: 'a % stands for itself here; patterns follow TABLE NAMES LIKE' },
  { looks: /\./, message: "this is one name, with a point in it; a schema is named apart: 'orders' IN SCHEMA 'shop'" },
] as const;

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
  if (end < 0 || cursor.text.slice(cursor.at, end).includes('\n')) {
    const line = cursor.text.indexOf('\n', cursor.at);
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

/**
 * What an argument of the command line says: all that may stand after INCLUDING ONLY, where bare names need no quotes and
 * TABLE NAMES MATCHING may be left out; after IN SCHEMA and a comma the names of another schema.
 */
export function parseTablesArgument(cursor: Cursor, filters: TableFilter[]): void {
  do add(filters, withSchema(cursor, readPatterns(cursor, argumentKind(cursor))));
  while (cursor.sign(','));
}

function argumentKind(cursor: Cursor): keyof typeof PATTERNS {
  const from = cursor.at;
  if (cursor.looksAt('table', 'names')) cursor.words('table', 'names');
  const how = ['matching', 'like'].find((word) => cursor.words(word));
  // `like` alone is a table of that name.
  if (how !== undefined && patternHere(cursor)) return how === 'like' ? 'like' : 'argument';
  cursor.at = from;
  return 'argument';
}
