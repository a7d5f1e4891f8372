// Where each table goes and how Redshift keeps it: the source's name, then ALTER SCHEMA, DISTRIBUTE and each ALTER TABLE
// in turn, and at last the target's way of writing names.

import type { Table } from '../catalog/model.ts';
import type { Distribution, LoadCommand, StorageParameters, TableAlteration } from '../command/model.ts';
import { filterMatcher } from './match.ts';
import type { Hazard } from './model.ts';
import { foldName, keyOf, type Name, type NameStyle, nameStyle, placeOf } from './names.ts';
import { unmatchedFilters } from './select.ts';

/** How Redshift keeps a table, as far as a command says. Columns are named as the command names them. */
export type Storage = Omit<StorageParameters, 'others'>;

export interface PlacedTable {
  readonly table: Table;
  readonly target: Name;
  readonly storage: Storage;
}

type Moves = Pick<LoadCommand, 'alterSchemas' | 'alterTables' | 'distribute' | 'options'>;

interface Draft {
  readonly table: Table;
  /** Names as they stand, and whether they are the source's own or the command's. */
  readonly schema: string;
  readonly name: string;
  readonly ownSchema: boolean;
  readonly ownName: boolean;
  readonly storage: Storage;
}

export interface Placement {
  readonly tables: readonly PlacedTable[];
  readonly hazards: readonly Hazard[];
}

/** Places every table; hazards say which alteration speaks of no table, and what has no meaning in Redshift. */
export function placeTables(tables: readonly Table[], command: Moves): Placement {
  const hazards: Hazard[] = [];
  let drafts = tables.map((table): Draft => {
    const { schema, name } = table;
    return { table, schema, name, ownSchema: true, ownName: true, storage: {} };
  });
  drafts = renameSchemas(drafts, command, hazards);
  drafts = distribute(drafts, command.distribute, hazards);
  for (const alteration of command.alterTables) drafts = alter(drafts, alteration, hazards);
  const style = nameStyle(command.options.identifiers);
  return { tables: drafts.map((draft) => place(draft, style)), hazards };
}

/** The command's own words are taken as they are, but for what Redshift folds. */
function place({ table, schema, name, ownSchema, ownName, storage }: Draft, style: NameStyle): PlacedTable {
  const target = { schema: ownSchema ? style(schema) : foldName(schema), name: ownName ? style(name) : foldName(name) };
  return { table, target, storage };
}

function renameSchemas(drafts: readonly Draft[], { alterSchemas }: Moves, hazards: Hazard[]): Draft[] {
  for (const { from } of alterSchemas) {
    if (!drafts.some(({ schema }) => schema === from)) {
      hazards.push(notice('MATCHES_NOTHING', null, `ALTER SCHEMA '${from}': no table of that schema is loaded`));
    }
  }
  return drafts.map((draft) => {
    const rename = alterSchemas.find(({ from }) => from === draft.schema);
    return rename === undefined ? draft : { ...draft, schema: rename.to, ownSchema: false };
  });
}

/** Either schema may be meant: the source's, or the one it was renamed to. */
const isDistributed = (rule: Distribution, { schema, name, table }: Draft): boolean =>
  rule.name === name && (rule.schema === undefined || [schema, table.schema].includes(rule.schema));

/** Words of Citus: a reference table is on every node, a distributed one is cut by a column. */
function distribute(drafts: readonly Draft[], rules: readonly Distribution[], hazards: Hazard[]): Draft[] {
  const matched = new Set<Distribution>();
  const distributed = drafts.map((draft) => {
    const rule = rules.find((one) => isDistributed(one, draft));
    if (rule === undefined) return draft;
    matched.add(rule);
    if (rule.by === 'reference') return { ...draft, storage: { distStyle: 'all' as const } };
    if (draft.table.columns.some(({ name }) => name === rule.column)) {
      return { ...draft, storage: { distKey: rule.column } };
    }
    const message = `DISTRIBUTE … USING ${rule.column}: the table has no such column, so Redshift distributes it as it sees fit`;
    hazards.push(notice('NO_SUCH_COLUMN', placeOf(draft.table), message));
    return draft;
  });
  for (const rule of rules.filter((one) => !matched.has(one))) {
    hazards.push(notice('MATCHES_NOTHING', null, `DISTRIBUTE ${rule.name}: no such table is loaded`));
  }
  return distributed;
}

function alter(drafts: readonly Draft[], alteration: TableAlteration, hazards: Hazard[]): Draft[] {
  const matches = filterMatcher(alteration);
  hazards.push(...unmatchedFilters('ALTER TABLE NAMES MATCHING', [alteration], drafts));
  return drafts.map((draft) => (matches(draft) ? altered(draft, alteration.action) : draft));
}

/** Tablespaces and PostgreSQL's own storage parameters mean nothing to Redshift: `withoutMeaning` says so. */
function altered(draft: Draft, action: TableAlteration['action']): Draft {
  switch (action.kind) {
    case 'rename':
      return { ...draft, name: action.to, ownName: false };
    case 'set schema':
      return { ...draft, schema: action.schema, ownSchema: false };
    case 'set': {
      const { others: _others, ...storage } = action.parameters;
      return { ...draft, storage: merged(draft.storage, storage) };
    }
    case 'set tablespace':
      return draft;
  }
}

/** Later words stand over earlier ones; a style other than KEY takes an earlier key with it. */
function merged(before: Storage, after: Storage): Storage {
  const { distKey: _key, ...withoutKey } = before;
  const { distStyle: _style, ...withoutStyle } = before;
  if (after.distKey !== undefined) return { ...withoutStyle, ...after };
  return after.distStyle === undefined || after.distStyle === 'key'
    ? { ...before, ...after }
    : { ...withoutKey, ...after };
}

/** Whether two tables of the source are one in the target. */
export const sameTarget = ({ target }: PlacedTable): string => keyOf(target);

const notice = (kind: Hazard['kind'], where: string | null, message: string): Hazard => ({
  kind,
  policy: 'report',
  place: where,
  message,
});
