// What does a Redshift source have beside its catalog? Asked outside of a transaction, where a refusal ends nothing.

import type { Catalog, Table } from '../../core/catalog/model.ts';
import {
  EXTERNAL_TABLES_QUERY,
  lastValueQuery,
  SIZES_QUERY,
  withLastValue,
  withRedshiftRows,
} from '../../core/catalog/redshift.ts';
import type { Row } from '../../core/catalog/rows.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { type ErrorKind, PgshiftError } from '../../core/errors.ts';
import { selectTables } from '../../core/plan/select.ts';
import type { Session } from '../../core/ports.ts';

export async function readRedshift(session: Session, catalog: Catalog): Promise<Catalog> {
  const externalTables = (await allowed(session, EXTERNAL_TABLES_QUERY)) ?? [];
  return withRedshiftRows(catalog, { externalTables, sizes: await allowed(session, SIZES_QUERY) });
}

const REFUSED: readonly ErrorKind[] = ['PermissionDenied', 'StatementRefused'];

/** Undefined where this user, or this kind of cluster, is refused the view. */
async function allowed(session: Session, sql: string): Promise<readonly Row[] | undefined> {
  try {
    return await session.query(sql);
  } catch (error) {
    if (error instanceof PgshiftError && REFUSED.includes(error.kind)) return undefined;
    throw error;
  }
}

/** Of the tables that take part and may be read: where new values of an identity have to begin. */
export async function readLastValues(session: Session, catalog: Catalog, command: LoadCommand): Promise<Catalog> {
  const chosen = new Set(selectTables(catalog, command).tables);
  const tables: Table[] = [];
  for (const table of catalog.tables) {
    const readable = table.heaps.every((heap) => heap.readable);
    const query = chosen.has(table) && readable ? lastValueQuery(table) : undefined;
    tables.push(query === undefined ? table : withLastValue(table, (await session.query(query))[0]));
  }
  return { ...catalog, tables };
}
