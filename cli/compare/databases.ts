// Are two databases equal? Sums over every table at both ends at once; and where they are not the same, down to the rows.
import type { LoadCommand } from '../../core/command/model.ts';
import { addSums, type ComparedTable, type Comparison, NO_SUMS, type Sums } from '../../core/compare/model.ts';
import {
  differingRanges,
  type MatchedRows,
  matchRows,
  nextLook,
  RANGE_DIGITS,
  type RowDigest,
  rowsToTell,
  tellRows,
} from '../../core/compare/narrow.ts';
import { pairTables, type TablePair } from '../../core/compare/pairs.ts';
import { conclude, isEqual, judge, type Narrowed, notCompared } from '../../core/compare/verdict.ts';
import type { PgshiftError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import {
  columnsQuery,
  type Digested,
  longestIn,
  piecesFor,
  type RangeOfKeys,
  type RowsAt,
  rangesQuery,
  readSums,
  rowsQuery,
  sumsQuery,
} from '../../core/sql/checksums.ts';
import { type Answer, type End, openEnd, type Row } from './end.ts';

export interface CompareOptions {
  /** What is only told otherwise counts as a difference. */
  readonly strict: boolean;
  /** Whether the keys of rows that differ are told. */
  readonly showKeys: boolean;
  /** How many rows of a table are told at most. */
  readonly limit: number;
  /** How many parts are read at once, where the command does not say it. */
  readonly workers?: number;
}

/** Compares what the command loads with what it loads into. Throws a PgshiftError where nothing can be compared. */
export async function compareDatabases(ports: Ports, given: LoadCommand, options: CompareOptions): Promise<Comparison> {
  const workers = options.workers ?? given.options.workers;
  const command = { ...given, options: { ...given.options, workers } };
  const ends = await openBoth(ports, command);
  try {
    return await compare(ends, command, options);
  } finally {
    await Promise.all([ends.source.close(), ends.target.close()]);
  }
}

interface Ends {
  readonly source: End;
  readonly target: End;
}

async function openBoth(ports: Ports, command: LoadCommand): Promise<Ends> {
  const opening = [openEnd(ports, command, 'source'), openEnd(ports, command, 'target')] as const;
  const settled = await Promise.allSettled(opening);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    for (const result of settled) if (result.status === 'fulfilled') await result.value.close();
    throw failed.reason;
  }
  const [source, target] = await Promise.all(opening);
  return { source, target };
}

async function compare(ends: Ends, command: LoadCommand, options: CompareOptions): Promise<Comparison> {
  const pairs = pairTables(ends.source.catalog, ends.target.catalog, command);
  const [source, target] = await Promise.all([
    sumsOf(ends.source, pairs.tables, 'source'),
    sumsOf(ends.target, pairs.tables, 'target'),
  ]);
  const tables: ComparedTable[] = [];
  for (const [at, pair] of pairs.tables.entries()) {
    tables.push(await compareTable({ ends, pair, source: source[at], target: target[at] }, options));
  }
  const { strict } = options;
  return conclude({ source: ends.source.label, target: ends.target.label }, tables, pairs.differences, strict);
}

type Side = 'source' | 'target';

const digested = ({ dialect, utf8 }: End, { columns, key }: TablePair, side: Side, pieces: number): Digested => ({
  dialect,
  utf8,
  key,
  pieces,
  forms: columns.map((column) => column[side]),
});

/** The sums of all tables at one end; of those with long values once more, up to their last byte. */
async function sumsOf(end: End, pairs: readonly TablePair[], side: Side): Promise<Asked[]> {
  const question = (pair: TablePair, pieces: number) => ({
    table: pair[side],
    sql: (rows: RowsAt) => sumsQuery(digested(end, pair, side, pieces), rows),
  });
  const asked = (await end.ask(pairs.map((pair) => question(pair, 0)))).map((answer): Asked => ({ answer, pieces: 0 }));
  for (const [at, pair] of pairs.entries()) {
    const pieces = piecesFor(Math.max(0, ...rowsOf(asked[at]?.answer).map(longestIn)));
    if (pieces === 0) continue;
    const [answer] = await end.ask([question(pair, pieces)]);
    if (answer !== undefined) asked[at] = { answer, pieces };
  }
  return asked;
}

interface Asked {
  readonly answer: Answer;
  /** In how many pieces the longest value was looked at. */
  readonly pieces: number;
}

/** A pair of tables with their sums. */
interface Comparing extends Readonly<Record<Side, Asked | undefined>> {
  readonly ends: Ends;
  readonly pair: TablePair;
}

