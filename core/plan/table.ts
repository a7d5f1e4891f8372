// One source table: its columns in the target, the SQL that makes its staging table, and the hazards of both.

import { defaultInRedshift } from '../cast/defaults.ts';
import { POSTGRESQL_TO_REDSHIFT, type Road } from '../cast/road.ts';
import { type ColumnCast, castColumn } from '../cast/rules.ts';
import type { Column, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import { identifier, qualified, redshiftLiteral } from '../sql/quote.ts';
import type { CastedColumn } from './guards.ts';
import { columnNameHazards } from './hazards.ts';
import { keepIdentity } from './identity.ts';
import type { Hazard, PlannedColumn } from './model.ts';
import { type NameStyle, placeOf, REDSHIFT_NAMES } from './names.ts';
import type { TableStorage } from './storage.ts';

/** What of the command speaks of columns. */
type Wishes = Pick<LoadCommand, 'casts' | 'options'> & Partial<Pick<LoadCommand, 'origins'>>;

export interface Columns {
  readonly columns: readonly PlannedColumn[];
  readonly hazards: readonly Hazard[];
  /** The same columns, as the CAST rules have them. */
  readonly casted: readonly CastedColumn[];
  /** The CAST rules that were used, by number. */
  readonly usedCasts: readonly number[];
}

/** The columns of a table in Redshift. */
export function planColumns(
  table: Table,
  style: NameStyle,
  command: Wishes,
  road: Road = POSTGRESQL_TO_REDSHIFT,
): Columns {
  const planned = table.columns.map((column) => planColumn(table, column, style, command, road));
  return {
    columns: planned.map(({ column }) => column),
    casted: planned.map(({ casted }) => casted),
    hazards: [
      ...tooManyColumns(table),
      ...columnNameHazards(table, style, REDSHIFT_NAMES),
      ...planned.flatMap(({ hazards }) => hazards),
    ],
    usedCasts: planned.flatMap(({ used }) => used),
  };
}

const MOST_COLUMNS = 1600;

/** Only a query can have so many: PostgreSQL's tables end at the same number. */
function tooManyColumns({ columns, ...table }: Table): Hazard[] {
  if (columns.length <= MOST_COLUMNS) return [];
  const message = `it has ${columns.length} columns, and a table of Redshift has ${MOST_COLUMNS} at most`;
  return [{ kind: 'TOO_MANY_COLUMNS', policy: 'refuse', place: placeOf(table), message }];
}

interface PlanningColumn {
  readonly column: PlannedColumn;
  readonly casted: CastedColumn;
  readonly hazards: readonly Hazard[];
  readonly used: readonly number[];
}

function planColumn(
  table: Table,
  column: Column,
  style: NameStyle,
  { casts, options, origins }: Wishes,
  road: Road,
): PlanningColumn {
  const place = `${placeOf(table)}.${column.name}`;
  const made = castColumn(table, column, identifier(column.name), casts, options, road);
  const { cast } = made;
  const wanted = options.keepIdentity || (road.keepsIdentity === true && origins?.keepIdentity !== 'given');
  const letGo = made.dropsExtra || (column.serial !== undefined && made.dropsDefault);
  const kept = letGo ? {} : keepIdentity(column, cast.type, made.notNull, wanted);
  const withoutDefault = made.dropsDefault || column.serial !== undefined;
  const read = (expression: string | undefined) =>
    road.default === undefined ? defaultInRedshift(expression, cast.type) : road.default(expression, column.type, cast);
  const reading = withoutDefault ? 'none' : read(column.default);
  const hazards: Hazard[] = cast.hazard ? [{ ...cast.hazard, policy: 'report', place }] : [];
  if (made.problem !== undefined) {
    const rule = (made.used.at(-1) ?? 0) + 1;
    hazards.push({ kind: 'CAST_INVALID', policy: 'refuse', place, message: `CAST rule ${rule}: ${made.problem}` });
  }
  if (kept.hazard !== undefined) hazards.push({ ...kept.hazard, policy: 'report', place });
  const dropped = droppedDefault(column, made, reading === 'dropped');
  if (dropped !== undefined) hazards.push({ kind: 'DEFAULT_DROPPED', policy: 'report', place, message: dropped });
  return {
    hazards,
    casted: made,
    used: made.used,
    column: {
      source: column.name,
      target: style(column.name),
      type: cast.type,
      notNull: made.notNull,
      ...(typeof reading === 'object' ? { default: reading.sql } : {}),
      ...(kept.identity === undefined ? {} : { identity: kept.identity }),
      expression: cast.expression,
      quoted: cast.quoted,
      ...(column.measured === undefined ? {} : { measured: column.measured }),
      ...(column.comment === undefined ? {} : { comment: column.comment }),
    },
  };
}

/** Values always arrive; what makes new ones does not always. */
function droppedDefault(column: Column, made: ColumnCast, dropped: boolean): string | undefined {
  if (column.generated !== undefined && !made.dropsDefault) {
    return 'generated column: values arrive in a plain column';
  }
  return dropped ? 'its default has no counterpart in Redshift' : undefined;
}

export interface OwnNames {
  readonly schema: string;
  readonly staging: string;
  readonly ledger: string;
}

/** Statements that make a staging table, its comments and its ledger. Each may run again without harm. */
export function createStatements(
  names: OwnNames,
  table: Table,
  columns: readonly PlannedColumn[],
  storage: TableStorage,
): string[] {
  const staging = qualified(names.schema, names.staging);
  const list = columns.map((column) => columnDefinition(column, storage.encodings.get(column.target))).join(', ');
  const comments = [
    ...(table.comment === undefined ? [] : [`COMMENT ON TABLE ${staging} IS ${redshiftLiteral(table.comment)}`]),
    ...columns.flatMap((column) =>
      column.comment === undefined
        ? []
        : [`COMMENT ON COLUMN ${staging}.${identifier(column.target)} IS ${redshiftLiteral(column.comment)}`],
    ),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${staging} (${list})${storage.suffix === '' ? '' : ` ${storage.suffix}`}`,
    `CREATE TABLE IF NOT EXISTS ${qualified(names.schema, names.ledger)} ` +
      '("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32), "loaded_at" TIMESTAMP NOT NULL DEFAULT GETDATE())',
    ...comments,
  ];
}

function columnDefinition(column: PlannedColumn, encoding: string | undefined): string {
  const fallback = column.default === undefined ? '' : ` DEFAULT ${column.default}`;
  const identity = column.identity === undefined ? '' : ` GENERATED BY DEFAULT AS IDENTITY(${column.identity})`;
  const encode = encoding === undefined ? '' : ` ENCODE ${encoding}`;
  return `${identifier(column.target)} ${column.type}${fallback}${identity}${encode}${column.notNull ? ' NOT NULL' : ''}`;
}
