// A command from the arguments of a command line: SOURCE, TARGET, and options that say what the clauses of a file say.

import { parseCast } from './clauses/cast.ts';
import { parseTablesArgument } from './clauses/filter.ts';
import { parseSet } from './clauses/set.ts';
import { parseFile } from './clauses/sql-blocks.ts';
import { parseWith } from './clauses/with.ts';
import { commandOf, type Placed, passwordsOf, placedProblems, placedRemarks } from './command-of.ts';
import { Cursor } from './cursor.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Draft, newDraft, type Reader } from './draft.ts';
import type { Endpoint } from './model.ts';
import { notSupported, otherDatabase } from './other-sources.ts';
import { type Parsed, parsed } from './parser.ts';
import { SourceText } from './source-text.ts';
import { type ParsedUri, parseUri } from './uri.ts';

/** What each option says, as often as it is given. */
export interface CommandArguments {
  readonly source: string;
  readonly target: string;
  /** `--with 'include no drop, workers = 8'` */
  readonly with: readonly string[];
  /** `--set "search_path='a'"` */
  readonly set: readonly string[];
  /** `--cast 'type uuid to varchar'` */
  readonly cast: readonly string[];
  /** `--including-only "users, ~/^order/ in schema 'shop'"` */
  readonly includingOnly: readonly string[];
  readonly excluding: readonly string[];
  /** Files of SQL. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The one command that the arguments make. Diagnostics name the option; connection strings are not repeated. */
export function parseArguments(args: CommandArguments, reader: Reader): Parsed {
  const draft = newDraft(reader);
  const diagnostics: Diagnostic[] = [];
  const source = readEnd(args.source, 'source', diagnostics);
  const target = readEnd(args.target, 'target', diagnostics);
  for (const { option, texts, parse } of optionsOf(args)) {
    for (const text of texts) {
      const cursor = new Cursor(new SourceText(option, text, undefined), 'option');
      parse(cursor, draft);
      if (!cursor.done()) cursor.expected('the end of the option');
      diagnostics.push(...cursor.diagnostics);
    }
  }
  diagnostics.push(...placedProblems(draft).map((problem) => placed('error', problem)));
  const wrong = diagnostics.some(({ severity }) => severity === 'error');
  if (wrong || source === undefined || target === undefined) return parsed([], diagnostics);
  const command = commandOf(draft, source, target);
  return parsed(
    [{ command, passwords: passwordsOf(source, target) }],
    [...diagnostics, ...placedRemarks(draft, command).map((remark) => placed('warning', remark))],
  );
}

const placed = (severity: Diagnostic['severity'], { message, place }: Placed): Diagnostic =>
  place.source.diagnostic(severity, message, place.from, place.to);

interface OptionTexts {
  readonly option: string;
  readonly texts: readonly string[];
  readonly parse: (cursor: Cursor, draft: Draft) => void;
}

function optionsOf(args: CommandArguments): OptionTexts[] {
  return [
    { option: '--with', texts: args.with, parse: parseWith },
    { option: '--set', texts: args.set, parse: parseSet },
    { option: '--cast', texts: args.cast, parse: parseCast },
    {
      option: '--including-only',
      texts: args.includingOnly,
      parse: (cursor, draft) => parseTablesArgument(cursor, draft.including),
    },
    {
      option: '--excluding',
      texts: args.excluding,
      parse: (cursor, draft) => parseTablesArgument(cursor, draft.excluding),
    },
    { option: '--before', texts: args.before, parse: (cursor, draft) => parseFile(cursor, draft, draft.beforeLoad) },
    { option: '--after', texts: args.after, parse: (cursor, draft) => parseFile(cursor, draft, draft.afterLoad) },
  ];
}

/** A shell gives the connection string whole, blanks and all. */
function readEnd(text: string, end: Endpoint['end'], diagnostics: Diagnostic[]): ParsedUri | undefined {
  const place = { file: end.toUpperCase(), line: 1, column: 1, length: 1, excerpt: '', carets: '' };
  const fail = (messages: readonly string[]): undefined => {
    diagnostics.push(...messages.map((message): Diagnostic => ({ severity: 'error', ...place, message })));
    return undefined;
  };
  const other = end === 'source' ? otherDatabase(text) : undefined;
  if (other !== undefined) return fail([notSupported(other)]);
  const read = parseUri(text, end);
  return 'problems' in read ? fail(read.problems) : read;
}