async function compareTable(comparing: Comparing, options: CompareOptions): Promise<ComparedTable> {
  const { pair, source, target } = comparing;
  const failed = failureOf('source', source?.answer) ?? failureOf('target', target?.answer);
  if (failed !== undefined) return notCompared(pair, failed);
  const sums = { source: totalOf(source?.answer), target: totalOf(target?.answer) };
  if (isEqual(sums.source, sums.target)) return judge(pair, sums, options.strict);
  const narrowed = await narrow(comparing, options);
  return typeof narrowed === 'string'
    ? notCompared(pair, narrowed)
    : judge(pair, { ...sums, narrowed }, options.strict);
}

function failureOf(side: Side, answer: Answer | undefined): string | undefined {
  return answer !== undefined && 'failed' in answer ? reason(side, answer.failed) : undefined;
}

const reason = (side: Side, { message }: PgshiftError): string => `the ${side} cannot be read: ${message}`;

const rowsOf = (answer: Answer | undefined): readonly Row[] =>
  answer !== undefined && 'rows' in answer ? answer.rows : [];

const totalOf = (answer: Answer | undefined): Sums => rowsOf(answer).map(readSums).reduce(addSums, NO_SUMS);

/** The rows of a query at both ends, or why one of them did not answer. */
async function askBoth(
  { ends, pair, ...asked }: Comparing,
  queryOf: (read: Digested, rows: RowsAt) => string,
): Promise<Record<Side, readonly Row[]> | string> {
  const ask = (side: Side) =>
    ends[side].ask([
      {
        table: pair[side],
        sql: (rows: RowsAt) => queryOf(digested(ends[side], pair, side, asked[side]?.pieces ?? 0), rows),
      },
    ]);
  const [[source], [target]] = await Promise.all([ask('source'), ask('target')]);
  return (
    failureOf('source', source) ?? failureOf('target', target) ?? { source: rowsOf(source), target: rowsOf(target) }
  );
}

/** From the whole table to ranges of its key, and to rows. A text says why that cannot be. */
async function narrow(comparing: Comparing, options: CompareOptions): Promise<Narrowed | string> {
  let within: readonly string[] = [];
  let length = RANGE_DIGITS;
  for (;;) {
    const step = { length, within };
    const found = await askBoth(comparing, (read, rows) => rangesQuery(read, rows, step.length, step.within));
    if (typeof found === 'string') return found;
    const ranges = differingRanges(rangesIn(found.source), rangesIn(found.target));
    const next = nextLook(ranges, length);
    if ('ranges' in next) {
      within = next.ranges;
      length = next.length;
      continue;
    }
    const of = 16 ** length;
    const looked = next.rows.length === 0 ? NOTHING : await lookAtRows(comparing, options, next.rows);
    return typeof looked === 'string' ? looked : { ranges, lookedAt: next.rows.length, of, ...looked };
  }
}

const NOTHING = { matched: { missing: [], extra: [], changed: [] }, rows: [] } as const;

/** Parts of a table know nothing of one another. */
function rangesIn(rows: readonly Row[]): RangeOfKeys[] {
  return [...Map.groupBy(rows, ({ digits }) => digits ?? '')].map(([digits, parts]) => ({
    digits,
    rows: parts.reduce((sum, part) => sum + Number(part.rows), 0),
    sum: String(parts.reduce((sum, part) => sum + BigInt(part.sum ?? '0'), 0n)),
  }));
}

const digestsIn = (rows: readonly Row[]): RowDigest[] =>
  rows.map(({ key, row }) => ({ key: key ?? '', row: row ?? '' }));

async function lookAtRows(
  comparing: Comparing,
  { limit, showKeys }: CompareOptions,
  ranges: readonly string[],
): Promise<Pick<Narrowed, 'matched' | 'rows'> | string> {
  const { pair } = comparing;
  const found = await askBoth(comparing, (read, rows) => rowsQuery(read, rows, ranges));
  if (typeof found === 'string') return found;
  const matched: MatchedRows = matchRows(digestsIn(found.source), digestsIn(found.target), pair.key.length > 0);
  const keys = [...new Set(rowsToTell(matched, limit).map(([, key]) => key))];
  if (keys.length === 0) return { matched, rows: [] };
  const full = await askBoth(comparing, (read, rows) => columnsQuery(read, rows, keys, showKeys));
  if (typeof full === 'string') return full;
  const named = { columns: pair.columns.map(({ name }) => name), key: pair.key };
  return { matched, rows: tellRows(matched, limit, named, full.source, full.target) };
}
