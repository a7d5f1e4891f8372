// How does Redshift cut SQL into words, names, strings and the rest?
// Two rules differ from PostgreSQL's: a backslash escapes inside ordinary '…' strings (unless the session set
// standard_conforming_strings), and quoted names fold to lower case too.
import { literal } from '../admin.ts';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { LongNames } from './long-names.ts';

export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'operator' | 'space';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the statement. */
  readonly text: string;
  /** word, name: folded, without quotes, as the backend calls it; string: what it means; else the text. */
  readonly value: string;
  /** As it stands in a statement for the backend. */
  readonly sql: string;
}

export interface Lexis {
  /** Whether a backslash escapes in '…'. */
  readonly backslashEscapes: boolean;
  /** Whether a name in quotes keeps its capitals. */
  readonly keepsCase: boolean;
  readonly names: LongNames;
}

const space = /(?:\s+|--[^\n]*)+/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const quotedName = /"(?:[^"]|"")*"/y;
const plainString = /'(?:[^']|'')*'/y;
const escapedString = /'(?:[^'\\]|\\[\s\S]|'')*'/y;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** Lower case as Redshift folds it; all letters, not only A to Z. */
export function fold(name: string): string {
  return name.toLowerCase();
}

/** Cuts SQL into tokens; joined, their texts are the SQL again. */
export function tokenize(sql: string, lexis: Lexis): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const token = next(sql, at, lexis);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function next(sql: string, at: number, lexis: Lexis): Token {
  const blank = match(space, sql, at) ?? comment(sql, at);
  if (blank !== undefined) return { kind: 'space', text: blank, value: ' ', sql: blank };
  const first = sql[at] ?? '';
  if (first === "'") return stringToken(sql, at, '', lexis.backslashEscapes, lexis.names);
  if (/[eEbBxXnN]/.test(first) && sql[at + 1] === "'") {
    return stringToken(sql, at, first, lexis.backslashEscapes || /[eE]/.test(first), lexis.names);
  }
  if (first === '"') return nameToken(sql, at, lexis);
  if (first === '$') {
    const dollar = dollarToken(sql, at, lexis.names);
    if (dollar) return dollar;
  }
  const found = match(word, sql, at);
  if (found !== undefined) return wordToken(found, lexis.names);
  const digits = match(number, sql, at);
  if (digits !== undefined) return { kind: 'number', text: digits, value: digits, sql: digits };
  return operator(first);
}

/** A nested comment, whole. */
function comment(sql: string, at: number): string | undefined {
  if (!sql.startsWith('/*', at)) return undefined;
  let depth = 0;
  let end = at;
  do {
    if (sql.startsWith('/*', end)) {
      depth++;
      end += 2;
    } else if (sql.startsWith('*/', end)) {
      depth--;
      end += 2;
    } else end++;
  } while (depth > 0 && end < sql.length);
  if (depth > 0) throw unterminated('/* comment', sql, at);
  return sql.slice(at, end);
}

export function operator(text: string): Token {
  return { kind: 'operator', text, value: text, sql: text };
}

/** Quoted for the backend where that would fold or cut it otherwise. */
function wordToken(text: string, names: LongNames): Token {
  const value = names.toBackend(fold(text));
  const same = /^[\0-\x7f]*$/.test(text) && value.length === text.length;
  return { kind: 'word', text, value, sql: same ? text : quoteName(value) };
}

function stringToken(sql: string, at: number, prefix: string, escapes: boolean, names: LongNames): Token {
  const text = match(escapes ? escapedString : plainString, sql, at + prefix.length);
  if (text === undefined) throw unterminated('quoted string', sql, at);
  return string(prefix + text, meaning(text.slice(1, -1), escapes), names);
}

function string(text: string, value: string, names: LongNames): Token {
  const named = names.inString(value);
  return { kind: 'string', text, value, sql: named === value ? text : literal(named) };
}

const named: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function meaning(inner: string, escapes: boolean): string {
  if (!escapes) return inner.replaceAll("''", "'");
  return inner.replace(/''|\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|[\s\S])/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return whole === "''" ? "'" : whole;
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
    if (/^x./.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return named[escaped] ?? escaped;
  });
}

function nameToken(sql: string, at: number, { names, keepsCase }: Lexis): Token {
  const text = match(quotedName, sql, at);
  if (text === undefined) throw unterminated('quoted identifier', sql, at);
  const name = text.slice(1, -1).replaceAll('""', '"');
  const value = names.toBackend(keepsCase ? name : fold(name));
  return { kind: 'name', text, value, sql: quoteName(value) };
}

function dollarToken(sql: string, at: number, names: LongNames): Token | undefined {
  const tag = match(dollarTag, sql, at);
  if (tag === undefined) return undefined;
  const end = sql.indexOf(tag, at + tag.length);
  if (end < 0) throw unterminated('dollar-quoted string', sql, at);
  return string(sql.slice(at, end + tag.length), sql.slice(at + tag.length, end), names);
}

function unterminated(what: string, sql: string, at: number): RedshiftError {
  return new RedshiftError(`unterminated ${what} at or near "${sql.slice(at, at + 20)}"`, sqlstate.syntaxError);
}

/** The statements of a query string, each as its tokens; empty ones are left out. */
export function statements(sql: string, lexis: Lexis): Token[][] {
  const list: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokenize(sql, lexis)) {
    if (token.text !== ';' || token.kind !== 'operator') {
      current.push(token);
      continue;
    }
    list.push(current);
    current = [];
  }
  list.push(current);
  return list.filter((tokens) => tokens.some((token) => token.kind !== 'space'));
}

/** The statement as text for the backend. */
export function render(tokens: readonly Token[]): string {
  return tokens.map((token) => token.sql).join('');
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
