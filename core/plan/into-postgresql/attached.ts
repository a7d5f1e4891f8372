// What hangs on tables and is not copied, and what hangs on a table that would be replaced and would be lost with it.

import type { Table } from '../../catalog/model.ts';
import type { Attached, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import type { Hazard } from '../model.ts';
import { placeOf } from '../names.ts';
import type { Member } from './members.ts';

/** Views over a table are views of the source: the plan speaks of them already. */
const COUNTED = (each: Attached): boolean => each.kind !== 'materialized view';

const told = ({ kind, name }: Attached): string => (name === '' ? kind : `${kind} "${name}"`);

export function attachedHazards(
  source: PostgresqlCatalog | undefined,
  table: Table,
  members: readonly Member[],
): Hazard[] {
  const attached = members.flatMap(({ oid }) => source?.attached[oid] ?? []).filter(COUNTED);
  const foreign = members.filter(({ partition }) => partition?.foreign === true).map(({ live }) => placeOf(live));
  const place = placeOf(table);
  return [
    ...(attached.length === 0
      ? []
      : [
          {
            kind: 'LEFT_OUT',
            policy: 'report',
            place,
            message: `not copied: ${attached.map(told).join(', ')}`,
          } as const,
        ]),
    ...foreign.map((name): Hazard => {
      const message = `the partition ${name} is a foreign table: it becomes a plain one that holds the rows`;
      return { kind: 'LOSES_DETAIL', policy: 'report', place, message };
    }),
  ];
}

/** Never silently: whoever replaces such a table says so by taking it away. */
export function liveHazards(live: Table | undefined, target: PostgresqlCatalog): Hazard[] {
  if (live === undefined) return [];
  const place = placeOf(live);
  if (live.kind !== 'table' && live.kind !== 'partitioned') {
    const message = `the target has a ${live.kind} of this name; drop or rename it`;
    return [{ kind: 'NAME_COLLISION', policy: 'refuse', place, message }];
  }
  const attached = [live.oid, ...(target.partitions[live.oid] ?? []).map(({ oid }) => oid)].flatMap(
    (oid) => target.attached[oid] ?? [],
  );
  if (attached.length === 0) return [];
  const message = `it has ${attached.map(told).join(', ')}, which would be lost with the table that is replaced: drop that first, or keep the table with \`include no drop, truncate\``;
  return [{ kind: 'LOST_WITH_TABLE', policy: 'refuse', place, message }];
}
