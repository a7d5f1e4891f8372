// What is attached to the tables that the target has, and would be gone with them? Asked of Redshift only.

import { ATTACHMENT_QUERIES, SEES_POLICIES_QUERY, withAttachments } from '../../core/catalog/attachments.ts';
import type { Attachment, Catalog } from '../../core/catalog/model.ts';
import type { Row } from '../../core/catalog/rows.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';

/** The catalog's tables with what is attached to them. No transaction is open: a view that is refused would end it. */
export async function readAttachments(session: Session, catalog: Catalog): Promise<Catalog> {
  if (catalog.dialect !== 'redshift' || catalog.tables.length === 0) return catalog;
  const attached: { kind: Attachment['kind']; rows: Row[] }[] = [];
  for (const [kind, sql] of Object.entries(ATTACHMENT_QUERIES)) {
    attached.push({ kind: kind as Attachment['kind'], rows: await askIfAllowed(session, sql) });
  }
  return withAttachments(catalog, { sees: await session.query(SEES_POLICIES_QUERY), attached });
}

async function askIfAllowed(session: Session, sql: string): Promise<Row[]> {
  try {
    return await session.query(sql);
  } catch (error) {
    if (error instanceof PgshiftError && error.kind === 'PermissionDenied') return [];
    throw error;
  }
}
