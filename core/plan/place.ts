// Where each table goes and how Redshift keeps it: the source's name, then ALTER SCHEMA, DISTRIBUTE and each ALTER TABLE
// in turn, and at last the target's way of writing names.

import type { Table } from '../catalog/model.ts';
import type { Distribution, LoadCommand, Setting, StorageParameters, TableAlteration } from '../command/model.ts';
import { filterMatcher } from './match.ts';
import type { Hazard } from './model.ts';
import { keyOf, type Name, placeOf, type TargetNames } from './names.ts';
import { unmatchedFilters } from './select.ts';

/** How Redshift keeps a table, as far as a command says. Columns are named as the command names them. */
export type Storage = Omit<StorageParameters, 'others'>;

export interface PlacedTable {
  readonly table: Table;
  readonly target: Name;
  readonly storage: Storage;
  /** PostgreSQL's own: storage parameters in the order given, and where the table is kept. */
  readonly parameters?: readonly Setting[];
  readonly tablespace?: string;
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
  readonly parameters?: readonly Setting[];
  readonly tablespace?: string;
}

export interface Placement {
  readonly tables: readonly PlacedTable[];
  readonly hazards: readonly Hazard[];
}

/**
 * Places every table; hazards say which alteration speaks of no table, and what has no meaning in Redshift. `others`: what
 * alterations may speak of besides.
 */
export function placeTables(
  tables: readonly Table[],
  command: Moves,
  names: TargetNames,
  others: readonly Name[] = [],
): Placement {
  const hazards: Hazard[] = [];
  let drafts = tables.map((table): Draft => {
    const { schema, name } = table;
    return { table, schema, name, ownSchema: true, ownName: true, storage: {} };
  });
  drafts = renameSchemas(drafts, command, hazards, others);
  drafts = distribute(drafts, command.distribute, hazards);
  for (const alteration of command.alterTables) drafts = alter(drafts, alteration, hazards, others);
  return { tables: drafts.map((draft) => place(draft, names)), hazards };
}

/** The command's own words are taken as they are, but for what the target folds. */
function place({ schema, name, ownSchema, ownName, ...draft }: Draft, { style, given }: TargetNames): PlacedTable {
  const target = { schema: ownSchema ? style(schema) : given(schema), name: ownName ? style(name) : given(name) };
  return { ...draft, target };
}

function renameSchemas(
  drafts: readonly Draft[],
  { alterSchemas }: Moves,
  hazards: Hazard[],
  others: readonly Name[],
): Draft[] {
  for (const { from } of alterSchemas) {
    if (![...drafts, ...others].some(({ schema }) => schema === from)) {
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

function alter(
  drafts: readonly Draft[],
  alteration: TableAlteration,
  hazards: Hazard[],
  others: readonly Name[],
): Draft[] {
  const matches = filterMatcher(alteration);
  hazards.push(...unmatchedFilters('ALTER TABLE NAMES MATCHING', [alteration], [...drafts, ...others]));
  return drafts.map((draft) => (matches(draft) ? altered(draft, alteration.action) : draft));
}

/** What means nothing to the target, a remark says. */
function altered(draft: Draft, action: TableAlteration['action']): Draft {
  switch (action.kind) {
    case 'rename':
      return { ...draft, name: action.to, ownName: false };
    case 'set schema':
      return { ...draft, schema: action.schema, ownSchema: false };
    case 'set': {
      const { others, ...storage } = action.parameters;
      const parameters = [...(draft.parameters ?? []), ...others];
      return { ...draft, storage: merged(draft.storage, storage), ...(others.length === 0 ? {} : { parameters }) };
    }
    case 'set tablespace':
      return { ...draft, tablespace: action.tablespace };
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
