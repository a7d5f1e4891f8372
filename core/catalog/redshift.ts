// What Redshift alone has in its catalog, beside what both kinds of servers have: late-binding and materialized views,
// external tables, sizes that only some users may ask for, and identities that do not tell how far they have come.

import { identifier, qualified } from '../sql/quote.ts';
import type { Catalog, Column, Identity, Table, View } from './model.ts';
import { integer, optional, type Row, text } from './rows.ts';

/** External tables are in no catalog that is joined with the others. */
export const EXTERNAL_TABLES_QUERY =
  'SELECT schemaname AS "schema", tablename AS name FROM svv_external_tables ORDER BY schemaname, tablename';

/** Blocks of 1 MB. Empty tables are left out, and for whom is no superuser all of them may be. */
export const SIZES_QUERY = 'SELECT "schema", "table" AS name, size, tbl_rows AS rows FROM svv_table_info';

const BLOCK_BYTES = 1024 * 1024;

export interface RedshiftRows {
  readonly externalTables: readonly Row[];
  /** Undefined where this user may not ask. */
  readonly sizes: readonly Row[] | undefined;
}

const keyOf = (schema: string, name: string): string => JSON.stringify([schema, name]);

/** Without sizes, 0 bytes and -1 rows go on to stand for unknown; with them, a table that is not among them is empty. */
export function withRedshiftRows(catalog: Catalog, { externalTables, sizes }: RedshiftRows): Catalog {
  const known = new Map((sizes ?? []).map((row) => [keyOf(text(row, 'schema'), text(row, 'name')), row]));
  return {
    ...catalog,
    tables:
      sizes === undefined || sizes.length === 0 ? catalog.tables : catalog.tables.map((table) => sized(table, known)),
    views: catalog.views.map(withKind),
    externalTables: externalTables.map((row) => ({ schema: text(row, 'schema'), name: text(row, 'name') })),
  };
}

function sized(table: Table, known: ReadonlyMap<string, Row>): Table {
  const heaps = table.heaps.map((heap) => {
    const row = known.get(keyOf(heap.schema, heap.name));
    if (row === undefined) return { ...heap, estimatedRows: 0 };
    const rows = Math.round(Number(optional(row, 'rows') ?? 0));
    return { ...heap, bytes: integer(row, 'size') * BLOCK_BYTES, estimatedRows: rows };
  });
  return { ...table, heaps };
}

/** pg_get_viewdef gives the whole statement of these two, and the query alone of any other. */
function withKind(view: View): View {
  if (/^\s*create\s+materialized\s+view\b/i.test(view.definition)) return { ...view, kind: 'materialized' };
  return /\bwith\s+no\s+schema\s+binding\s*;?\s*$/i.test(view.definition) ? { ...view, kind: 'late-binding' } : view;
}

/** How far an identity has come, as far as its rows tell; undefined for a table without one. */
export function lastValueQuery({ schema, name, columns }: Table): string | undefined {
  const column = columns.find(({ identity }) => identity !== undefined);
  if (column?.identity === undefined) return undefined;
  const last = column.identity.increment.startsWith('-') ? 'MIN' : 'MAX';
  return `SELECT ${last}(${identifier(column.name)}) AS last FROM ${qualified(schema, name)}`;
}

export function withLastValue(table: Table, row: Row | undefined): Table {
  const last = row === undefined ? undefined : optional(row, 'last');
  if (last === undefined) return table;
  const read = (identity: Identity): Identity => ({ ...identity, last });
  const columns = table.columns.map(
    (column): Column => (column.identity === undefined ? column : { ...column, identity: read(column.identity) }),
  );
  return { ...table, columns };
}
