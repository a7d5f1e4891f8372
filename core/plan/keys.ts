// Primary, unique and foreign keys of the published tables. Redshift does not enforce them, but its planner trusts
// them: they come after the rows, and only where both ends of a foreign key are there and of one type.

import type { ForeignKey, Key, Table } from '../catalog/model.ts';
import { identifier, identifiers, qualified } from '../sql/quote.ts';
import type { PlanInput } from './input.ts';
import type { Hazard, PlannedColumn, PlannedTable } from './model.ts';
import { byText, foldName, keyOf, type Name, placeOf } from './names.ts';

/** What a source table is in the target. */
export interface Placed {
  readonly target: Name;
  readonly columns: readonly PlannedColumn[];
}

/** Primary keys first: a server may want one before it takes a foreign key. */
export function addKeys(table: Table, placed: Placed): { statements: string[]; hazards: Hazard[] } {
  const hazards: Hazard[] = [];
  const statements: string[] = [];
  for (const key of table.keys.toSorted((a, b) => byText(a.kind, b.kind))) {
    const columns = columnsOf(placed, key.columns);
    const unfit = keyProblem(key, columns);
    if (unfit === undefined) {
      const kind = key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE';
      statements.push(addConstraint(placed.target, key.name, `${kind} (${identifiers(columns.map(inTarget))})`));
      continue;
    }
    const message = `the ${key.kind} key "${key.name}" is left out: ${unfit}`;
    hazards.push({ kind: 'KEY_DROPPED', policy: 'report', place: placeOf(table), message });
  }
  return { statements, hazards };
}

/** What a cast may have made of a key's columns. */
function keyProblem(key: Key, columns: readonly PlannedColumn[]): string | undefined {
  const nullable = key.kind === 'primary' ? columns.find((column) => !column.notNull) : undefined;
  if (nullable !== undefined) return `"${nullable.target}" is not NOT NULL`;
  const untaken = columns.find((column) => /^(?:SUPER|GEOMETRY|GEOGRAPHY|HLLSKETCH)/.test(column.type));
  return untaken === undefined ? undefined : `"${untaken.target}" is ${untaken.type}`;
}

const inTarget = (column: PlannedColumn): string => column.target;

/** The planned columns of those names in the source, in the key's order. */
function columnsOf({ columns }: Placed, names: readonly string[]): PlannedColumn[] {
  return names.flatMap((name) => columns.find(({ source }) => source === name) ?? []);
}

/**
 * The tables with their foreign keys: one to add stands with whichever of its two tables is published later, one to
 * drop with the earlier. `tables` are the sources of `planned`, in the same order.
 */
export function planForeignKeys(
  tables: readonly Table[],
  planned: readonly PlannedTable[],
  target: readonly Table[],
  rules: ForeignKeyRules,
): { planned: PlannedTable[]; hazards: Hazard[] } {
  const indexOf = new Map(planned.map((table) => [keyOf(table.target), table.table]));
  const publishOf = (name: Name) => planned[indexOf.get(keyOf(name)) ?? -1]?.publish;
  const fresh = new Map(
    planned.filter(({ publish }) => isFresh(publish)).map((table) => [keyOf(table.source), table] as const),
  );
  const placedOf = (source: Name) => fresh.get(keyOf(source));
  const add = tables.map((table) => addForeignKeys(table, placedOf, rules));
  const heirs = tables.flatMap((table) => inherit(table, placedOf, rules));
  const drop = dropForeignKeys(target, (name) => publishOf(name) === 'replace');
  const between = rules.between?.(target, publishOf) ?? { keys: [], heirs: [], hazards: [] };
  const at = ({ from, to }: { from: Name; to: Name }) =>
    [indexOf.get(keyOf(from)) ?? 0, indexOf.get(keyOf(to)) ?? 0] as const;
  const added = Map.groupBy([...heirs, ...add.flatMap((one) => one.add), ...between.keys], (key) =>
    Math.max(...at(key)),
  );
  const dropped = Map.groupBy(
    [...drop.drop, ...between.heirs, ...between.keys.map((key) => ({ ...key, sql: key.drop }))],
    (key) => Math.min(...at(key)),
  );
  const sqlOf = (keys: readonly { sql: string }[] | undefined) => (keys ?? []).map((key) => key.sql);
  return {
    hazards: [...add.flatMap((one) => one.hazards), ...drop.hazards, ...between.hazards],
    planned: planned.map((table) => {
      const mine = added.get(table.table) ?? [];
      const validate = mine.flatMap((key) => key.validate ?? []);
      return {
        ...table,
        addForeignKeys: sqlOf(mine),
        dropForeignKeys: sqlOf(dropped.get(table.table)),
        ...(table.postgresql === undefined ? {} : { postgresql: { ...table.postgresql, validate } }),
      };
    }),
  };
}

