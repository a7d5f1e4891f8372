// What do the sums of two tables say, and what is found where they differ? In words, each with its place.

import { placeOf } from '../plan/names.ts';
import {
  type ComparedTable,
  type Comparison,
  type Difference,
  type DifferingRow,
  type Sums,
  sameSum,
} from './model.ts';
import type { DifferingRange, MatchedRows } from './narrow.ts';
import type { TablePair } from './pairs.ts';

export const isEqual = (source: Sums, target: Sums): boolean =>
  source.rows === target.rows &&
  source.row === target.row &&
  source.columns.every((column, at) => sameSum(column, target.columns[at]));

/** What was found by going down to the rows. */
export interface Narrowed {
  readonly ranges: readonly DifferingRange[];
  /** How many of those were looked at row by row; and how many ranges there are in all. */
  readonly lookedAt: number;
  readonly of: number;
  readonly matched: MatchedRows;
  readonly rows: readonly DifferingRow[];
}

export interface Found {
  readonly source: Sums;
  readonly target: Sums;
  /** Absent where the sums are equal. */
  readonly narrowed?: Narrowed;
}

/** The table as it is reported. `strict`: what is only told otherwise makes it different, too. */
export function judge(pair: TablePair, { source, target, narrowed }: Found, strict: boolean): ComparedTable {
  const differences = [
    ...pair.differences,
    ...(narrowed === undefined
      ? []
      : [...rowDifferences(pair, source, target, narrowed), ...valueDifferences(pair, source, target, narrowed)]),
  ];
  return {
    ...named(pair),
    rows: { source: source.rows, target: target.rows },
    result: differences.some(({ counts }) => counts || strict) ? 'different' : 'equal',
    differences,
    differingRows: narrowed?.rows ?? [],
  };
}

/** A table that could not be read at one of the ends. */
export const notCompared = (pair: TablePair, reason: string): ComparedTable => ({
  ...named(pair),
  rows: { source: 0, target: 0 },
  result: 'not compared',
  reason,
  differences: pair.differences,
  differingRows: [],
});

const named = (pair: TablePair) => ({
  source: placeOf(pair.source),
  target: placeOf(pair.target),
  columns: pair.columns.length,
  weaker: pair.weaker,
});

function rowDifferences(
  { source: table, key }: TablePair,
  source: Sums,
  target: Sums,
  narrowed: Narrowed,
): Difference[] {
  const { matched, ranges, lookedAt, of } = narrowed;
  const counts = [
    counted(matched.missing.length, 'is missing', 'are missing'),
    counted(matched.extra.length, 'is in the target only', 'are in the target only'),
    counted(matched.changed.length, 'has other values there', 'have other values there'),
  ].filter((text) => text !== '');
  const total =
    source.rows === target.rows ? '' : `has ${source.rows} rows in the source and ${target.rows} in the target; `;
  const by = key.length > 0 ? 'key' : 'row';
  const where = `they differ in ${ranges.length} of ${of} ranges of the ${by}’s digest`;
  const looked = lookedAt < ranges.length ? `, of which ${lookedAt} were looked at row by row` : '';
  const message = `${total}${where}${looked}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
  return [{ kind: 'rows', place: placeOf(table), message, counts: true }];
}

const counted = (rows: number, one: string, several: string): string =>
  rows === 0 ? '' : rows === 1 ? `1 row ${one}` : `${rows} rows ${several}`;

/** By the sums where both have as many rows; by the rows that were looked at where they have not. */
function valueDifferences(pair: TablePair, source: Sums, target: Sums, { rows }: Narrowed): Difference[] {
  const place = placeOf(pair.source);
  const changed = new Set(rows.flatMap(({ columns }) => columns));
  const bySums = source.rows === target.rows;
  const differing = pair.columns.flatMap(({ name }, at) =>
    (bySums ? !sameSum(source.columns[at], target.columns[at]) : changed.has(name)) ? [{ name, at }] : [],
  );
  const inOtherRows = pair.columns.filter(
    ({ name }) => changed.has(name) && !differing.some((column) => column.name === name),
  );
  return [
    ...differing.map(({ name, at }): Difference => {
      const twin = pair.columns.find((_, other) => other !== at && isTwin(source, target, at, other));
      const message =
        twin === undefined ? otherValues(source, target, at) : `has the values of "${twin.name}" in the target`;
      return { kind: 'values', place: `${place}.${name}`, message, counts: true };
    }),
    ...inOtherRows.map(({ name }): Difference => {
      const message = 'has the same values in the target, but in other rows';
      return { kind: 'values', place: `${place}.${name}`, message, counts: true };
    }),
  ];
}

const isTwin = (source: Sums, target: Sums, at: number, other: number): boolean =>
  source.rows > 0 && sameSum(target.columns[at], source.columns[other]);

function otherValues(source: Sums, target: Sums, at: number): string {
  const [here, there] = [source.columns[at]?.values, target.columns[at]?.values];
  return here === there || source.rows !== target.rows
    ? 'has other values in the target'
    : `has other values in the target: ${source.rows - (here ?? 0)} are NULL in the source, ${target.rows - (there ?? 0)} in the target`;
}

/** The whole: different where anything is that counts; and where nothing is, but something could not be compared, that. */
export function conclude(
  ends: Pick<Comparison, 'source' | 'target'>,
  tables: readonly ComparedTable[],
  differences: readonly Difference[],
  strict: boolean,
): Comparison {
  const isDifferent =
    tables.some(({ result }) => result === 'different') ||
    [...differences, ...tables.flatMap((table) => table.differences)].some(({ counts }) => counts || strict);
  const isOpen = tables.some(({ result }) => result === 'not compared');
  return { ...ends, result: isDifferent ? 'different' : isOpen ? 'could not compare' : 'equal', tables, differences };
}
