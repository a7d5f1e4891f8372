// Which table of the target stands for which of the source, how is each column read at both ends, and what differs already
// by what the catalogs say? A load's command says how names, types and values change on the way; without one the type map
// and the target's own way of writing names say it.

import { castToRedshift } from '../cast/postgresql-to-redshift.ts';
import type { Catalog, Column, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import { canonicalType } from '../plan/existing.ts';
import { foldName, keyOf, type Name, OWN_PREFIX, placeOf, targetNames } from '../plan/names.ts';
import { placeTables } from '../plan/place.ts';
import { selectTables } from '../plan/select.ts';
import { cameBack, isWayBack, sameType, wayBack } from './families.ts';
import { type Ends, type Meeting, meet } from './meet.ts';
import type { Difference, Weaker } from './model.ts';
import { type WantedColumn, wantedColumns } from './wanted.ts';

/** Two columns whose values are compared. */
export interface ColumnPair extends Meeting {
  /** As the source calls it. */
  readonly name: string;
  readonly nameThere: string;
}

export interface TablePair {
  readonly source: Table;
  readonly target: Table;
  readonly columns: readonly ColumnPair[];
  /** The columns, by their places, whose values name a row at both ends. Empty without such. */
  readonly key: readonly number[];
  readonly weaker: readonly Weaker[];
  readonly differences: readonly Difference[];
}

export interface Pairs {
  readonly tables: readonly TablePair[];
  /** Of tables that are at one end only. */
  readonly differences: readonly Difference[];
}

/** Pairs the tables that the command loads with those of the target. */
export function pairTables(source: Catalog, target: Catalog, command: LoadCommand): Pairs {
  const { tables } = selectTables(source, command);
  const there = new Map(target.tables.map((table) => [keyOf(table), table]));
  const taken = new Set<string>();
  const differences: Difference[] = [];
  const pairs: TablePair[] = [];
  for (const placed of placeTables(tables, command, targetNames(command, target.dialect)).tables) {
    const found = findTable(there, target, placed.table, placed.target);
    if (found === undefined) {
      differences.push(
        difference('table', placeOf(placed.table), `is missing in the target (${placeOf(placed.target)})`),
      );
      continue;
    }
    taken.add(keyOf(found));
    pairs.push(pairColumns(source, target, placed.table, found, command));
  }
  for (const table of target.tables) {
    if (taken.has(keyOf(table)) || isOurs(table) || isNoCopy(target, table)) continue;
    differences.push(difference('table', placeOf(table), 'is in the target only', false));
  }
  return { tables: pairs, differences };
}

function difference(kind: Difference['kind'], place: string, message: string, counts = true): Difference {
  return { kind, place, message, counts };
}

/** In PostgreSQL names stay as they are, unless they have come by way of Redshift, which folds them. */
function findTable(
  there: ReadonlyMap<string, Table>,
  { dialect }: Catalog,
  own: Name,
  placed: Name,
): Table | undefined {
  const folded = { schema: foldName(own.schema), name: foldName(own.name) };
  const names = dialect === 'postgresql' ? [placed, own, folded] : [placed];
  return names.map((name) => there.get(keyOf(name))).find((table) => table !== undefined);
}

/** Discover does not see those of Redshift. */
const isOurs = ({ name }: Name): boolean => name.startsWith(OWN_PREFIX);

/** A foreign table or a materialized view of the target is nothing that a load would make. */
const isNoCopy = ({ dialect }: Catalog, { kind }: Table): boolean =>
  dialect === 'postgresql' && (kind === 'foreign table' || kind === 'materialized view');

function pairColumns(source: Catalog, target: Catalog, from: Table, to: Table, command: LoadCommand): TablePair {
  const ends = { source: source.dialect, target: target.dialect };
  const wanted = wantedColumns(source, target.dialect, from, command);
  const place = placeOf(from);
  const differences: Difference[] = [];
  const weaker: Weaker[] = [];
  const columns: ColumnPair[] = [];
  const found = new Map<WantedColumn, Column>();
  const tableIsAway = wanted.some((column) => {
    const there = findColumn(to, column);
    return there !== undefined && column.isCast !== true && cameBack(column.source.type, there.type);
  });
  for (const column of wanted) {
    const there = findColumn(to, column);
    if (there === undefined) {
      differences.push(difference('column', `${place}.${column.source.name}`, 'is missing in the target'));
      continue;
    }
    found.set(column, there);
    differences.push(...columnDifferences(place, ends, column, there, command));
    const meeting = meet(ends, column, there, tableIsAway);
    if (meeting === undefined) {
      weaker.push({
        column: column.source.name,
        message: `${there.type.sql} has no text: its values are not compared`,
      });
      continue;
    }
    columns.push({ ...meeting, name: column.source.name, nameThere: there.name });
    weaker.push(...[...column.loses, ...meeting.loses].map((message) => ({ column: column.source.name, message })));
  }
  const extra = to.columns.filter((column) => ![...found.values()].includes(column));
  differences.push(...extra.map(({ name }) => difference('column', `${placeOf(to)}.${name}`, 'is in the target only')));
  differences.push(...orderDifference(place, to, [...found.values()]));
  if (source.dialect === 'postgresql' && target.dialect === 'postgresql') {
    differences.push(...keyDifferences(place, from, to, found));
  }
  return { source: from, target: to, columns, key: keyFor(from, to, columns), weaker, differences };
}

const findColumn = (table: Table, { names }: WantedColumn): Column | undefined =>
  names.map((name) => table.columns.find((column) => column.name === name)).find((column) => column !== undefined);

function columnDifferences(
  place: string,
  ends: Ends,
  wanted: WantedColumn,
  there: Column,
  { options }: LoadCommand,
): Difference[] {
  const at = `${place}.${wanted.source.name}`;
  const differences: Difference[] = [];
  const type = typeDifference(ends, wanted, there);
  // The types of a table that is only filled were chosen by somebody.
  const chosen = options.dataOnly || !options.createTables || !options.includeDrop;
  if (type !== undefined) differences.push(difference('type', at, type.message, type.counts && !chosen));
  if (wanted.notNull !== there.notNull) {
    const message = there.notNull ? 'is NOT NULL in the target only' : 'is not NOT NULL in the target';
    differences.push(difference('constraint', at, message, !chosen));
  }
  return differences;
}

/** Of one type with another length only, as `measure columns` gives it, all values may be equal. */
function typeDifference(
  ends: Ends,
  { source, type }: WantedColumn,
  there: Column,
): { readonly message: string; readonly counts: boolean } | undefined {
  if (ends.source === 'postgresql' && ends.target === 'postgresql') {
    if (type === undefined ? isExpected(source, there) : canonicalType(type) === canonicalType(there.type.sql))
      return undefined;
    return { message: `is ${there.type.sql} in the target, not ${type ?? source.type.sql}`, counts: true };
  }
  const wanted = type ?? (ends.target === 'postgresql' ? wayBack(source.type.sql) : source.type.sql);
  if (wanted === undefined) return undefined;
  const [here, other] = [canonicalType(wanted), canonicalType(there.type.sql)];
  if (here === other) return undefined;
  const counts = here.replace(/\(.*/, '') !== other.replace(/\(.*/, '');
  return { message: `is ${there.type.sql} in the target, not ${here}`, counts };
}

const isExpected = ({ type }: Column, there: Column): boolean =>
  sameType(type, there.type) || isWayBack(castToRedshift(type, '').type, there.type);

function orderDifference(place: string, table: Table, found: readonly Column[]): Difference[] {
  const inTable = table.columns.filter((column) => found.includes(column)).map(({ name }) => name);
  const wanted = found.map(({ name }) => name);
  if (inTable.join('\0') === wanted.join('\0')) return [];
  return [difference('order', place, `has its columns in another order in the target: ${inTable.join(', ')}`, false)];
}

/** Keys of Redshift are hints that nobody checks; those of PostgreSQL hold. */
function keyDifferences(place: string, from: Table, to: Table, found: ReadonlyMap<WantedColumn, Column>): Difference[] {
  const nameThere = new Map([...found].map(([{ source }, there]) => [source.name, there.name]));
  const written = (kind: string, columns: readonly string[]) => `${kind} key (${columns.join(', ')})`;
  const there = new Set(to.keys.map(({ kind, columns }) => written(kind, columns)));
  return from.keys.flatMap(({ kind, columns }) => {
    const wanted = written(
      kind,
      columns.map((name) => nameThere.get(name) ?? name),
    );
    return there.has(wanted) ? [] : [difference('constraint', place, `has no ${wanted} in the target`, false)];
  });
}

/** The primary key, or else a unique one without NULL, that both ends have as columns. */
function keyFor(from: Table, to: Table, columns: readonly ColumnPair[]): number[] {
  const sides = [
    { table: from, nameOf: ({ name }: ColumnPair) => name },
    { table: to, nameOf: ({ nameThere }: ColumnPair) => nameThere },
  ];
  for (const { table, nameOf } of sides) {
    const full = (name: string) => table.columns.find((column) => column.name === name)?.notNull === true;
    const keys = [
      ...table.keys.filter(({ kind }) => kind === 'primary'),
      ...table.keys.filter(({ kind, columns: names }) => kind === 'unique' && names.every(full)),
    ];
    for (const key of keys) {
      const places = key.columns.map((name) => columns.findIndex((pair) => nameOf(pair) === name));
      if (places.every((at) => at >= 0)) return places;
    }
  }
  return [];
}
