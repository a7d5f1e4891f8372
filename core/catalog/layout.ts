// How does Redshift keep its tables: distribution, sort key, encodings? The queries, and what their rows say.

import { literal } from '../sql/quote.ts';
import type { Layout, Table } from './model.ts';
import { boolean, integer, type Row, text } from './rows.ts';

/** By pg_class_info.releffectivediststyle; 10 to 12 are AUTO, which chooses for itself. */
const DIST_STYLES: Readonly<Record<number, Layout['distStyle']>> = { 0: 'even', 1: 'key', 8: 'all' };

/** The distribution style of each table, by oid. */
export const DIST_STYLES_QUERY =
  'SELECT c.reloid AS table_oid, c.releffectivediststyle AS dist_style FROM pg_catalog.pg_class_info c ' +
  "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' " +
  "AND c.releffectivediststyle IN (0, 1, 8) AND c.relname !~ '^_pgshift_'";

/** Each column's share in its table's keys, and its encoding. The view shows other databases' columns too. */
export const layoutColumnsQuery = (database: string): string =>
  'SELECT schema_name AS "schema", table_name AS name, column_name AS "column", encoding, ' +
  "CASE WHEN distkey THEN 't' ELSE 'f' END AS dist_key, sortkey AS sort_key FROM svv_redshift_columns " +
  `WHERE database_name = ${literal(database)} AND schema_name <> 'information_schema' AND schema_name !~ '^pg_'`;

/** Tables whose encodings somebody chose. Only superusers may ask, and empty tables are left out. */
export const ENCODED_QUERY =
  'SELECT "schema", "table" AS name FROM svv_table_info WHERE encoded NOT LIKE \'%AUTO%\' AND encoded <> \'N\'';

export interface LayoutRows {
  readonly styles: readonly Row[];
  readonly columns: readonly Row[];
  readonly encoded: readonly Row[];
}

/** The tables with their layouts. What is automatic is left out: Redshift chooses again for the new table. */
export function withLayouts(tables: readonly Table[], rows: LayoutRows): Table[] {
  const styles = new Map(rows.styles.map((row) => [integer(row, 'table_oid'), integer(row, 'dist_style')]));
  const key = (schema: string, name: string) => JSON.stringify([schema, name]);
  const columns = Map.groupBy(rows.columns, (row) => key(text(row, 'schema'), text(row, 'name')));
  const encoded = new Set(rows.encoded.map((row) => key(text(row, 'schema'), text(row, 'name'))));
  return tables.map((table) => {
    const at = key(table.schema, table.name);
    const layout = readLayout(DIST_STYLES[styles.get(table.oid) ?? -1], columns.get(at) ?? [], encoded.has(at));
    return layout === undefined ? table : { ...table, layout };
  });
}

function readLayout(style: Layout['distStyle'], columns: readonly Row[], encoded: boolean): Layout | undefined {
  const distKey = style === 'key' ? columns.find((row) => boolean(row, 'dist_key')) : undefined;
  const sorted = columns
    .filter((row) => integer(row, 'sort_key') !== 0)
    .sort((a, b) => Math.abs(integer(a, 'sort_key')) - Math.abs(integer(b, 'sort_key')));
  const encodings = encoded ? columns : [];
  if (style === undefined && sorted.length === 0 && encodings.length === 0) return undefined;
  return {
    ...(style === undefined ? {} : { distStyle: style }),
    ...(distKey === undefined ? {} : { distKey: text(distKey, 'column') }),
    sortKey: sorted.map((row) => text(row, 'column')),
    // An interleaved key has negative numbers as well.
    interleaved: sorted.some((row) => integer(row, 'sort_key') < 0),
    encodings: encodings.map((row) => ({
      column: text(row, 'column'),
      encoding: encodingWord(text(row, 'encoding')),
    })),
  };
}

/** The catalog says `none` for what DDL calls `raw`. */
const encodingWord = (encoding: string): string => (encoding === 'none' ? 'raw' : encoding);
