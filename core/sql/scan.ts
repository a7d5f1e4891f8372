// How many values of a table would Redshift refuse or alter? Queries that count them, by the very tests that guard the
// rows on their way; whatever the policy, also those that are kept.

import { hazardOf } from '../cast/value-hazards.ts';
import type { PlannedColumn, PlannedPart, PlannedTable } from '../plan/model.ts';
import { rowsOf } from './copy-out.ts';
import { identifier } from './quote.ts';
import { isLong } from './row-guard.ts';

/** The query of one heap, whole: one row, whose columns are called as `counts` says. */
export interface ScanQuery {
  readonly sql: string;
  readonly counts: readonly { readonly name: string; readonly column: number; readonly guard: number }[];
}

/** A heap is read once, however many parts it has, unless it is very wide. Nothing where no column can hold such a value. */
export function scanQueries(table: PlannedTable): ScanQuery[] {
  const heaps = new Map(table.parts.map(({ where: _whole, ...part }) => [part.from, part]));
  return [...heaps.values()].flatMap((heap) => [...scanValues(table, heap), ...scanRows(table, heap)]);
}

type Guards = NonNullable<PlannedColumn['guards']>;

/** A SELECT has up to 1,664 columns, and a column up to five guards. */
const COLUMNS_PER_QUERY = 300;

function scanValues({ columns }: PlannedTable, heap: PlannedPart): ScanQuery[] {
  const guarded = columns.flatMap((column, number): Guarded[] => {
    const { guards = [] } = column;
    return guards.length === 0 ? [] : [{ column, number, guards }];
  });
  const queries = Math.ceil(guarded.length / COLUMNS_PER_QUERY);
  return Array.from({ length: queries }, (_, query) =>
    countGuarded(guarded.slice(query * COLUMNS_PER_QUERY, (query + 1) * COLUMNS_PER_QUERY), heap),
  );
}

interface Guarded {
  readonly column: PlannedColumn;
  readonly number: number;
  readonly guards: Guards;
}

function countGuarded(guarded: readonly Guarded[], heap: PlannedPart): ScanQuery {
  const values = guarded.map(({ column, number }) => `${testedOf(column)} AS ${identifier(`v${number}`)}`);
  const found = guarded.map(({ number, guards }) => `${firstOf(guards, number)} AS ${identifier(`g${number}`)}`);
  const counts = guarded.flatMap(({ number, guards }) =>
    guards.map((_, guard) => ({ name: `n${number}_${guard}`, column: number, guard })),
  );
  const list = counts.map(
    ({ name, column, guard }) =>
      `count(*) FILTER (WHERE ${identifier(`g${column}`)} = ${guard}) AS ${identifier(name)}`,
  );
  const rendered = `SELECT ${values.join(', ')} FROM ${rowsOf(heap)} OFFSET 0`;
  const tested = `SELECT ${found.join(', ')} FROM (${rendered}) AS "rendered" OFFSET 0`;
  return { sql: `SELECT ${list.join(', ')} FROM (${tested}) AS "tested"`, counts };
}

/** What the guards of a column test. */
function testedOf({ guards = [], expression, value = expression }: PlannedColumn): string {
  return guards.some(({ hazard }) => hazardOf(hazard).inText === true) ? expression : value;
}

/** The number of the guard that decides about a value, as in a load: the first that finds something. */
function firstOf(guards: Guards, number: number): string {
  const value = identifier(`v${number}`);
  const cases = guards.map(({ hazard, bounds }, guard) => {
    const { suspect, test } = hazardOf(hazard);
    // The one inside the other: only then is it certain that the dear test waits for the cheap one.
    return `WHEN CASE WHEN ${suspect(value, bounds)} THEN ${test(value, bounds)} END THEN ${guard}`;
  });
  return `CASE ${cases.join(' ')} END`;
}

function scanRows({ columns, longRow }: PlannedTable, heap: PlannedPart): ScanQuery[] {
  if (longRow === undefined) return [];
  const names = columns.map(({ target }) => identifier(target));
  const rendered = columns.map(({ expression, target }) => `${expression} AS ${identifier(target)}`).join(', ');
  const from = `(SELECT ${rendered} FROM ${rowsOf(heap)} OFFSET 0) AS "rendered"`;
  const sql = `SELECT count(*) FILTER (WHERE ${isLong(longRow, { read: names, sent: names })}) AS "rows" FROM ${from}`;
  return [{ sql, counts: [{ name: 'rows', column: columns.length, guard: 0 }] }];
}
