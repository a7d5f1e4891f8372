// Text to commands, any number of them in a file. Problems are collected, not thrown: one reading shows them all.

import { parseClauses } from './clauses/clauses.ts';
import { parseEnd, type ReadEnd } from './clauses/ends.ts';
import { CLAUSE_WORDS } from './clauses/list.ts';
import { commandOf, passwordsOf, placedProblems, placedRemarks } from './command-of.ts';
import { Cursor } from './cursor.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Draft, newDraft, type Reader } from './draft.ts';
import { keywords, looksLike, oneOf } from './keywords.ts';
import type { LoadCommand } from './model.ts';
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
  /** Both: those of the text, then those of each file that it executes, in the order of reading. */
  readonly diagnostics: readonly Diagnostic[];
}

export function parsed(commands: readonly ParsedCommand[], diagnostics: readonly Diagnostic[]): Parsed {
  return {
    commands,
    problems: diagnostics.filter(({ severity }) => severity === 'error'),
    warnings: diagnostics.filter(({ severity }) => severity === 'warning'),
    diagnostics,
  };
}

/**
 * Reads all commands of a text. `file` names it in diagnostics. Without a reader no file can be executed, and `{{NAME}}`
 * is a variable that is not set.
 */
export function parseCommands(text: string, file: string, reader?: Reader): Parsed {
  const cursor = new Cursor(new SourceText(file, text, reader?.variables ?? {}));
  const commands: { readonly found: ParsedCommand; readonly from: number; readonly to: number }[] = [];
  const tooLarge = cursor.sizeProblem(text.length);
  if (tooLarge !== undefined) {
    cursor.tell(tooLarge, 0, 1);
    cursor.at = cursor.text.length;
  } else if (cursor.done()) cursor.expected('LOAD DATABASE FROM … INTO …');
  while (!cursor.done()) {
    const from = cursor.at;
    const found = parseCommand(cursor, reader);
    if (found !== undefined) commands.push({ found, from, to: cursor.at });
  }
  const holes = [...tellHoles(cursor), ...tellSecrets(cursor)];
  const whole = commands.filter(({ from, to }) => !holes.some((at) => at >= from && at < to));
  return parsed(
    whole.map(({ found }) => found),
    inOrder(file, cursor.diagnostics),
  );
}

/** By place within a file; the text itself before the files that it names. */
function inOrder(file: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = Map.groupBy(diagnostics, (each) => each.file);
  const others = [...files.keys()].filter((name) => name !== file);
  return [file, ...others].flatMap((name) =>
    (files.get(name) ?? []).toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** Tells each missing variable once, where it is first wanted. Gives the places of all that are wanted. */
function tellHoles(cursor: Cursor): number[] {
  const told = new Set<string>();
  const wanted = outside(cursor.unread, cursor.source.rendered.holes);
  for (const { at, message } of wanted) {
    if (!told.has(message)) cursor.tell(message, at, at + 1);
    told.add(message);
  }
  return wanted.map(({ at }) => at);
}

const SECRET_OUTSIDE =
  '{{secret:…}} stands for the password of a connection string, and for nothing else: user:{{secret:NAME:FIELD}}@host';

/** Tells each secret that stands where no connection string was read. Gives their places. */
function tellSecrets(cursor: Cursor): number[] {
  const places = cursor.source.rendered.secrets.map((at) => ({ at }));
  const wrong = outside(cursor.connectionStrings, outside(cursor.unread, places)).map(({ at }) => at);
  for (const at of wrong) cursor.tell(SECRET_OUTSIDE, at, at + 1);
  return wrong;
}

/** Those of ascending places that lie in none of the stretches. */
function outside<Place extends { readonly at: number }>(
  stretches: Cursor['unread'],
  places: readonly Place[],
): readonly Place[] {
  const sorted = stretches.toSorted((a, b) => a.from - b.from);
  let next = 0;
  return places.filter(({ at }) => {
    while ((sorted[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next += 1;
    return (sorted[next]?.from ?? Number.POSITIVE_INFINITY) > at;
  });
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
  for (const { message, place } of placedProblems(draft)) cursor.tell(message, place.from, place.to);
  if (cursor.mistakes > mistakes || source === undefined || target === undefined || 'unsupported' in target) {
    return undefined;
  }
  return finish(cursor, draft, source, target);
}

/** "LOAD DATABASE". What else it is has been told. */
function parseHead(cursor: Cursor): 'ours' | 'unsupported' | 'wrong' {
  if (!cursor.words('load')) {
    const goesOn = cursor.at > 0 && GOES_ON.some((word) => cursor.looksAt(word.toLowerCase()));
    const why = goesOn ? ' (the ; has ended the command before)' : '';
    if (!keywords(cursor, 'LOAD', ` DATABASE${why}`)) return 'wrong';
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
  const what = oneOf(cursor, ['DATABASE', ...OTHER_COMMANDS.map((word) => word.toUpperCase())], 'DATABASE');
  return what === 'DATABASE' ? 'ours' : 'wrong';
}

/** With these a command goes on: behind a `;` they stand by mistake. */
const GOES_ON = ['FROM', 'INTO', ...CLAUSE_WORDS];

/** "FROM" uri. What a mistake leaves is skipped up to INTO or a clause. */
function parseSource(cursor: Cursor): ReadEnd {
  if (keywords(cursor, 'FROM', ' and the source')) return parseEnd(cursor, 'source');
  skipToInto(cursor);
  return undefined;
}

/** "INTO" uri */
function parseTarget(cursor: Cursor, draft: Draft): ReadEnd {
  if (!readInto(cursor)) return undefined;
  cursor.blank();
  const from = cursor.at;
  const target = parseEnd(cursor, 'target');
  draft.places.set('target.table', { source: cursor.source, from, to: cursor.at });
  return target;
}

const CONNECTION_STRING = /[a-z][a-z0-9+.-]*:\/\//iy;

/** What stands in the place of INTO may be the rest of a password with a blank in it: it is told and not repeated. */
function readInto(cursor: Cursor): boolean {
  if (cursor.words('into')) return true;
  const from = cursor.at;
  const tell = (hint: string) => cursor.tell(`expected INTO and the target${hint}`, from, from + 1);
  if (looksLike(cursor, 'INTO') || cursor.looksAt('to')) {
    tell('; did you mean `INTO`?');
    cursor.bareName();
    return true;
  }
  if (cursor.sign(';') && cursor.words('into')) {
    tell(', and no ; before it');
    return true;
  }
  cursor.at = from;
  const mayBePassword = !cursor.atClause() && cursor.read(CONNECTION_STRING) === undefined;
  tell(mayBePassword ? '; a blank in a connection string is written %20' : '');
  skipToInto(cursor);
  return cursor.words('into');
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
  for (const { message, place } of placedRemarks(draft, command)) cursor.warn(message, place.from, place.to);
  return { command, passwords: passwordsOf(source, target) };
}
