// How does the target keep the tables that it has? Asked of Redshift only.

import { DIST_STYLES_QUERY, ENCODED_QUERY, layoutColumnsQuery, withLayouts } from '../../core/catalog/layout.ts';
import type { Catalog } from '../../core/catalog/model.ts';
import type { Row } from '../../core/catalog/rows.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';

/** The catalog's tables with their layouts. No transaction is open: who is no superuser is refused one of the queries. */
export async function readLayouts(session: Session, catalog: Catalog): Promise<Catalog> {
  if (catalog.dialect !== 'redshift' || catalog.tables.length === 0) return catalog;
  const styles = await session.query(DIST_STYLES_QUERY);
  const columns = await session.query(layoutColumnsQuery(catalog.database));
  return { ...catalog, tables: withLayouts(catalog.tables, { styles, columns, encoded: await encoded(session) }) };
}

/** Without the right to ask, encodings count as automatic: Redshift then chooses those of a new table. */
async function encoded(session: Session): Promise<readonly Row[]> {
  try {
    return await session.query(ENCODED_QUERY);
  } catch (error) {
    if (error instanceof PgshiftError && error.kind === 'PermissionDenied') return [];
    throw error;
  }
}
