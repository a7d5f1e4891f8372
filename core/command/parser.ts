// Text to commands, any number of them in a file. Problems are collected, not thrown: one reading shows them all.

import { parseClauses } from './clauses/clauses.ts';
import { parseEnd, type ReadEnd } from './clauses/ends.ts';
import { commandOf, passwordsOf, placedRemarks } from './command-of.ts';
import { Cursor } from './cursor.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Draft, newDraft, type Reader } from './draft.ts';
import type { LoadCommand } from './model.ts';
import { nearest } from './nearest.ts';
import { notSupported, OTHER_COMMANDS } from './other-sources.ts';
import { SourceText } from './source-text.ts';
import type { ParsedUri } from './uri.ts';

/** A command and, apart from it, the passwords its text held. */
export interface ParsedCommand {
  readonly command: LoadCommand;
  readonly passwords: { readonly source?: string; readonly target?: string };
}

export interface Parsed {
  /** Those without a mistake. */
  readonly commands: readonly ParsedCommand[];
  readonly problems: readonly Diagnostic[];
  /** What is accepted and does nothing; for Redshift only where the target is `redshift://`. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads all commands of a text. `file` names it in diagnostics. Without a reader no file can be executed, and `{{NAME}}`
 * is a variable that is not set.
 */
export function parseCommands(text: string, file: string, reader?: Reader): Parsed {
  const cursor = new Cursor(new SourceText(file, text, reader?.variables ?? {}));
  const commands: { readonly parsed: ParsedCommand; readonly from: number; readonly to: number }[] = [];
  if (cursor.done()) cursor.expected('LOAD DATABASE FROM … INTO …');
  while (!cursor.done()) {
    const from = cursor.at;
    const parsed = parseCommand(cursor, reader);
    if (parsed !== undefined) commands.push({ parsed, from, to: cursor.at });
  }
  const holes = tellHoles(cursor);
  const whole = commands.filter(({ from, to }) => !holes.some((at) => at >= from && at < to));
  return {
    commands: whole.map(({ parsed }) => parsed),
    problems: inOrder(cursor.problems),
    warnings: inOrder(cursor.warnings),
  };
}

const inOrder = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** Tells each missing variable once, where it is first wanted. Gives the places of all that are wanted. */
function tellHoles(cursor: Cursor): number[] {
  const unread = cursor.unread.toSorted((a, b) => a.from - b.from);
  let next = 0;
  const told = new Set<string>();
  const wanted: number[] = [];
  for (const { at, message } of cursor.source.rendered.holes) {
    while ((unread[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next += 1;
    if ((unread[next]?.from ?? Number.POSITIVE_INFINITY) <= at) continue;
    if (!told.has(message)) cursor.tell(message, at, at + 1);
    told.add(message);
    wanted.push(at);
  }
  return wanted;
}

/** command = "LOAD DATABASE FROM" uri "INTO" uri clause* ";" */
function parseCommand(cursor: Cursor, reader: Reader | undefined): ParsedCommand | undefined {
  const from = cursor.at;
  const mistakes = cursor.mistakes;
  const head = parseHead(cursor);
  if (head === 'wrong') return skipCommand(cursor);
  if (head === 'unsupported') return skipUnsupported(cursor, from);
  const source = parseSource(cursor);
  if (source !== undefined && 'unsupported' in source) return skipUnsupported(cursor, from);
  const draft = newDraft(reader);
  const target = parseTarget(cursor, draft);
  // INTO before FROM has been told.
  if (source === undefined && cursor.words('from')) parseEnd(cursor, 'source');
  parseClauses(cursor, draft);
  if (!cursor.sign(';') && !cursor.done()) cursor.expected('; before the next command');
  if (cursor.mistakes > mistakes || source === undefined || target === undefined || 'unsupported' in target) {
    return undefined;
  }
  return finish(cursor, draft, source, target);
}

/** "LOAD DATABASE". What else it is has been told. */
function parseHead(cursor: Cursor): 'ours' | 'unsupported' | 'wrong' {
  if (!wordLike(cursor, 'load')) {
    cursor.expected('LOAD DATABASE');
    return 'wrong';
  }
  // Older files have LOAD FROM ARCHIVE.
  const old = cursor.at;
  if (!cursor.words('from')) cursor.at = old;
  const other = OTHER_COMMANDS.find((word) => cursor.looksAt(word));
  if (other !== undefined) {
    cursor.blank();
    cursor.tell(notSupported(other.toUpperCase()), cursor.at, cursor.at + other.length);
    return 'unsupported';
  }
  cursor.at = old;
  if (wordLike(cursor, 'database')) return 'ours';
  cursor.expected('DATABASE');
  return 'wrong';
}

/** Reads the word; also one that resembles it, which is told. */
function wordLike(cursor: Cursor, word: string): boolean {
  if (cursor.words(word)) return true;
  if (nearest(cursor.peekWord() ?? '', [word]) === undefined) return false;
  cursor.expected(word.toUpperCase());
  cursor.bareName();
  return true;
}

/** "FROM" uri. What a mistake leaves is skipped up to INTO or a clause. */
function parseSource(cursor: Cursor): ReadEnd {
  if (!wordLike(cursor, 'from')) {
    cursor.expected('FROM and the source');
    skipToInto(cursor);
    return undefined;
  }
  return parseEnd(cursor, 'source');
}

/** "INTO" uri */
function parseTarget(cursor: Cursor, draft: Draft): ReadEnd {
  if (!cursor.looksAt('into')) {
    // What stands here may be the rest of a password with a blank in it: it is not repeated.
    cursor.blank();
    cursor.tell(
      'expected INTO and the target; a blank in a connection string is written %20',
      cursor.at,
      cursor.at + 1,
    );
    skipToInto(cursor);
  }
  if (!cursor.words('into')) return undefined;
  cursor.blank();
  const from = cursor.at;
  const target = parseEnd(cursor, 'target');
  draft.places.set('target.table', { source: cursor.source, from, to: cursor.at });
  return target;
}

function skipToInto(cursor: Cursor): void {
  while (!cursor.atClause() && !cursor.looksAt('into')) cursor.skipToken();
}

/**
 * What a command that is not understood has in its clauses, in text after its `;`, and in variables that are not set is
 * nobody's mistake.
 */
function skipUnsupported(cursor: Cursor, from: number): undefined {
  skipCommand(cursor);
  cursor.unread.push({ from, to: cursor.at });
  return undefined;
}

/** A line that begins a command of ours; data between two commands, and an ARCHIVE's own commands, have none like it. */
const COMMAND_LINE = /^[ \t]*load\s+database\b/gim;

/** To the next command: a LOAD behind a `;`, or, behind data that follows one, at a line's beginning. */
function skipCommand(cursor: Cursor): undefined {
  let line = -1;
  for (;;) {
    const end = cursor.text.indexOf(';', cursor.at);
    cursor.at = end < 0 ? cursor.text.length : end + 1;
    cursor.blank(true);
    if (end < 0 || cursor.at >= cursor.text.length || cursor.looksAt('load')) return undefined;
    // Looked for once for all the `;` before it: a file stays linear.
    if (line < cursor.at) {
      COMMAND_LINE.lastIndex = cursor.at;
      line = COMMAND_LINE.exec(cursor.text)?.index ?? Number.POSITIVE_INFINITY;
    }
    const next = cursor.text.indexOf(';', cursor.at);
    if (line === Number.POSITIVE_INFINITY || (next >= 0 && next < line)) continue;
    cursor.at = line;
    return undefined;
  }
}

function finish(cursor: Cursor, draft: Draft, source: ParsedUri, target: ParsedUri): ParsedCommand {
  const command = commandOf(draft, source, target);
  cursor.warnings.push(...placedRemarks(draft, command));
  return { command, passwords: passwordsOf(source, target) };
}
