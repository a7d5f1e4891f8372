// Where do two tables differ? First which ranges of their keys' digests, then which rows in those. A key that comes several
// times at one end is several rows.

import type { RangeOfKeys } from '../sql/checksums.ts';
import type { DifferingRow } from './model.ts';

/** Three hexadecimal digits make 4,096 ranges. */
export const RANGE_DIGITS = 3;
/** A digest has 32. */
const MOST_DIGITS = 15;
/** Rows whose digests are looked at, at each end: 20,000 times two digests of 32 bytes are 1.3 MB. */
const MOST_ROWS = 20_000;
/** Ranges that hold more are cut into smaller ones, so many at a time. */
const RANGES_AT_ONCE = 16;

/** A range that is not the same at both ends, and how many rows it has at most at one of them. */
export interface DifferingRange {
  readonly digits: string;
  readonly rows: number;
}

export function differingRanges(source: readonly RangeOfKeys[], target: readonly RangeOfKeys[]): DifferingRange[] {
  const there = new Map(target.map((range) => [range.digits, range]));
  const here = new Set(source.map(({ digits }) => digits));
  const differing = source.flatMap(({ digits, rows, sum }): DifferingRange[] => {
    const other = there.get(digits);
    return other?.rows === rows && other.sum === sum ? [] : [{ digits, rows: Math.max(rows, other?.rows ?? 0) }];
  });
  const onlyThere = target.filter(({ digits }) => !here.has(digits)).map(({ digits, rows }) => ({ digits, rows }));
  return [...differing, ...onlyThere].toSorted((a, b) => (a.digits < b.digits ? -1 : 1));
}

/** What is looked at next: the rows of these ranges, or smaller ranges within them. */
export type Next =
  | { readonly rows: readonly string[] }
  | { readonly ranges: readonly string[]; readonly length: number };

export function nextLook(differing: readonly DifferingRange[], length: number): Next {
  const chosen: string[] = [];
  let rows = 0;
  for (const range of differing) {
    if (rows + range.rows > MOST_ROWS) continue;
    rows += range.rows;
    chosen.push(range.digits);
  }
  if (chosen.length > 0) return { rows: chosen };
  if (length >= MOST_DIGITS) return { rows: [] };
  return { ranges: differing.slice(0, RANGES_AT_ONCE).map(({ digits }) => digits), length: length + RANGE_DIGITS };
}

/** A row by the digests of its key and of its values. */
export interface RowDigest {
  readonly key: string;
  readonly row: string;
}

export interface MatchedRows {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly changed: readonly string[];
}

/** The digests of the keys of rows that differ: once for each row. Without a key a changed row is missing, and extra. */
export function matchRows(source: readonly RowDigest[], target: readonly RowDigest[], hasKey: boolean): MatchedRows {
  const left = Map.groupBy(source, ({ key }) => key);
  const right = Map.groupBy(target, ({ key }) => key);
  const missing: string[] = [];
  const extra: string[] = [];
  const changed: string[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [here, there] = unmatched(left.get(key) ?? [], right.get(key) ?? []);
    const both = hasKey ? Math.min(here, there) : 0;
    changed.push(...Array<string>(both).fill(key));
    missing.push(...Array<string>(here - both).fill(key));
    extra.push(...Array<string>(there - both).fill(key));
  }
  return { missing, extra, changed };
}

/** How many rows of each are none of the other's. */
function unmatched(here: readonly RowDigest[], there: readonly RowDigest[]): [number, number] {
  const counts = new Map<string, number>();
  for (const { row } of here) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const { row } of there) counts.set(row, (counts.get(row) ?? 0) - 1);
  const differences = [...counts.values()];
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
  return [sum(differences.filter((count) => count > 0)), -sum(differences.filter((count) => count < 0))];
}

/** The digests of a row's columns, and the texts of its key where they were asked for: `key`, `d0`, …, `k0`, … */
export type RowInFull = Readonly<Record<string, string | null>>;

/** What the columns are called, and which of them are the key. */
export interface Named {
  readonly columns: readonly string[];
  readonly key: readonly number[];
}

/** The rows of these keys, up to the limit, as people read of them. */
export function tellRows(
  matched: MatchedRows,
  limit: number,
  { columns, key }: Named,
  source: readonly RowInFull[],
  target: readonly RowInFull[],
): DifferingRow[] {
  const here = new Map(source.map((row) => [row.key, row]));
  const there = new Map(target.map((row) => [row.key, row]));
  return rowsToTell(matched, limit).map(([what, digest]): DifferingRow => {
    const [left, right] = [here.get(digest), there.get(digest)];
    const row = what === 'extra' ? right : left;
    const differing = columns.filter((_, at) => left?.[`d${at}`] !== right?.[`d${at}`]);
    const shown = key.map((at, number) => [columns[at] ?? '', row?.[`k${number}`] ?? null] as const);
    const isShown = row !== undefined && key.length > 0 && 'k0' in row;
    return {
      what,
      columns: what === 'changed' ? differing : [],
      ...(isShown ? { key: Object.fromEntries(shown) } : {}),
    };
  });
}

/** Some of each kind, so that none hides another. */
export function rowsToTell({ missing, extra, changed }: MatchedRows, limit: number): [DifferingRow['what'], string][] {
  const kinds = [
    missing.map((key): [DifferingRow['what'], string] => ['missing', key]),
    extra.map((key): [DifferingRow['what'], string] => ['extra', key]),
    changed.map((key): [DifferingRow['what'], string] => ['changed', key]),
  ];
  const turns = Math.max(...kinds.map((rows) => rows.length));
  const taken = Array.from({ length: Math.min(turns, limit) }, (_, turn) =>
    kinds.flatMap((rows) => rows.slice(turn, turn + 1)),
  );
  return taken.flat().slice(0, limit);
}
