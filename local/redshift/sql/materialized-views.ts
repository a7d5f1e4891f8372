// How does a materialized view live in the backend? As on Redshift: a table that holds its rows, and a view that shows them.
import { literal } from '../admin.ts';
import type { Cursor, TableName } from './cursor.ts';
import { regclass } from './keys.ts';
import type { Statement } from './statement.ts';
import { describe, readAttributes } from './table-attributes.ts';
import { quoteName, type Token } from './tokens.ts';

/** CREATE MATERIALIZED VIEW name [attributes] [AUTO REFRESH YES | NO] AS query. `read` checks and writes the query. */
export function createMaterializedView(
  cursor: Cursor,
  read: (tokens: readonly Token[]) => { readonly sql: string },
): Statement {
  const definition = cursor.tokens
    .map(({ text }) => text)
    .join('')
    .trim();
  const view = cursor.table();
  const attributes = readAttributes(cursor);
  let refreshes = false;
  if (cursor.take('auto', 'refresh')) {
    refreshes = cursor.take('yes');
    if (!refreshes) cursor.expect('no');
  }
  cursor.expect('as');
  const { sql } = read(cursor.restTokens(0));
  const table = tableOf(view);
  const kept = `${literal(view.sql)}, ${regclass(table)}, ${literal(sql)}, ${literal(`${definition};`)}, ${refreshes}`;
  const steps = [
    `CREATE TABLE ${table.sql} AS ${sql}`,
    describe(table, [], attributes),
    `SELECT pg_internal.hide_query(${regclass(table)}, ${literal(sql)})`,
    `SELECT pg_internal.create_materialized(${kept})`,
  ];
  return { kind: 'steps', steps, tag: 'CREATE MATERIALIZED VIEW', inBlock: 'joins' };
}

export function refreshMaterializedView(cursor: Cursor): Statement {
  const view = cursor.table();
  if (!cursor.take('cascade')) cursor.take('restrict');
  cursor.end();
  const steps = [`SELECT pg_internal.refresh_materialized(${regclass(view)})`];
  return { kind: 'steps', steps, tag: 'REFRESH', inBlock: 'joins' };
}

export function dropMaterializedView(cursor: Cursor): Statement {
  const ifExists = cursor.take('if', 'exists');
  const view = cursor.table();
  const cascades = cursor.take('cascade');
  if (!cascades) cursor.take('restrict');
  cursor.end();
  const steps = [`SELECT pg_internal.drop_materialized(${literal(view.sql)}, ${ifExists}, ${cascades})`];
  return { kind: 'steps', steps, tag: 'DROP MATERIALIZED VIEW', inBlock: 'joins' };
}

/** Redshift's own name for the table. */
function tableOf(view: TableName): TableName {
  const last = `mv_tbl__${view.last}__0`;
  return { last, sql: view.sql.slice(0, -quoteName(view.last).length) + quoteName(last) };
}
