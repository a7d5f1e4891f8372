// What tables and columns are called in Redshift, and which of them would be the same name there.

/** Redshift cuts names after this many bytes, silently. */
const NAME_BYTES = 127;

/** Names that Redshift keeps for itself: no user column may have them. */
const SYSTEM_COLUMNS = new Set(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'insertxid', 'deletexid']);

/**
 * Redshift folds every name to lower case, even a quoted one. Whether it folds letters beyond ASCII is not known: a name
 * without any capital is the same name either way, so all are folded here.
 */
export function foldName(name: string): string {
  return name.toLowerCase();
}

export interface Name {
  readonly schema: string;
  readonly name: string;
}

/** A name to look up by: unlike `schema.name` it is one-to-one, since both may hold points. */
export const keyOf = ({ schema, name }: Name): string => JSON.stringify([schema, name]);

/** What a source table is called in the target. */
export const targetName = ({ schema, name }: Name): Name => ({ schema: foldName(schema), name: foldName(name) });

/** What is wrong with a column's name in Redshift, or undefined. */
export function columnNameProblem(name: string): string | undefined {
  return SYSTEM_COLUMNS.has(name) ? `"${name}" is a system column of Redshift` : tooLong(name);
}

/** What is wrong with any name in Redshift, or undefined. */
export function tooLong(name: string): string | undefined {
  const bytes = new TextEncoder().encode(name).length;
  return bytes > NAME_BYTES ? `"${name}" has ${bytes} bytes; Redshift cuts names after ${NAME_BYTES}` : undefined;
}

/** The members of every group that share a key, groups of one left out. */
export function clashes<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The prefix of everything a run makes in a target. A source table that is called so is left out, and that is said. */
export const OWN_PREFIX = '_pgshift_';

/** Order of texts by code unit: the same on every machine, whatever its locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
