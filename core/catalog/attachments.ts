// What is attached to tables of Redshift, and is gone with a table that another one takes the place of: the queries, and what
// their rows say. Columns as Amazon documents the views: SVV_RLS_ATTACHED_POLICY, SVV_ATTACHED_MASKING_POLICY,
// SVV_DATASHARE_OBJECTS, STV_MV_DEPS. Each shows a user who is no superuser less, or nothing: what such a user is not shown of
// materialized views keeps a table from being dropped all the same; policies do not.

import type { Attachment, Catalog, Table } from './model.ts';
import { boolean, type Row, text } from './rows.ts';

/** By what they ask for: rows of `schema`, `name` and `attached`; of datashares `object`, which is `schema.name`, instead. */
export const ATTACHMENT_QUERIES: Readonly<Record<Attachment['kind'], string>> = {
  'row-level security':
    'SELECT relschema AS "schema", relname AS name, polname AS attached FROM svv_rls_attached_policy',
  masking:
    'SELECT schema_name AS "schema", table_name AS name, policy_name AS attached FROM svv_attached_masking_policy',
  datashare:
    "SELECT object_name AS object, share_name AS attached FROM svv_datashare_objects WHERE share_type = 'OUTBOUND' AND object_type = 'table'",
  'materialized view':
    'SELECT TRIM(ref_schema) AS "schema", TRIM(ref_name) AS name, TRIM(schema) || \'.\' || TRIM(name) AS attached FROM stv_mv_deps',
};

/** Redshift shows policies to superusers and security administrators; to others it shows none. */
export const SEES_POLICIES_QUERY = 'SELECT usesuper AS sees FROM pg_user WHERE usename = current_user';

export interface AttachmentRows {
  readonly sees: readonly Row[];
  readonly attached: readonly { readonly kind: Attachment['kind']; readonly rows: readonly Row[] }[];
}

/** The catalog, each table with what is attached to it. */
export function withAttachments(catalog: Catalog, { sees, attached }: AttachmentRows): Catalog {
  const key = (schema: string, name: string) => `${schema}.${name}`;
  const placed = attached.flatMap(({ kind, rows }) =>
    rows.map((row) => ({
      at: kind === 'datashare' ? text(row, 'object') : key(text(row, 'schema'), text(row, 'name')),
      attachment: { kind, name: text(row, 'attached') },
    })),
  );
  const byTable = Map.groupBy(placed, ({ at }) => at);
  const tables = catalog.tables.map((table): Table => {
    const mine = byTable.get(key(table.schema, table.name)) ?? [];
    return mine.length === 0 ? table : { ...table, attached: mine.map(({ attachment }) => attachment) };
  });
  const [user] = sees;
  return { ...catalog, tables, ...(user !== undefined && boolean(user, 'sees') ? {} : { policiesHidden: true }) };
}
