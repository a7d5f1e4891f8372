// One source table: its columns in the target, the SQL that makes its staging table, and the hazards of both.

import { defaultInRedshift } from '../cast/defaults.ts';
import { castToRedshift } from '../cast/postgresql-to-redshift.ts';
import type { Column, Table } from '../catalog/model.ts';
import { identifier, qualified, redshiftLiteral } from '../sql/quote.ts';
import type { Hazard, PlannedColumn } from './model.ts';
import { clashes, columnNameProblem, foldName } from './names.ts';

export interface Columns {
  readonly columns: readonly PlannedColumn[];
  readonly hazards: readonly Hazard[];
}

/** `schema.table`, as messages and hazards name it. */
export const placeOf = (table: { schema: string; name: string }): string => `${table.schema}.${table.name}`;

/** The columns of a table in Redshift. */
export function planColumns(table: Table): Columns {
  const planned = table.columns.map((column) => planColumn(table, column));
  return {
    columns: planned.map(({ column }) => column),
    hazards: [...nameHazards(table), ...planned.flatMap(({ hazards }) => hazards)],
  };
}

function planColumn(table: Table, column: Column): { column: PlannedColumn; hazards: Hazard[] } {
  const place = `${placeOf(table)}.${column.name}`;
  const cast = castToRedshift(column.type, identifier(column.name));
  const reading = defaultInRedshift(column.default, cast.type);
  const hazards: Hazard[] = cast.hazard ? [{ ...cast.hazard, policy: 'report', place }] : [];
  const dropped = droppedDefault(column, reading === 'dropped');
  if (dropped !== undefined) hazards.push({ kind: 'DEFAULT_DROPPED', policy: 'report', place, message: dropped });
  return {
    hazards,
    column: {
      source: column.name,
      target: foldName(column.name),
      type: cast.type,
      notNull: column.notNull,
      ...(typeof reading === 'object' ? { default: reading.sql } : {}),
      expression: cast.expression,
      quoted: cast.quoted,
      ...(column.comment === undefined ? {} : { comment: column.comment }),
    },
  };
}

/** Values always arrive; what makes new ones does not always. */
function droppedDefault(column: Column, dropped: boolean): string | undefined {
  if (column.identity) return `identity ${column.identity.generation}: values arrive, new ones are not made`;
  if (column.generated !== undefined) return 'generated column: values arrive in a plain column';
  return dropped ? 'its default has no counterpart in Redshift' : undefined;
}

function nameHazards(table: Table): Hazard[] {
  const place = placeOf(table);
  const collisions = clashes(table.columns, (column) => foldName(column.name)).map((group): Hazard => {
    const names = group.map((column) => `"${column.name}"`).join(' and ');
    const message = `the columns ${names} are one name in Redshift, which folds to lower case; rename one`;
    return { kind: 'NAME_COLLISION', policy: 'refuse', place, message };
  });
  const unfit = table.columns.flatMap((column): Hazard[] => {
    const message = columnNameProblem(foldName(column.name));
    if (message === undefined) return [];
    return [{ kind: 'NAME_COLLISION', policy: 'refuse', place: `${place}.${column.name}`, message }];
  });
  return [...collisions, ...unfit];
}

export interface OwnNames {
  readonly schema: string;
  readonly staging: string;
  readonly ledger: string;
}

/** Statements that make a staging table, its comments and its ledger. Each may run again without harm. */
export function createStatements(names: OwnNames, table: Table, columns: readonly PlannedColumn[]): string[] {
  const staging = qualified(names.schema, names.staging);
  const list = columns.map(columnDefinition).join(', ');
  const comments = [
    ...(table.comment === undefined ? [] : [`COMMENT ON TABLE ${staging} IS ${redshiftLiteral(table.comment)}`]),
    ...columns.flatMap((column) =>
      column.comment === undefined
        ? []
        : [`COMMENT ON COLUMN ${staging}.${identifier(column.target)} IS ${redshiftLiteral(column.comment)}`],
    ),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${staging} (${list})`,
    `CREATE TABLE IF NOT EXISTS ${qualified(names.schema, names.ledger)} ` +
      '("batch" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "loaded_at" TIMESTAMP NOT NULL DEFAULT GETDATE())',
    ...comments,
  ];
}

function columnDefinition(column: PlannedColumn): string {
  const fallback = column.default === undefined ? '' : ` DEFAULT ${column.default}`;
  return `${identifier(column.target)} ${column.type}${fallback}${column.notNull ? ' NOT NULL' : ''}`;
}
