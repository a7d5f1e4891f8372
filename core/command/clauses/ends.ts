// FROM and INTO: the two ends.

import type { Cursor, Token } from '../cursor.ts';
import type { Endpoint } from '../model.ts';
import { notSupported, otherDatabase } from '../other-sources.ts';
import { type ParsedUri, parseUri } from '../uri.ts';

/** How an end was read: as a connection string, not at all, or as what is recognised and not supported. */
export type ReadEnd = ParsedUri | { readonly unsupported: string } | undefined;

/** uri = a connection string, up to white space, or to the ";" that ends the command */
export function parseEnd(cursor: Cursor, end: Endpoint['end']): ReadEnd {
  cursor.blank();
  const from = cursor.at;
  const mistakes = cursor.mistakes;
  const quoted = cursor.quoted();
  if (cursor.mistakes > mistakes) {
    // What follows the word behind the quote is not the quote's.
    cursor.at = from + 1;
    cursor.read(/[^\s;]+/y);
    return undefined;
  }
  if (quoted !== undefined) return quotedEnd(cursor, end, quoted);
  const text = cursor.looksAt(end === 'source' ? 'into' : 'with') ? undefined : readUriText(cursor);
  if (text === undefined) return cursor.expected(`the ${end}: ${EXAMPLES[end]}`);
  const to = cursor.at;
  const other = end === 'source' ? otherDatabase(text) : undefined;
  if (other !== undefined) return unsupported(cursor, other, from, to);
  if (cursor.source.hasHole(from, to)) return undefined;
  cursor.connectionStrings.push({ from, to });
  const uri = parseUri(text, end);
  if ('problems' in uri) {
    for (const problem of uri.problems) cursor.tell(problem, from, to);
    // libpq's other way, `host=… dbname=…`: the rest of it is no mistake of its own.
    if (/^\w+=/.test(text)) while (!cursor.atClause() && !cursor.looksAt('into')) cursor.skipToken();
    return undefined;
  }
  if (uri.ambiguity !== undefined) cursor.warn(uri.ambiguity, from, to);
  return uri;
}

const EXAMPLES = {
  source: 'postgresql://user@host/database',
  target: 'redshift://user@host/database',
} as const;

/** In quotes stands a path. */
function quotedEnd(cursor: Cursor, end: Endpoint['end'], quoted: Token): ReadEnd {
  if (/^(?:postgres|postgresql|pgsql|redshift):/i.test(quoted.value)) {
    return cursor.fail('a connection string stands without quotes', quoted.from, quoted.to);
  }
  if (end === 'target') {
    return cursor.fail(`expected the target: ${EXAMPLES.target}`, quoted.from, quoted.to);
  }
  const other = otherDatabase(quoted.value) ?? 'SQLite';
  return unsupported(cursor, other, quoted.from, quoted.to);
}

function unsupported(cursor: Cursor, other: string, from: number, to: number): ReadEnd {
  cursor.tell(notSupported(other), from, to);
  return { unsupported: other };
}

/** Up to white space; further where a password holds blanks, or a database's name in quotes does. */
function readUriText(cursor: Cursor): string | undefined {
  const token = cursor.read(/[^\s;]\S*/y);
  if (token === undefined) return undefined;
  const line = restOfLine(cursor.text, token.from);
  const more = withBlanks(token.value, line) ?? token.value;
  const text = beforeEnd(more);
  cursor.at = token.from + text.length;
  return text;
}

/** A password, a path and a database's name do not run over lines. */
const LONGEST_URI_CHARACTERS = 4000;

function restOfLine(text: string, from: number): string {
  return /^[^\n]*/.exec(text.slice(from, from + LONGEST_URI_CHARACTERS))?.[0] ?? '';
}

function withBlanks(token: string, line: string): string | undefined {
  const user = /^[a-z]+:\/\/[^@:/?#\s]*:([^@]*)$/i.exec(token);
  // `host:5432/db` is no user with a password, and needs no @.
  if (user !== null && !/^\d*(?:[/?;]|$)/.test(user[1] ?? '')) {
    return /^[a-z]+:\/\/[^@:/?#\s]*:(?:(?!:\/\/)[^@]|@@)*@(?!@)\S*/i.exec(line)?.[0];
  }
  const close = /\/'[^']*$/.test(token) ? line.indexOf("'", token.length) : -1;
  return close < 0 ? undefined : line.slice(0, close + 1) + (/^\S*/.exec(line.slice(close + 1))?.[0] ?? '');
}

/** A `;` ends the command where a command can end: before blanks, a comment, or the next command. */
function beforeEnd(text: string): string {
  const end = /;(?=$|;|--|\/\*|load\b)/i.exec(text);
  return end === null ? text : text.slice(0, end.index);
}
