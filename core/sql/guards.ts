// The SELECT list of a part, with the values that Redshift refuses or alters caught in it. A value that shall stop the run
// fails a cast whose error text holds a mark of ours: which column, which hazard, which row. A value that is replaced
// is counted in a setting of the session. No row leaves the server for either.

import { hazardOf, type ValueHazard } from '../cast/value-hazards.ts';
import type { PlannedColumn, PlannedGuard } from '../plan/model.ts';
import { identifier, literal } from './quote.ts';

/** A value that stops the run, as the mark in the server's error says. */
export interface Marked {
  /** Numbers in the plan: of the column, and of its guard. */
  readonly column: number;
  readonly guard: number;
  /** The row's ctid; absent where rows have none. */
  readonly ctid?: string;
}

/** How a row is named in a mark: by an expression, or not at all. */
export type RowName = 'ctid' | undefined;

/** How a mark names the row, and that it is a mark. */
export interface Marking {
  readonly sentinel: string;
  readonly row: RowName;
  /** Whether what is dear to look for is looked for as well. */
  readonly again: boolean;
}

const isTested = ({ policy, hazard }: PlannedGuard, again: boolean): boolean =>
  policy !== 'keep' && (again || hazardOf(hazard).afterwards !== true);

/** Whether a part has to be read again when its CSV shows a long number. */
export const looksForNumbers = (columns: readonly PlannedColumn[]): boolean =>
  columns.some(({ guards = [] }) => guards.some((guard) => isTested(guard, true) && !isTested(guard, false)));

/** Whether guards test what is sent and that takes more than a look at the column: then it is rendered first. */
export function guardsRendered({ guards = [], expression, source }: PlannedColumn, { again }: Pick<Marking, 'again'>) {
  const inText = guards.some((guard) => isTested(guard, again) && hazardOf(guard.hazard).inText === true);
  return inText && expression !== identifier(source);
}

/** The column's expression with its guards around it; its number is its place in the plan. */
export function guardedExpression(column: PlannedColumn, number: number, marking: Marking): string {
  return guardedBy(column, marking, (value, test, guard, index) => {
    const effect =
      guard.policy === 'fail'
        ? mark(marking, { column: number, guard: index }, value)
        : `set_config('${counter(number, index)}', (${countOf(number, index)} + 1)::text, true)`;
    // A CASE inside WHEN: only there is it certain that the effect waits for the test.
    return `CASE WHEN ${test} THEN ${effect} IS NOT NULL END`;
  });
}

/** What is sent of a column: neither does it stop anything, nor is anything counted. */
export const sentExpression = (column: PlannedColumn, marking: Pick<Marking, 'again'>): string =>
  guardedBy(column, marking, (_, test) => test);

function guardedBy(
  column: PlannedColumn,
  { again }: Pick<Marking, 'again'>,
  conditionOf: (value: string, test: string, guard: PlannedGuard, index: number) => string,
): string {
  const { guards = [], value = column.expression, expression } = column;
  const tested = [...guards.entries()].filter(([, guard]) => isTested(guard, again));
  if (tested.length === 0) return expression;
  const suspects = new Set(tested.map(([, { hazard, bounds }]) => hazardOf(hazard).suspect(value, bounds)));
  const cases = tested.map(([index, guard]) => {
    const hazard = hazardOf(guard.hazard);
    const condition = conditionOf(value, hazard.test(value, guard.bounds), guard, index);
    return `WHEN ${condition} THEN ${replacement(hazard, guard, value)}`;
  });
  return `CASE WHEN ${[...suspects].join(' OR ')} THEN CASE ${cases.join(' ')} ELSE ${expression} END ELSE ${expression} END`;
}

function replacement(hazard: ValueHazard, { policy, bounds }: PlannedGuard, value: string): string {
  if (policy === 'clamp' || policy === 'truncate') return hazard[policy]?.(value, bounds) ?? 'NULL';
  return 'NULL';
}

/**
 * No integer. It depends on the row, or PostgreSQL would compute it while it plans; the sentinel makes sure that no
 * value of a row is taken for it.
 */
export function mark(
  { sentinel, row }: Pick<Marking, 'sentinel' | 'row'>,
  { column, guard }: Omit<Marked, 'ctid'>,
  value: string,
): string {
  const name = row === undefined ? `left((${value})::text, 0)` : `${row}::text`;
  return `(${literal(`${sentinel}:${column}:${guard}:`)} || ${name})::integer`;
}

/** What a server's message says of a value, in whatever language it is written; undefined when it has no mark. */
export function readMark(message: string, sentinel: string): Marked | undefined {
  const at = message.indexOf(`${sentinel}:`);
  if (at < 0) return undefined;
  const [, column, guard, ctid] = /^:(\d+):(\d+):(\(\d+,\d+\))?/.exec(message.slice(at + sentinel.length)) ?? [];
  if (column === undefined || guard === undefined) return undefined;
  return { column: Number(column), guard: Number(guard), ...(ctid === undefined ? {} : { ctid }) };
}

const counter = (column: number, guard: number): string => `pgshift.n${column}_${guard}`;

const countOf = (column: number, guard: number): string =>
  `coalesce(nullif(current_setting('${counter(column, guard)}', true), ''), '0')::bigint`;

/** Values of one column that were replaced. */
export interface Replaced {
  readonly column: number;
  readonly guard: number;
  readonly rows: number;
}

/** How often values were replaced, asked in the transaction that read them; undefined where none can be. */
export function replacedQuery(columns: readonly PlannedColumn[]): string | undefined {
  const asked = columns.flatMap(({ guards = [] }, column) =>
    guards.flatMap(({ policy }, guard) =>
      policy === 'fail' || policy === 'keep'
        ? []
        : [`SELECT ${column} AS "column", ${guard} AS "guard", ${countOf(column, guard)} AS "rows"`],
    ),
  );
  return asked.length === 0 ? undefined : `SELECT * FROM (${asked.join(' UNION ALL ')}) AS "counts" WHERE "rows" > 0`;
}
