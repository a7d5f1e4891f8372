// The SELECT that reads a part of Redshift, the look at the part that comes before it, and the statements of the two roads
// that its rows take: UNLOAD into the bucket, or a cursor.

import { REDSHIFT_GUARDS } from '../../cast/redshift-guards.ts';
import type { PlannedColumn, PlannedGuard, PlannedPart, PlannedTable } from '../../plan/model.ts';
import type { CopyAuthorization } from '../../ports.ts';
import type { RowsAt } from '../checksums.ts';
import { headedColumns } from '../empty-bytes.ts';
import { copyLiteral, identifier, redshiftLiteral } from '../quote.ts';
import { authorize } from './copy-in.ts';
import { longestQuery, restOfRow } from './longest-row.ts';

type Columns = Pick<PlannedTable, 'columns' | 'redshift'>;

/** A line of its own for the bracket: a query may end in a comment. */
const rowsOf = ({ from, query }: PlannedPart): string => (query === true ? `(${from}\n) AS "rows"` : from);

const whereOf = ({ where }: PlannedPart): string => (where === undefined ? '' : ` WHERE ${where}`);

/** The rows of a part, to be summed. */
export const rowsAt = (part: PlannedPart): RowsAt => ({
  from: rowsOf(part),
  ...(part.where === undefined ? {} : { where: part.where }),
});

/** `draw`: which of the plan's sentinels stands for NULL; from the second on, a byte stands before each VARBYTE. */
export function selectPart({ columns }: Columns, part: PlannedPart, draw: number): string {
  const headed = headedColumns(columns, draw);
  const list = columns.map((column, at) => {
    const value = sentOfRedshift(column);
    return `${headed.has(at) ? `'00' || ${value}` : value} AS ${identifier(column.target)}`;
  });
  return `SELECT ${list.join(', ')} FROM ${rowsOf(part)}${whereOf(part)}`;
}

const replaces = ({ policy }: PlannedGuard): boolean => policy !== 'fail' && policy !== 'keep';

/** What is sent of a column: with the values that a policy replaces. */
export function sentOfRedshift(column: PlannedColumn): string {
  const { guards = [], expression: own, value: expression = own } = column;
  if (!guards.some(replaces)) return own;
  const cases = guards.flatMap((guard) => {
    if (guard.policy === 'keep') return [];
    const { test, clamp, truncate } = REDSHIFT_GUARDS[guard.hazard] ?? {};
    const instead = { clamp, truncate }[guard.policy === 'clamp' ? 'clamp' : 'truncate'];
    const value = guard.policy === 'null' || guard.policy === 'fail' ? undefined : instead?.(expression, guard.bounds);
    return [`WHEN ${test?.(expression, guard.bounds)} THEN ${value ?? 'NULL'}`];
  });
  return `CASE ${cases.join(' ')} ELSE ${expression} END`;
}

/** What a look at a part has found: rows, values that are the sentinel (or empty bytes), and values by guard. */
export interface Look {
  readonly rows: number;
  readonly collisions: number;
  /** Rows that are `\.` and nothing else, which ends PostgreSQL's COPY. */
  readonly ends: number;
  /** Bytes of the longest row, where a cursor may have to give it. */
  readonly longest: number;
  readonly guarded: readonly { readonly column: number; readonly guard: number; readonly rows: number }[];
}

/**
 * One pass over the columns that need it, in the transaction that reads the part: so its counts are those of what is read.
 * Redshift has no setting that a row could count in, and its errors' words are not known well enough to carry a mark.
 */
