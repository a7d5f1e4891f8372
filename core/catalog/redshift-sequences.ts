// What of a Redshift catalog is PostgreSQL's own in a target of that kind: its identities are sequences there.

import type { Catalog, Column, Table } from './model.ts';
import type { OwnSequence, PostgresqlCatalog } from './postgresql.ts';

/** Keys are indexes by themselves where a source has no others. */
export function identitiesAsSequences({ tables }: Pick<Catalog, 'tables'>): PostgresqlCatalog {
  const owned = tables.flatMap((table) =>
    table.columns.flatMap((column, at) => {
      const sequence = sequenceOf(table, column, String(at + 1));
      return sequence === undefined ? [] : [{ table, column, sequence }];
    }),
  );
  const columns = Map.groupBy(owned, ({ table }) => String(table.oid));
  return {
    ...{ tables: {}, keyActions: {}, indexes: {}, checks: {}, partitions: {}, attached: {}, defaultNeeds: {} },
    ...{ types: [], views: [], extensions: [], objects: [] },
    sequences: owned.map(({ sequence }) => sequence),
    columns: Object.fromEntries(
      [...columns].map(([oid, members]) => [
        oid,
        members.map(({ column, sequence }) => ({ name: column.name, number: sequence.owner?.number ?? '' })),
      ]),
    ),
  };
}

/** As PostgreSQL would call and make it. */
function sequenceOf(table: Table, { name, identity }: Column, number: string): OwnSequence | undefined {
  if (identity === undefined) return undefined;
  const sequence = `${table.name}_${name}_seq`;
  return {
    oid: `${table.oid}.${number}`,
    schema: table.schema,
    name: sequence,
    written: `${table.schema}.${sequence}`,
    options: `START WITH ${identity.start} INCREMENT BY ${identity.increment}`,
    increment: identity.increment,
    ...(identity.last === undefined ? {} : { last: identity.last }),
    owner: { kind: 'identity', table: String(table.oid), number },
  };
}
