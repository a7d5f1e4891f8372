// How Redshift keeps a table: distribution, sort key, encodings and backup, checked against its columns, as SQL.

import type { InheritedStorage } from './inherit.ts';
import type { Hazard, PlannedColumn } from './model.ts';
import { foldName } from './names.ts';
import type { Storage } from './place.ts';

export interface TableStorage {
  /** What follows the columns of CREATE TABLE, or an empty text. */
  readonly suffix: string;
  /** ENCODE of single columns, by their names in the target. */
  readonly encodings: ReadonlyMap<string, string>;
  readonly distKey: string | undefined;
  readonly sortKey: readonly string[];
}

/** Redshift's limit for a compound sort key. */
const MOST_SORT_COLUMNS = 400;

/** Types that Redshift neither distributes nor sorts by. */
const NO_KEY = /^(?:SUPER|VARBYTE|GEOMETRY|GEOGRAPHY|HLLSKETCH)/;

const ENCODINGS = 'raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd'.split(
  ' ',
);

/** `place` is the table's; what is wrong refuses the run. `quote` writes an identifier. */
export function tableStorage(
  storage: InheritedStorage,
  columns: readonly PlannedColumn[],
  place: string,
  quote: (name: string) => string,
): { storage: TableStorage; hazards: readonly Hazard[] } {
  const hazards: Hazard[] = [];
  const refuse = (kind: Hazard['kind'], message: string) =>
    void hazards.push({ kind, policy: 'refuse', place, message });
  const find = (what: string, name: string) => findColumn(columns, what, name, refuse);
  const key =
    storage.distKey === undefined ? undefined : keyColumn(find('distkey', storage.distKey), 'distkey', refuse);
  const sort = Array.isArray(storage.sortKey)
    ? storage.sortKey.flatMap((name: string) => keyColumn(find('sortkey', name), 'sortkey', refuse) ?? [])
    : [];
  checkStyle(storage, refuse);
  if (sort.length > MOST_SORT_COLUMNS) {
    refuse('STORAGE_INVALID', `a sort key has at most ${MOST_SORT_COLUMNS} columns, this one ${sort.length}`);
  }
  const repeated = sort.find((name, index) => sort.indexOf(name) !== index);
  if (repeated !== undefined) refuse('STORAGE_INVALID', `the sort key names "${repeated}" twice`);
  const words = [
    storage.backup === undefined ? '' : `BACKUP ${storage.backup ? 'YES' : 'NO'}`,
    styleWords(storage, key),
    key === undefined ? '' : `DISTKEY (${quote(key)})`,
    sortWords(storage, sort.map(quote)),
    storage.encode === 'auto' ? 'ENCODE AUTO' : '',
  ].filter((word) => word !== '');
  return {
    hazards,
    storage: {
      suffix: words.join(' '),
      encodings: encodingsOf(storage, find, refuse),
      distKey: key,
      sortKey: sort,
    },
  };
}

type Refuse = (kind: Hazard['kind'], message: string) => void;

/** A column by its name in the source, or by the one it gets. */
function findColumn(
  columns: readonly PlannedColumn[],
  what: string,
  name: string,
  refuse: Refuse,
): PlannedColumn | undefined {
  const found =
    columns.find((column) => column.source === name) ?? columns.find((column) => column.target === foldName(name));
  if (found === undefined) {
    const there = columns.map(({ source }) => `"${source}"`).join(', ');
    refuse('NO_SUCH_COLUMN', `${what} names "${name}"; the columns are ${there}`);
  }
  return found;
}

function keyColumn(column: PlannedColumn | undefined, what: string, refuse: Refuse): string | undefined {
  if (column !== undefined && NO_KEY.test(column.type)) {
    refuse('STORAGE_INVALID', `${what} names "${column.source}", and Redshift takes no ${column.type} for that`);
  }
  return column?.target;
}

function checkStyle({ distStyle, distKey }: Storage, refuse: Refuse): void {
  if (distStyle === 'key' && distKey === undefined) {
    refuse('STORAGE_INVALID', "diststyle='key' wants a column: add distkey='…'");
  }
  if (distKey !== undefined && distStyle !== undefined && distStyle !== 'key') {
    refuse('STORAGE_INVALID', `distkey goes with diststyle='key', not with '${distStyle}'`);
  }
}

function styleWords({ distStyle }: Storage, key: string | undefined): string {
  if (key !== undefined) return 'DISTSTYLE KEY';
  return distStyle === undefined || distStyle === 'key' ? '' : `DISTSTYLE ${distStyle.toUpperCase()}`;
}

function sortWords({ sortKey, interleaved }: InheritedStorage, columns: readonly string[]): string {
  if (sortKey === 'auto') return 'SORTKEY AUTO';
  if (columns.length === 0) return '';
  return `${interleaved === true ? 'INTERLEAVED ' : ''}SORTKEY (${columns.join(', ')})`;
}

function encodingsOf(
  { encode }: Storage,
  find: (what: string, name: string) => PlannedColumn | undefined,
  refuse: Refuse,
): ReadonlyMap<string, string> {
  const encodings = new Map<string, string>();
  if (encode === undefined || encode === 'auto') return encodings;
  for (const { column, encoding } of encode) {
    const name = encoding.toLowerCase();
    if (!ENCODINGS.includes(name)) {
      refuse('STORAGE_INVALID', `encode knows no '${encoding}'; it knows ${ENCODINGS.join(', ')}`);
      continue;
    }
    const found = find('encode', column);
    if (found !== undefined) encodings.set(found.target, name.toUpperCase());
  }
  return encodings;
}
