// Views that are copied as tables: from what describing their queries gives to tables of the catalog, with the types
// looked up. Nothing is made in the source.

import type { DescribedColumn } from '../ports.ts';
import { identifier, qualified } from '../sql/quote.ts';
import { columnTypes } from './column-types.ts';
import type { Dialect, Table } from './model.ts';
import { QUERIES } from './queries.generated.ts';
import { integer, type Row, text } from './rows.ts';

/** A view to copy: its name as a table, and the SELECT its rows come from. */
export interface ViewQuery {
  readonly schema: string;
  readonly name: string;
  readonly query: string;
  readonly comment?: string;
}

export interface DescribedView extends ViewQuery {
  readonly columns: readonly DescribedColumn[];
}

/** Where a query of the command's own belongs when it names no schema. */
export const VIEW_SCHEMA = 'public';

/** The query that reads a view of the source. */
export const readView = (schema: string, name: string): string => `SELECT * FROM ${qualified(schema, name)}`;

/** What is asked of the server: the types of all columns as text, and what those types are made of. */
export function typeQueries(
  views: readonly DescribedView[],
  dialect: Dialect = 'postgresql',
): { readonly names: string; readonly types: string } {
  const used = views.flatMap(({ columns }) => columns);
  const pairs = [...new Set(used.map(({ typeOid, modifier }) => `${integerText(typeOid)}, ${integerText(modifier)}`))];
  const oids = [...new Set(used.map(({ typeOid }) => integerText(typeOid)))];
  if (dialect === 'redshift') return redshiftTypeQueries(pairs, oids);
  const listed = pairs.map((pair) => `(${pair.replace(',', '::oid,')})`).join(', ');
  return {
    names: `SELECT u.oid, u.modifier, format_type(u.oid, u.modifier) AS sql FROM (VALUES ${listed}) AS u (oid, modifier)`,
    types: QUERIES.postgresql.types.replace(
      OF_TABLES,
      () => `SELECT t.oid FROM pg_catalog.pg_type t WHERE t.oid IN (${oids.join(', ')})\n  UNION\n`,
    ),
  };
}

/** Redshift has no lists of VALUES that stand for a table, and base types only. */
function redshiftTypeQueries(pairs: readonly string[], oids: readonly string[]) {
  const named = pairs.map((pair) => {
    const [oid, modifier] = pair.split(', ');
    return `SELECT ${oid} AS oid, ${modifier} AS modifier, format_type(${oid}, ${modifier}) AS sql`;
  });
  return {
    names: named.join(' UNION ALL '),
    types:
      'SELECT t.oid AS "oid", n.nspname AS "schema", t.typname AS name, \'b\'::varchar AS kind ' +
      `FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid IN (${oids.join(', ')})`,
  };
}

/** The first half of `used` in the types query: the types of the columns of all tables. */
const OF_TABLES = /SELECT a\.atttypid AS oid[\s\S]*?\n {2}UNION\n/;

function integerText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number`);
  return String(value);
}

/** The views as tables. Any column may be NULL; there are no keys, no heaps and no size. */
export function tablesFromViews(
  views: readonly DescribedView[],
  names: readonly Row[],
  types: readonly Row[],
): Table[] {
  const readType = columnTypes(types);
  const sqlOf = new Map(names.map((row) => [`${text(row, 'oid')} ${integer(row, 'modifier')}`, text(row, 'sql')]));
  return views.map(({ schema, name, query, comment, columns }) => ({
    oid: 0,
    schema,
    name,
    kind: 'view',
    query,
    ...(comment === undefined ? {} : { comment }),
    columns: columns.map((column) => ({
      name: column.name,
      type: readType(
        String(column.typeOid),
        column.modifier,
        sqlOf.get(`${column.typeOid} ${column.modifier}`) ?? `oid ${column.typeOid}`,
      ),
      notNull: false,
    })),
    keys: [],
    foreignKeys: [],
    heaps: [],
    inherits: [],
  }));
}

/** For messages: a view by its name. */
export const viewName = ({ schema, name }: Pick<ViewQuery, 'schema' | 'name'>): string =>
  `${identifier(schema)}.${identifier(name)}`;
