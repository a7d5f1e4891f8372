// The tables that one table of the source is made of in PostgreSQL: itself, or itself and its partitions, each with its indexes.

import type { Table } from '../../catalog/model.ts';
import type { Index, Partition, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { identifiers } from '../../sql/quote.ts';
import type { Name } from '../names.ts';

export interface Member {
  readonly oid: string;
  /** Undefined where the table is not partitioned. */
  readonly partition?: Partition;
  /** Its parent's place in the list. */
  readonly parent?: number;
  /** Whether it holds rows itself. */
  readonly leaf: boolean;
  readonly live: Name;
  readonly staged: Name;
  readonly indexes: readonly Index[];
}

/** Parents stand before their partitions; the table itself is the first. */
export function membersOf(
  table: Table,
  target: Name,
  staging: string,
  source: PostgresqlCatalog | undefined,
  style: (name: string) => string,
): Member[] {
  const oid = String(table.oid);
  const itself = { live: target, staged: { schema: target.schema, name: staging } };
  const partitions = source?.partitions[oid] ?? [];
  if (partitions.length === 0) {
    return [{ ...itself, oid, leaf: true, indexes: source?.indexes[oid] ?? keysAsIndexes(table) }];
  }
  const places = new Map(partitions.map((partition, place) => [partition.oid, place]));
  return partitions.map((partition, place) => {
    const parent = partition.parent === undefined ? undefined : places.get(partition.parent);
    const schema = partition.schema === table.schema ? target.schema : style(partition.schema);
    return {
      ...(parent === undefined
        ? itself
        : { live: { schema, name: style(partition.name) }, staged: { schema, name: `${staging}_p${place}` } }),
      ...(parent === undefined ? {} : { parent }),
      oid: partition.oid,
      partition,
      leaf: partition.key === undefined,
      indexes: source?.indexes[partition.oid] ?? [],
    };
  });
}

/** Where the source has keys and no indexes. */
function keysAsIndexes({ keys }: Table): Index[] {
  return keys.map(({ name, kind, columns }, number) => ({
    oid: String(number),
    name,
    unique: true,
    tail: ` USING btree (${identifiers(columns)})`,
    constraint: {
      kind,
      definition: `${kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${identifiers(columns)})`,
      deferrable: '',
    },
    identity: false,
    clustered: false,
    needs: [],
  }));
}
