// What has to stand in the target for each column of a source table: under which name, of which type, and as which value?
// The plan says it, policies and casts included; of what comes from Redshift the type map of the way back.

import { postgresqlRoad } from '../cast/postgresql-to-postgresql.ts';
import { redshiftToPostgresql } from '../cast/redshift-to-postgresql.ts';
import { REDSHIFT_TO_REDSHIFT } from '../cast/redshift-to-redshift.ts';
import { castColumn } from '../cast/rules.ts';
import type { Catalog, Column, Dialect, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import { guardColumns } from '../plan/guards.ts';
import type { PlannedColumn } from '../plan/model.ts';
import { foldName, nameStyle, targetNames } from '../plan/names.ts';
import { planColumns } from '../plan/table.ts';
import { sentExpression } from '../sql/guards.ts';
import { identifier } from '../sql/quote.ts';
import { effective, scaleOf } from './families.ts';
import type { Value } from './forms.ts';

export interface WantedColumn {
  readonly source: Column;
  /** What it may be called in the target, the likeliest first. */
  readonly names: readonly string[];
  /** The type as SQL, where the command or the type map of the target says one. */
  readonly type?: string;
  readonly notNull: boolean;
  /** What is sent of it. */
  readonly value: Value;
  /** Whether that is the column as it stands, but for what policies replace. */
  readonly isItself: boolean;
  /** Whether a CAST rule makes a value of another type in PostgreSQL of it. */
  readonly isCast?: true;
  /** What the type at the other end keeps no trace of. */
  readonly loses: readonly string[];
}

export function wantedColumns(
  source: Catalog,
  target: Dialect,
  table: Table,
  command: LoadCommand,
): readonly WantedColumn[] {
  const { style } = targetNames(command, target);
  if (source.dialect === 'postgresql' && target === 'redshift') return plannedColumns(source, table, command);
  return table.columns.map((column) => ({
    source: column,
    names: target === 'postgresql' ? [style(column.name), column.name, foldName(column.name)] : [style(column.name)],
    ...(source.dialect === 'postgresql' ? casted : castedInRedshift)(table, column, command, target),
  }));
}

type Sent = Pick<WantedColumn, 'type' | 'notNull' | 'value' | 'isItself' | 'isCast' | 'loses'>;

const asItIs = (column: Column): Sent => ({
  notNull: column.notNull,
  value: ownValue(column),
  isItself: true,
  loses: [],
});

/** Between two of PostgreSQL, where a CAST rule may speak of the column. */
function casted(table: Table, column: Column, { casts, options }: LoadCommand): Sent {
  const road = postgresqlRoad(({ sql }) => ({ sql }));
  const { cast, notNull, used } = castColumn(table, column, identifier(column.name), casts, options, road);
  if (used.length === 0) return asItIs(column);
  const { value } = arrivingValue(cast, column);
  const loses = cast.hazard?.kind === 'LOSES_DETAIL' ? [cast.hazard.message] : [];
  return { type: cast.type, notNull, value, isItself: false, isCast: true, loses };
}

/**
 * Out of Redshift, where a CAST rule may speak of the column. What the target's type makes of the text cannot be asked of Redshift:
 * the values are compared as those of the source's type.
 */
function castedInRedshift(table: Table, column: Column, { casts, options }: LoadCommand, target: Dialect): Sent {
  const road = target === 'redshift' ? REDSHIFT_TO_REDSHIFT : redshiftToPostgresql({ postgisIn: undefined });
  const name = identifier(column.name);
  const { cast, notNull, used } = castColumn(table, column, name, casts, options, road);
  const own = road.own(column.type, name, options);
  if (used.length === 0) return asItIs(column);
  const isRendered = cast.expression === own.expression || effective(column.type).name === 'bool';
  const loses = cast.hazard?.kind === 'LOSES_DETAIL' ? [cast.hazard.message] : [];
  return {
    ...(cast.type === own.type ? {} : { type: cast.type }),
    notNull,
    value: isRendered ? ownValue(column) : { sql: cast.expression },
    isItself: false,
    loses,
  };
}

/** What a value is in a column of PostgreSQL that it is read into: of this type, by its text. */
export function arrivingValue(
  { type, expression }: Pick<PlannedColumn, 'type' | 'expression'>,
  source: Column,
): { readonly value: Value; readonly type?: string } {
  const own = effective(source.type).name;
  if (expression === identifier(source.name)) return { value: ownValue(source), type: own };
  // Sent as the number that it is.
  if (own === 'money' && !expression.endsWith('::text')) return { value: { sql: expression }, type: 'money' };
  const known = /^(?:numeric|decimal)\b/i.test(type)
    ? { type: 'numeric' }
    : /^money$/i.test(type)
      ? { type: 'money' }
      : {};
  return { value: { sql: `((${expression})::text)::${type}`, ...known }, ...known };
}

/** A column as it stands. */
export function ownValue({ name, type }: Column): Value {
  const scale = scaleOf(type);
  const { name: typeName } = effective(type);
  return { sql: identifier(name), type: typeName, ...(scale === undefined ? {} : { scale }) };
}

function plannedColumns({ encoding = 'UTF8' }: Catalog, table: Table, command: LoadCommand): WantedColumn[] {
  const { columns, casted, hazards } = planColumns(table, nameStyle(command.options.identifiers), command);
  const guarded = guardColumns('', columns, casted, { options: command.options, utf8: encoding === 'UTF8' });
  return guarded.columns.flatMap((planned) => {
    const source = table.columns.find(({ name }) => name === planned.source);
    if (source === undefined) return [];
    const place = `${table.schema}.${table.name}.${source.name}`;
    return {
      source,
      names: [planned.target],
      type: planned.type,
      notNull: planned.notNull,
      ...sentValue(planned, source),
      loses: hazards.flatMap((hazard) =>
        hazard.place === place && hazard.kind === 'LOSES_DETAIL' ? [hazard.message] : [],
      ),
    };
  });
}

type Guards = NonNullable<PlannedColumn['guards']>;

/** What extract sends of a column: with the values that a policy replaces, and without a look at those that stop a load. */
export function sentValue(planned: PlannedColumn, source: Column): Pick<WantedColumn, 'value' | 'isItself'> {
  const guards = (planned.guards ?? []).filter(({ policy }) => policy !== 'fail' && policy !== 'keep');
  const sql = sentExpression({ ...planned, guards }, { again: true });
  const isItself = planned.expression === identifier(source.name);
  const rounds = planned.guards?.some(({ hazard, policy }) => hazard === 'extra digits' && policy === 'keep') === true;
  const value = sql === identifier(source.name) ? ownValue(source) : { sql, ...typeOfSent(planned, source, guards) };
  return { isItself, value: rounds ? { ...value, rounds } : value };
}

/** A value that is replaced by NULL leaves the others what they are; by another value, PostgreSQL may widen them. */
function typeOfSent({ expression }: PlannedColumn, source: Column, guards: Guards): Pick<Value, 'type'> {
  if (expression.endsWith('::text') || expression.startsWith('encode(')) return { type: 'text' };
  const isOwn = expression === identifier(source.name) && guards.every(({ policy }) => policy === 'null');
  return isOwn ? { type: effective(source.type).name } : {};
}