/** Whether the run makes the table: one that it only fills keeps the keys it has. */
export const isFresh = (publish: PlannedTable['publish']): boolean => publish === 'create' || publish === 'replace';

interface PlannedForeignKeys {
  readonly add: readonly { readonly from: Name; readonly to: Name; readonly sql: string; readonly validate?: string }[];
  readonly hazards: readonly Hazard[];
}

/** Foreign keys of one table to tables of the same run; what points elsewhere or may not hold is left out, and said. */
function addForeignKeys(
  table: Table,
  placedOf: (source: Name) => Placed | undefined,
  rules: ForeignKeyRules,
): PlannedForeignKeys {
  const from = placedOf(table);
  if (from === undefined || !rules.wanted) return { add: [], hazards: [] };
  const add: { from: Name; to: Name; sql: string; validate?: string }[] = [];
  const hazards: Hazard[] = [];
  for (const key of table.foreignKeys) {
    const to = placedOf({ schema: key.references.schema, name: key.references.table });
    const dropped =
      to === undefined ? 'the table it refers to is not part of this run' : rules.unfit(table, key, from, to);
    if (to === undefined || dropped !== undefined) {
      const message = `foreign key "${key.name}" is left out: ${dropped}`;
      hazards.push({ kind: 'FOREIGN_KEY_DROPPED', policy: 'report', place: placeOf(table), message });
      continue;
    }
    const own = columnsOf(from, key.columns).map(inTarget);
    const referenced = columnsOf(to, key.references.columns).map(inTarget);
    const body =
      `FOREIGN KEY (${identifiers(own)}) ` +
      `REFERENCES ${qualified(to.target.schema, to.target.name)} (${identifiers(referenced)})`;
    const { sql, validate } = rules.add(table, key, from.target, body);
    add.push({ from: from.target, to: to.target, sql, ...(validate === undefined ? {} : { validate }) });
  }
  return { add, hazards };
}

/** Plain inheritance between tables of the run that are made anew. */
function inherit(table: Table, placedOf: (source: Name) => Placed | undefined, rules: ForeignKeyRules): Between[] {
  const from = placedOf(table);
  if (from === undefined || rules.inherit === undefined) return [];
  return table.inherits.flatMap((parent) => {
    const to = placedOf(parent);
    const sql = to === undefined ? undefined : rules.inherit?.(from.target, to.target);
    return to === undefined || sql === undefined ? [] : [{ from: from.target, to: to.target, sql }];
  });
}

/** What foreign keys are in a kind of target. */
export interface ForeignKeyRules {
  /** Whether they are added at all. */
  readonly wanted: boolean;
  /** Why one between two tables of the run cannot stand, or undefined. */
  unfit(table: Table, key: ForeignKey, from: Placed, to: Placed): string | undefined;
  /** Keys between tables that rows are added to: they are away meanwhile, so that no order of tables is asked for. */
  between?(
    target: readonly Table[],
    publishOf: (name: Name) => PlannedTable['publish'] | undefined,
  ): {
    readonly keys: readonly KeyBetween[];
    /** Tables that are replaced with the parents that they inherit from: statements that part them. */
    readonly heirs: readonly Between[];
    readonly hazards: readonly Hazard[];
  };
  /** The statement that makes a table inherit from another, where the target knows that. */
  inherit?(heir: Name, parent: Name): string;
  /** The statement that adds it to `target`, and the one that proves it afterwards where that is another. */
  add(table: Table, key: ForeignKey, target: Name, body: string): { readonly sql: string; readonly validate?: string };
}

export interface Between {
  readonly from: Name;
  readonly to: Name;
  readonly sql: string;
  readonly validate?: string;
}

export interface KeyBetween extends Between {
  readonly drop: string;
}

/** Redshift checks no key, and trusts all of its own. */
export const redshiftForeignKeys = ({
  command,
  capabilities,
}: Pick<PlanInput, 'command' | 'capabilities'>): ForeignKeyRules => ({
  wanted: command.options.foreignKeys,
  unfit: (_table, key, from, to) => unfit(key, from, to, capabilities.source.dialect === 'redshift'),
  add: (_table, key, target, body) => ({ sql: addConstraint(target, key.name, body) }),
});

function unfit(key: ForeignKey, from: Placed, to: Placed, trusted: boolean): string | undefined {
  if (!key.validated && !trusted) return 'it is NOT VALID in the source, and Redshift would trust it';
  const others = columnsOf(to, key.references.columns);
  const differing = columnsOf(from, key.columns).find((column, index) => column.type !== others[index]?.type);
  return differing === undefined ? undefined : `the types of its ends differ, at "${differing.target}"`;
}

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