export function lookAtPart(table: Columns, part: PlannedPart, sentinel: string, draw: number): string {
  const { columns } = table;
  const texts = (table.redshift?.texts ?? []).flatMap((at) => columns[at] ?? []);
  const collides = [
    ...texts.map(({ expression }) => `${expression} = ${redshiftLiteral(sentinel)}`),
    ...(draw > 0 ? [] : [...headedColumns(columns, 1)].map((at) => `${columns[at]?.expression} = ''`)),
  ];
  const [only] = columns.length === 1 ? texts : [];
  const ends = only === undefined ? [] : [`${only.expression} = CHR(92) || '.'`];
  const longest = table.redshift?.by === 'cursor' || only !== undefined ? longestQuery(columns) : undefined;
  return `SELECT ${[
    'COUNT(*) AS "rows"',
    count(collides, 'collisions'),
    count(ends, 'ends'),
    ...(longest === undefined ? [] : [`${longest} AS "longest"`]),
    ...columns.flatMap((column, at) => guardCounts(column, at)),
  ].join(', ')} FROM ${rowsOf(part)}${whereOf(part)}`;
}

const count = (tests: readonly string[], name: string): string =>
  `${tests.length === 0 ? '0' : `SUM(CASE WHEN ${tests.join(' OR ')} THEN 1 ELSE 0 END)`} AS ${identifier(name)}`;

/** A value that several guards find is the first one's. */
function guardCounts(
  { guards = [], expression: own, value: expression = own }: PlannedColumn,
  column: number,
): string[] {
  const tested = [...guards.entries()].filter(([, { policy }]) => policy !== 'keep');
  const cases = tested.map(
    ([at, { hazard, bounds }]) => `WHEN ${REDSHIFT_GUARDS[hazard]?.test(expression, bounds)} THEN ${at}`,
  );
  return tested.map(
    ([at]) => `SUM(CASE CASE ${cases.join(' ')} END WHEN ${at} THEN 1 ELSE 0 END) AS ${identifier(`g${column}_${at}`)}`,
  );
}

/** A sum over no row is NULL. */
export function readLook({ columns }: Columns, row: Readonly<Record<string, string | null>> | undefined): Look {
  const number = (name: string): number => Number(row?.[name] ?? 0);
  const guarded = columns.flatMap(({ guards = [] }, column) =>
    guards.flatMap(({ policy }, guard) =>
      policy === 'keep' ? [] : [{ column, guard, rows: number(`g${column}_${guard}`) }],
    ),
  );
  return {
    rows: number('rows'),
    collisions: number('collisions'),
    ends: number('ends'),
    longest: number('longest') + restOfRow(columns),
    guarded: guarded.filter(({ rows }) => rows > 0),
  };
}

export interface Unload {
  readonly select: string;
  /** `s3://bucket/key`, with which the names of all files begin. */
  readonly prefix: string;
  readonly region: string;
  readonly sentinel: string;
}

/**
 * In parallel, by all slices, with a manifest that counts the rows of each file. Without ALLOWOVERWRITE: no attempt writes
 * where another one has. The query stands in a literal, hence its quotes and backslashes are doubled.
 */
export const unload = ({ select, prefix, region, sentinel }: Unload, authorization: CopyAuthorization): string =>
  [
    `UNLOAD (${redshiftLiteral(select)})`,
    `TO ${copyLiteral(prefix)}`,
    authorize(authorization),
    `FORMAT CSV NULL AS ${copyLiteral(sentinel)}`,
    `ZSTD MANIFEST VERBOSE PARALLEL ON MAXFILESIZE ${MOST_FILE_MB} MB REGION ${copyLiteral(region)}`,
  ].join(' ');

/** Compressed: in the middle of the 1 MB to 1 GB that COPY wants of an object, and small enough for one vCPU to cut. */
const MOST_FILE_MB = 128;

export const UNLOADED_ROWS = 'SELECT pg_last_unload_count() AS rows';

/** Redshift holds one cursor in a session. */
const CURSOR = identifier('_pgshift_rows');

export const declareCursor = (select: string): string => `DECLARE ${CURSOR} CURSOR FOR ${select}`;
export const fetchRows = (rows: number): string => `FETCH FORWARD ${rows} FROM ${CURSOR}`;
export const CLOSE_CURSOR = `CLOSE ${CURSOR}`;
