// The columns of one table in a PostgreSQL target: what COPY brings, how the staging table defines them, and what needs a sequence.
// The staging table has the source's names, so that every expression of the source holds as it stands; they are changed at the
// end, by the server.

import type { Road } from '../../cast/road.ts';
import { castColumn } from '../../cast/rules.ts';
import type { Column, Table } from '../../catalog/model.ts';
import type { ColumnExtras, OwnSequence, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import type { LoadCommand } from '../../command/model.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import { columnNameHazards } from '../hazards.ts';
import type { Hazard, PlannedColumn } from '../model.ts';
import { type NameStyle, POSTGRESQL_NAMES, placeOf } from '../names.ts';
import type { TargetObjects } from './objects.ts';

/** A sequence that the staging table owns until it is live. */
export interface PlannedSequence {
  /** In the staging table's schema. */
  readonly staged: string;
  readonly column: string;
  readonly kind: 'identity' | 'serial';
  readonly sequence: OwnSequence;
}

export interface PostgresqlColumns {
  /** What COPY brings: what is generated makes itself. */
  readonly columns: readonly PlannedColumn[];
  /** Of all columns, in order: `"a" integer NOT NULL`. */
  readonly definitions: readonly string[];
  /** What CREATE TABLE cannot say: ` ALTER COLUMN "a" SET STORAGE MAIN`. */
  readonly alterations: readonly string[];
  /** Where names differ, in the order of the columns. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly comments: readonly { readonly column: string; readonly comment: string }[];
  readonly sequences: readonly PlannedSequence[];
  readonly needs: readonly string[];
  readonly hazards: readonly Hazard[];
  readonly usedCasts: readonly number[];
  /** The columns that have their name and type in the target. */
  readonly kept: readonly string[];
}

export interface ColumnsPlanning {
  readonly command: Pick<LoadCommand, 'casts' | 'options' | 'origins'>;
  readonly source: PostgresqlCatalog | undefined;
  readonly objects: TargetObjects;
  readonly road: Road;
  readonly style: NameStyle;
  readonly major: number;
  readonly staged: { readonly schema: string; readonly name: string };
  /** What the table will be called. */
  readonly live: string;
}

const VIRTUAL_SINCE = 18;

export function planColumns(table: Table, planning: ColumnsPlanning): PostgresqlColumns {
  const planned = table.columns.map((column) => planColumn(table, column, planning));
  return {
    columns: planned.flatMap(({ column }) => column ?? []),
    definitions: planned.map(({ definition }) => definition),
    alterations: planned.flatMap(({ alterations }) => alterations),
    renamed: table.columns
      .map(({ name }) => ({ from: name, to: planning.style(name) }))
      .filter(({ from, to }) => from !== to),
    comments: table.columns.flatMap(({ name, comment }) => (comment === undefined ? [] : [{ column: name, comment }])),
    sequences: planned.flatMap(({ sequence }) => sequence ?? []),
    needs: planned.flatMap(({ needs }) => needs),
    hazards: [
      ...columnNameHazards(table, planning.style, POSTGRESQL_NAMES),
      ...planned.flatMap(({ hazards }) => hazards),
    ],
    usedCasts: planned.flatMap(({ used }) => used),
    kept: table.columns.flatMap(({ name, type }, at) =>
      planned[at]?.type === type.sql && planning.style(name) === name ? [name] : [],
    ),
  };
}

interface OneColumn {
  readonly column?: PlannedColumn;
  readonly type: string;
  readonly definition: string;
  readonly alterations: readonly string[];
  readonly sequence?: PlannedSequence;
  readonly needs: readonly string[];
  readonly hazards: readonly Hazard[];
  readonly used: readonly number[];
}

function planColumn(table: Table, column: Column, planning: ColumnsPlanning): OneColumn {
  const { command, objects, road, style, source } = planning;
  const place = `${placeOf(table)}.${column.name}`;
  const made = castColumn(table, column, identifier(column.name), command.casts, command.options, road);
  const hazards: Hazard[] = made.cast.hazard === undefined ? [] : [{ ...made.cast.hazard, policy: 'report', place }];
  if (made.problem !== undefined) {
    const message = `CAST rule ${(made.used.at(-1) ?? 0) + 1}: ${made.problem}`;
    hazards.push({ kind: 'CAST_INVALID', policy: 'refuse', place, message });
  }
  const lose = (kind: Hazard['kind'], message: string) => void hazards.push({ kind, policy: 'report', place, message });
  const extras = source?.columns[table.oid]?.find(({ name }) => name === column.name);
  const needs = source?.defaultNeeds[`${table.oid}.${extras?.number}`] ?? [];
  const letGo =
    made.dropsExtra || made.dropsDefault || (command.origins.keepIdentity === 'given' && !command.options.keepIdentity);
  const sequence = letGo ? undefined : sequenceOf(table, extras, planning);
  const value = madeValue(column, { letGo, made, needs, sequence, extras, planning }, lose);
  const collation = collationOf(extras, made.used.length > 0, objects, lose);
  const name = identifier(column.name);
  return {
    hazards,
    type: made.cast.type,
    used: made.used,
    needs: value.kind === 'plain' && value.sql === '' ? [] : needs.filter((need) => !isOwnSequence(need, sequence)),
    ...(sequence === undefined || value.kind === 'generated' ? {} : { sequence }),
    definition: [
      `${name} ${made.cast.type}${collation}`,
      value.sql,
      made.notNull ? `${notNullName(column, extras, planning)}NOT NULL` : '',
    ]
      .filter((word) => word !== '')
      .join(' '),
    alterations: made.used.length > 0 ? [] : alterationsOf(name, extras),
    ...(value.kind === 'generated'
      ? {}
      : {
          column: {
            source: column.name,
            target: style(column.name),
            type: made.cast.type,
            notNull: made.notNull,
            expression: made.cast.expression,
            quoted: made.cast.quoted,
            ...(column.comment === undefined ? {} : { comment: column.comment }),
          },
        }),
  };
}

interface Value {
  readonly letGo: boolean;
  readonly made: ReturnType<typeof castColumn>;
  readonly needs: readonly string[];
  readonly sequence: PlannedSequence | undefined;
  readonly extras: ColumnExtras | undefined;
  readonly planning: ColumnsPlanning;
}

type Lose = (kind: Hazard['kind'], message: string) => void;

/** What makes a column's value where nobody brings one. */
function madeValue(column: Column, value: Value, lose: Lose): MadeValue {
  if (column.generated !== undefined) return generated(column.generated, value, lose);
  // Who lets go of an identity, or of a serial, wants a plain column.
  const counts = column.identity !== undefined || column.serial !== undefined;
  if (value.made.dropsDefault || (value.letGo && counts)) return PLAIN;
  if (column.identity !== undefined) return identity(column.identity.generation, value, lose);
  return column.default === undefined ? PLAIN : defaulted(column.default, value, lose);
}

interface MadeValue {
  readonly kind: 'plain' | 'generated';
  readonly sql: string;
}

const PLAIN: MadeValue = { kind: 'plain', sql: '' };

function generated(expression: string, { made, needs, extras, planning }: Value, lose: Lose): MadeValue {
  const missing = planning.objects.lacks(needs);
  if (missing !== undefined || made.used.length > 0) {
    const why = missing === undefined ? '' : `: the target has no ${missing}`;
    if (!made.dropsDefault) lose('DEFAULT_DROPPED', `generated column: values arrive in a plain column${why}`);
    return PLAIN;
  }
  const virtual = extras?.generation === 'VIRTUAL';
  const kept = planning.major < VIRTUAL_SINCE;
  if (virtual && kept) lose('LOSES_DETAIL', 'what is generated is kept, as the target knows no other');
  return { kind: 'generated', sql: `GENERATED ALWAYS AS (${expression}) ${virtual && !kept ? 'VIRTUAL' : 'STORED'}` };
}

function identity(generation: 'always' | 'by default', { made, sequence, planning }: Value, lose: Lose): MadeValue {
  if (sequence === undefined) {
    if (!made.dropsExtra) lose('DEFAULT_DROPPED', 'identity: values arrive, new ones are not made');
    return PLAIN;
  }
  const name = qualified(planning.staged.schema, sequence.staged);
  const options = sequence.sequence.options.replace(/^AS \w+ /, '');
  const words = generation === 'always' ? 'ALWAYS' : 'BY DEFAULT';
  return { kind: 'plain', sql: `GENERATED ${words} AS IDENTITY (SEQUENCE NAME ${name} ${options})` };
}

function defaulted(expression: string, { needs, sequence, planning }: Value, lose: Lose): MadeValue {
  if (sequence !== undefined) {
    const [own, ours] = [sequence.sequence.written, qualified(planning.staged.schema, sequence.staged)].map(
      (name) => `${literal(name)}::regclass`,
    );
    return { kind: 'plain', sql: `DEFAULT ${expression.replaceAll(own ?? '', () => ours ?? '')}` };
  }
  const missing = planning.objects.lacks(needs);
  if (missing === undefined) return { kind: 'plain', sql: `DEFAULT ${expression}` };
  lose('DEFAULT_DROPPED', `its default speaks of ${missing}, which the target does not have`);
  return PLAIN;
}

const isOwnSequence = (need: string, sequence: PlannedSequence | undefined): boolean =>
  sequence !== undefined && need === `sequence ${sequence.sequence.written}`;

function sequenceOf(
  table: Table,
  extras: ColumnExtras | undefined,
  { source, staged }: ColumnsPlanning,
): PlannedSequence | undefined {
  const sequence = source?.sequences.find(
    ({ owner }) => owner !== undefined && owner.table === String(table.oid) && owner.number === extras?.number,
  );
  if (sequence?.owner === undefined) return undefined;
  return {
    staged: `${staged.name}_s${sequence.owner.number}`,
    column: extras?.name ?? '',
    kind: sequence.owner.kind,
    sequence,
  };
}

function collationOf(extras: ColumnExtras | undefined, cast: boolean, objects: TargetObjects, lose: Lose): string {
  if (extras?.collation === undefined || cast) return '';
  if (objects.lacks([`collation ${extras.collation}`]) === undefined) return ` COLLATE ${extras.collation}`;
  lose('LOSES_DETAIL', `the target has no collation ${extras.collation}: the column has the database's`);
  return '';
}

/** As PostgreSQL 18 would call it had the table its own name from the beginning: what is called otherwise, dumps name. */
function notNullName({ name }: Column, extras: ColumnExtras | undefined, { live }: ColumnsPlanning): string {
  const wanted = extras?.notNullName ?? `${live}_${name}_not_null`;
  return new TextEncoder().encode(wanted).length > MOST_NAME_BYTES ? '' : `CONSTRAINT ${identifier(wanted)} `;
}

const MOST_NAME_BYTES = 63;

function alterationsOf(name: string, extras: ColumnExtras | undefined): string[] {
  if (extras === undefined) return [];
  const { storage, statistics } = extras;
  return [
    ...(storage === undefined ? [] : [`ALTER COLUMN ${name} SET STORAGE ${storage}`]),
    ...(statistics === undefined ? [] : [`ALTER COLUMN ${name} SET STATISTICS ${Number(statistics)}`]),
  ];
}
