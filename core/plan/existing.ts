// What becomes of a table that the target already has, or has to have: replaced, added to, filled anew, or a reason to
// refuse.

import type { Catalog, Column, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import { identifiers, qualified } from '../sql/quote.ts';
import type { Hazard, PlannedColumn, PlannedTable } from './model.ts';
import { keyOf, type Name, placeOf } from './names.ts';

export interface Existing {
  readonly publish: PlannedTable['publish'];
  readonly hazards: readonly Hazard[];
  /** The columns of the staging table: of those types that the rows will have. */
  readonly columns: readonly PlannedColumn[];
  /** A statement that fails, early and clearly, where the table is not as it must be. */
  readonly proof: readonly string[];
}

/** The names that a target has taken, by key. */
export interface Occupied {
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlySet<string>;
}

export function occupied(catalog: Pick<Catalog, 'tables' | 'views'>): Occupied {
  return {
    tables: new Map(catalog.tables.map((table) => [keyOf(table), table])),
    views: new Set(catalog.views.map(keyOf)),
  };
}

type Ways = Pick<LoadCommand, 'options' | 'beforeLoad'>;

/** `target` is the name in Redshift of the table whose columns are `columns`. */
export function meetExisting(
  target: Name,
  columns: readonly PlannedColumn[],
  there: Occupied,
  command: Ways,
): Existing {
  const { options } = command;
  const place = placeOf(target);
  const made = (publish: Existing['publish'], ...hazards: Hazard[]): Existing => ({
    publish,
    hazards,
    columns,
    proof: [],
  });
  if (there.views.has(keyOf(target))) {
    const message = 'the target has a view of this name; drop or rename it';
    return made('create', { kind: 'NAME_COLLISION', policy: 'refuse', place, message });
  }
  const live = there.tables.get(keyOf(target));
  const filled = options.dataOnly ? 'data only' : options.createTables ? undefined : 'create no tables';
  if (filled !== undefined) return intoExisting(target, columns, live, command, filled);
  if (live === undefined) {
    // What BEFORE LOAD makes is not in the catalog: it is replaced like what is.
    return made(options.includeDrop && command.beforeLoad.length > 0 ? 'replace' : 'create');
  }
  if (options.includeDrop) {
    const message = options.schemaOnly
      ? 'the target has a table of this name; it is replaced by an empty one (include drop, schema only)'
      : 'the target has a table of this name; it is replaced when all rows are there (include drop)';
    return made('replace', { kind: 'DROPS_TARGET_TABLE', policy: 'report', place, message });
  }
  return intoExisting(target, columns, live, command, 'include no drop');
}

function adds(place: string, publish: 'append' | 'refill', why: string): Hazard {
  if (publish === 'refill') {
    const message = `the rows that the target's table of this name has are deleted (truncate, ${why})`;
    return { kind: 'EMPTIES_TARGET_TABLE', policy: 'report', place, message };
  }
  const message = `the target has a table of this name; rows are added to those it has (${why})`;
  return { kind: 'APPENDS_TO_TARGET_TABLE', policy: 'report', place, message };
}

/**
 * `include no drop`, `create no tables`, `data only`: the table is there, or BEFORE LOAD makes it. Its types may be others
 * than a table of this run would have: they were chosen by somebody, and rows that do not fit them are refused by COPY.
 */
function intoExisting(
  target: Name,
  columns: readonly PlannedColumn[],
  live: Table | undefined,
  { options, beforeLoad }: Ways,
  why: string,
): Existing {
  const place = placeOf(target);
  const publish = options.truncate ? 'refill' : 'append';
  const proof = [
    `SELECT ${identifiers(columns.map((column) => column.target))} FROM ${qualified(target.schema, target.name)} WHERE FALSE`,
  ];
  if (live === undefined) {
    const made = beforeLoad.length > 0;
    const message = made
      ? `the target has no table of this name yet; BEFORE LOAD must make it (${why})`
      : `the target has no table of this name, and ${why} makes none`;
    const policy = made ? 'report' : 'refuse';
    return { publish, columns, proof, hazards: [{ kind: 'TARGET_TABLE_MISSING', policy, place, message }] };
  }
  const staged = columns.map((column) => fitted(column, live));
  const missing = columns.filter((column) => columnOf(live, column) === undefined);
  const demanded = live.columns.filter((column) => demands(column, columns));
  const differing = staged.filter((column, index) => column.type !== columns[index]?.type);
  return {
    publish,
    columns: staged,
    proof,
    hazards: [
      ...(options.schemaOnly && publish === 'append' ? [] : [adds(place, publish, why)]),
      ...missing.map(({ target: name }) => refusal(place, `the target's table has no column "${name}"`)),
      ...demanded.map(({ name }) =>
        refusal(place, `the target's column "${name}" is NOT NULL, and nothing comes for it`),
      ),
      ...differing.map((column): Hazard => {
        const message = `goes into ${column.type}, where a table of this run would have ${typeIn(columns, column)}`;
        return { kind: 'TYPES_DIFFER', policy: 'report', place: `${place}.${column.target}`, message };
      }),
    ],
  };
}

const refusal = (place: string, message: string): Hazard => ({
  kind: 'COLUMNS_DIFFER',
  policy: 'refuse',
  place,
  message,
});

const columnOf = (live: Table, column: PlannedColumn): Column | undefined =>
  live.columns.find(({ name }) => name === column.target);

const typeIn = (columns: readonly PlannedColumn[], { target }: PlannedColumn): string =>
  columns.find((column) => column.target === target)?.type ?? '';

/**
 * A staging column has the live one's type and strictness: what does not fit is refused by COPY, not after it. It makes no
 * values of its own.
 */
function fitted({ default: _default, identity: _identity, ...column }: PlannedColumn, live: Table): PlannedColumn {
  const there = columnOf(live, column);
  if (there === undefined) return column;
  const same = canonicalType(there.type.sql) === canonicalType(column.type);
  return { ...column, type: same ? column.type : there.type.sql, notNull: there.notNull };
}

/** Whether a live column wants a value that nobody brings. */
function demands(live: Column, columns: readonly PlannedColumn[]): boolean {
  const brought = columns.some(({ target }) => target === live.name);
  return !brought && live.notNull && live.default === undefined && live.identity === undefined;
}

const SPELLINGS: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  char: 'character',
  decimal: 'numeric',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  varbyte: 'binary varying',
  float8: 'double precision',
  float4: 'real',
};

/** One spelling of a Redshift type, whether from DDL (`VARCHAR(20)`) or a catalog (`character varying(20)`). */
export function canonicalType(type: string): string {
  const [, name = '', modifier = ''] = /^([a-z0-9 ]+?)\s*(\([\d, ]+\))?$/.exec(type.toLowerCase()) ?? [];
  return (SPELLINGS[name] ?? name) + modifier.replaceAll(' ', '');
}
