// Primary, unique and foreign keys of the published tables. Redshift does not enforce them, but its planner trusts
// them: they come after the rows, and only where both ends of a foreign key are there.

import type { ForeignKey, Table } from '../catalog/model.ts';
import { identifier, identifiers, qualified } from '../sql/quote.ts';
import type { Hazard, PlannedTable } from './model.ts';
import { byText, foldName, keyOf, type Name, targetName } from './names.ts';
import { placeOf } from './table.ts';

/** Primary keys first: a server may want one before it takes a foreign key. */
export function addKeys(table: Table, target: Name): string[] {
  return table.keys
    .toSorted((a, b) => byText(a.kind, b.kind))
    .map((key) => {
      const kind = key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE';
      return addConstraint(target, key.name, `${kind} (${identifiers(key.columns.map(foldName))})`);
    });
}

/**
 * The tables with their foreign keys: one to add stands with whichever of its two tables is published later, one to
 * drop with the earlier. `tables` are the sources of `planned`, in the same order.
 */
export function planForeignKeys(
  tables: readonly Table[],
  planned: readonly PlannedTable[],
  target: readonly Table[],
): { planned: PlannedTable[]; hazards: Hazard[] } {
  const indexOf = new Map(planned.map((table) => [keyOf(table.target), table.table]));
  const publishOf = (name: Name) => planned[indexOf.get(keyOf(name)) ?? -1]?.publish;
  const fresh = new Set(tables.filter((table) => publishOf(targetName(table)) !== 'append').map(keyOf));
  const targetOf = (source: Name) => (fresh.has(keyOf(source)) ? targetName(source) : undefined);
  const add = tables.filter((table) => fresh.has(keyOf(table))).map((table) => addForeignKeys(table, targetOf));
  const drop = dropForeignKeys(target, (name) => publishOf(name) === 'replace');
  const at = ({ from, to }: { from: Name; to: Name }) =>
    [indexOf.get(keyOf(from)) ?? 0, indexOf.get(keyOf(to)) ?? 0] as const;
  const added = Map.groupBy(
    add.flatMap((one) => one.add),
    (key) => Math.max(...at(key)),
  );
  const dropped = Map.groupBy(drop.drop, (key) => Math.min(...at(key)));
  const sqlOf = (keys: readonly { sql: string }[] | undefined) => (keys ?? []).map((key) => key.sql);
  return {
    hazards: [...add.flatMap((one) => one.hazards), ...drop.hazards],
    planned: planned.map((table) => ({
      ...table,
      addForeignKeys: sqlOf(added.get(table.table)),
      dropForeignKeys: sqlOf(dropped.get(table.table)),
    })),
  };
}

interface PlannedForeignKeys {
  readonly add: readonly { readonly from: Name; readonly to: Name; readonly sql: string }[];
  readonly hazards: readonly Hazard[];
}

/** Foreign keys of one table to tables of the same run; what points elsewhere or may not hold is left out, and said. */
function addForeignKeys(table: Table, targetOf: (source: Name) => Name | undefined): PlannedForeignKeys {
  const from = targetOf(table);
  const add: { from: Name; to: Name; sql: string }[] = [];
  const hazards: Hazard[] = [];
  for (const key of table.foreignKeys) {
    const to = targetOf({ schema: key.references.schema, name: key.references.table });
    const dropped = to === undefined ? 'the table it refers to is not part of this run' : unvalidated(key);
    if (from === undefined || to === undefined || dropped !== undefined) {
      const message = `foreign key "${key.name}" is left out: ${dropped}`;
      hazards.push({ kind: 'FOREIGN_KEY_DROPPED', policy: 'report', place: placeOf(table), message });
      continue;
    }
    const body =
      `FOREIGN KEY (${identifiers(key.columns.map(foldName))}) ` +
      `REFERENCES ${qualified(to.schema, to.name)} (${identifiers(key.references.columns.map(foldName))})`;
    add.push({ from, to, sql: addConstraint(from, key.name, body) });
  }
  return { add, hazards };
}

const unvalidated = (key: ForeignKey): string | undefined =>
  key.validated ? undefined : 'it is NOT VALID in the source, and Redshift would trust it';

function addConstraint(table: Name, name: string, body: string): string {
  return `ALTER TABLE ${qualified(table.schema, table.name)} ADD CONSTRAINT ${identifier(foldName(name))} ${body}`;
}

interface DroppedForeignKeys {
  readonly drop: readonly { readonly from: Name; readonly to: Name; readonly sql: string }[];
  readonly hazards: readonly Hazard[];
}

/**
 * Keys in the target that refer to a table which is replaced: dropped first when their own table is replaced as well;
 * a key of any other table would be lost, so the run is refused.
 */
function dropForeignKeys(target: readonly Table[], replaced: (name: Name) => boolean): DroppedForeignKeys {
  const drop: { from: Name; to: Name; sql: string }[] = [];
  const hazards: Hazard[] = [];
  for (const table of target) {
    for (const key of table.foreignKeys) {
      const to = { schema: key.references.schema, name: key.references.table };
      const itself = to.schema === table.schema && to.name === table.name;
      if (!replaced(to) || itself) continue;
      if (replaced(table)) {
        const sql = `ALTER TABLE ${qualified(table.schema, table.name)} DROP CONSTRAINT ${identifier(key.name)}`;
        drop.push({ from: table, to, sql });
        continue;
      }
      const message = `foreign key "${key.name}" of ${placeOf(table)} refers to it and would be lost; drop that key first`;
      hazards.push({ kind: 'FOREIGN_KEY_FROM_OUTSIDE', policy: 'refuse', place: placeOf(to), message });
    }
  }
  return { drop, hazards };
}
