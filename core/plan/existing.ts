// What becomes of a table that the target already has: replaced, added to, or a reason to refuse.

import type { Catalog, Table } from '../catalog/model.ts';
import type { Hazard, PlannedColumn, PlannedTable } from './model.ts';
import { keyOf, type Name } from './names.ts';
import { placeOf } from './table.ts';

export interface Existing {
  readonly publish: PlannedTable['publish'];
  readonly hazards: readonly Hazard[];
}

/** The names that a target has taken, by key. */
export interface Occupied {
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlySet<string>;
}

export function occupied(catalog: Catalog): Occupied {
  return {
    tables: new Map(catalog.tables.map((table) => [keyOf(table), table])),
    views: new Set(catalog.views.map(keyOf)),
  };
}

/** `target` is the name in Redshift of the table whose columns are `columns`. */
export function meetExisting(
  target: Name,
  columns: readonly PlannedColumn[],
  there: Occupied,
  includeDrop: boolean,
): Existing {
  const place = placeOf(target);
  if (there.views.has(keyOf(target))) {
    const message = 'the target has a view of this name; drop or rename it';
    return { publish: 'create', hazards: [{ kind: 'NAME_COLLISION', policy: 'refuse', place, message }] };
  }
  const live = there.tables.get(keyOf(target));
  if (live === undefined) return { publish: 'create', hazards: [] };
  if (includeDrop) {
    const message = 'the target has a table of this name; it is replaced when all rows are there (include drop)';
    return { publish: 'replace', hazards: [{ kind: 'DROPS_TARGET_TABLE', policy: 'report', place, message }] };
  }
  const difference = compareColumns(live, columns);
  if (difference !== undefined) {
    const message = `the target has a table of this name with other columns (${difference}), and include no drop keeps it`;
    return { publish: 'append', hazards: [{ kind: 'COLUMNS_DIFFER', policy: 'refuse', place, message }] };
  }
  const message = 'the target has a table of this name; rows are added to those it has (include no drop)';
  return { publish: 'append', hazards: [{ kind: 'APPENDS_TO_TARGET_TABLE', policy: 'report', place, message }] };
}

/** The first difference in words, or undefined. Order does not count: rows are added by name. */
function compareColumns(live: Table, columns: readonly PlannedColumn[]): string | undefined {
  for (const column of columns) {
    const there = live.columns.find(({ name }) => name === column.target);
    if (there === undefined) return `it has no "${column.target}"`;
    const type = canonicalType(column.type);
    if (canonicalType(there.type.sql) !== type) return `"${column.target}" is ${there.type.sql} there, ${type} here`;
  }
  const extra = live.columns.find(({ name }) => !columns.some((column) => column.target === name));
  return extra === undefined ? undefined : `it also has "${extra.name}"`;
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
