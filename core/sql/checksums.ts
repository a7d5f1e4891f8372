// Sums over the rows of a part that do not depend on their order: one text for each value, its MD5, and the sum of these as
// numbers; the same for each row as a whole. Also, for rows that differ, the sums by ranges of their digests, and the
// digests themselves. No value leaves a server but the keys that are asked for.

import type { Dialect } from '../catalog/model.ts';
import { digestOf, type Form, numberOf, PIECE_BYTES } from '../compare/forms.ts';
import type { ColumnSum, Sums } from '../compare/model.ts';
import { literal } from './quote.ts';

/** How the rows of a table are read at one end. */
export interface Digested {
  readonly dialect: Dialect;
  /** Whether the database keeps text in UTF-8. */
  readonly utf8: boolean;
  readonly forms: readonly Form[];
  /** The columns, by their places, whose values name a row; none where the row itself does. */
  readonly key: readonly number[];
  /** Redshift's long values are looked at as far as so many pieces go (`piecesFor`). */
  readonly pieces: number;
}

/** How many pieces a value has that is as long as the longest. None where none is cut. */
export const piecesFor = (longest: number): number => (longest <= PIECE_BYTES ? 0 : Math.ceil(longest / PIECE_BYTES));

/** What the rows are read from, as it stands after FROM; and which of them, as it stands after WHERE. */
export interface RowsAt {
  readonly from: string;
  readonly where?: string;
}

/** A text that no value's is: what stands for NULL in a row. */
const NULL = `'-'`;

const digest = (at: number): string => `"d${at}"`;

/** OFFSET 0 keeps PostgreSQL from computing a digest wherever it is named. Redshift would gather all rows in one place. */
const once = ({ dialect }: Digested): string => (dialect === 'postgresql' ? ' OFFSET 0' : '');

/** Each row as the digests of its columns, `d0`, `d1`, …; and the texts of its key, `k0`, `k1`, …, where they are asked for. */
function digests(read: Digested, { from, where }: RowsAt, withKeys = false): string {
  const { dialect, utf8, forms, key, pieces } = read;
  const filter = where === undefined ? '' : ` WHERE ${where}`;
  const texts = (nameOf: (form: Form, at: number) => string): string =>
    [
      ...forms.map((form, at) => `${digestOf(dialect, form.text(nameOf(form, at), pieces), utf8)} AS ${digest(at)}`),
      ...(withKeys ? key : []).flatMap((at, number) => {
        const form = forms[at];
        return form === undefined ? [] : [`${form.text(nameOf(form, at), pieces)} AS "k${number}"`];
      }),
    ].join(', ');
  if (dialect === 'redshift') {
    const longest = longestOf(forms);
    return `SELECT ${texts(({ value }) => value)}${longest === undefined ? '' : `, ${longest} AS "bytes"`} FROM ${from}${filter}`;
  }
  const values = forms.map(({ value }, at) => `${value} AS "v${at}"`).join(', ');
  return `SELECT ${texts((_, at) => `"v${at}"`)} FROM (SELECT ${values} FROM ${from}${filter} OFFSET 0) AS "read"${once(read)}`;
}

/** The length of the longest value of a row; undefined where none can be long. */
function longestOf(forms: readonly Form[]): string | undefined {
  const lengths = forms.flatMap(({ value, bytes }) => (bytes === undefined ? [] : [bytes(value)]));
  return lengths.length > 1 ? `greatest(${lengths.join(', ')})` : lengths[0];
}

const together = (places: readonly number[]): string =>
  `md5(${places.map((at) => `coalesce(${digest(at)}, ${NULL})`).join(' || ') || "''"})`;

const rowDigest = ({ forms }: Digested): string => together([...forms.keys()]);

const keyDigest = (read: Digested): string => (read.key.length === 0 ? rowDigest(read) : together(read.key));

const sumOf = (dialect: Dialect, of: string): string => `coalesce(sum(${numberOf(dialect, of)}), 0)`;

/** A SELECT has 1,600 columns at most, and a text of Redshift's 65,535 bytes: 100 times two numbers are 6,000. */
const PACKED = 100;
const BETWEEN = `|| ' ' ||`;

/**
 * One row: the count of rows, the sum of their digests, and those of the columns, packed into texts. From Redshift also
 * the length of the longest value: where it has more pieces than were looked at, the sums are asked for again.
 */
export function sumsQuery(read: Digested, rows: RowsAt): string {
  const { dialect, forms } = read;
  const numbers = forms.map(
    (_, at) => `count(${digest(at)})::varchar ${BETWEEN} ${sumOf(dialect, digest(at))}::varchar`,
  );
  const packs = Array.from({ length: Math.ceil(numbers.length / PACKED) }, (_, pack) => {
    const packed = numbers.slice(pack * PACKED, (pack + 1) * PACKED).join(` ${BETWEEN} `);
    return `, ${packed} AS "p${pack}"`;
  });
  const longest = longestOf(forms) === undefined ? '' : `, coalesce(max("bytes"), 0)::varchar AS "longest"`;
  return `SELECT count(*)::varchar AS "rows", ${sumOf(dialect, rowDigest(read))}::varchar AS "row"${longest}${packs.join('')} FROM (${digests(read, rows)}) AS "digests"`;
}

/** What `sumsQuery` gave. */
export function readSums(row: Readonly<Record<string, string | null>> | undefined): Sums {
  const packs = Object.keys(row ?? {}).filter((name) => /^p\d+$/.test(name));
  const numbers = packs.flatMap((name) => (row?.[name] ?? '').split(' '));
  const columns = Array.from({ length: numbers.length / 2 }, (_, at): ColumnSum => {
    return { values: Number(numbers[2 * at]), sum: numbers[2 * at + 1] ?? '0' };
  });
  return { rows: Number(row?.rows), row: row?.row ?? '0', columns };
}

/** How many bytes the longest value has, where one may be too long to be read as it is. */
export const longestIn = (row: Readonly<Record<string, string | null>> | undefined): number =>
  Number(row?.longest ?? 0);

/** A range of rows: those whose key's digest begins with the same hexadecimal digits. */
export interface RangeOfKeys {
  readonly digits: string;
  readonly rows: number;
  readonly sum: string;
}

const startsWith = (digits: readonly string[]): string => {
  const [first] = digits;
  if (first === undefined || first === '') return '';
  return ` WHERE substring("key", 1, ${first.length}) IN (${digits.map(literal).join(', ')})`;
};

const keyed = (read: Digested, rows: RowsAt): string =>
  `SELECT ${keyDigest(read)} AS "key", ${rowDigest(read)} AS "row" FROM (${digests(read, rows)}) AS "digests"${once(read)}`;

/** Counts and sums by the first `length` digits, of those ranges that begin with one of `within`. */
export function rangesQuery(read: Digested, rows: RowsAt, length: number, within: readonly string[]): string {
  return (
    `SELECT substring("key", 1, ${length}) AS "digits", count(*)::varchar AS "rows", ${sumOf(read.dialect, '"row"')}::varchar AS "sum" ` +
    `FROM (${keyed(read, rows)}) AS "keyed"${startsWith(within)} GROUP BY 1`
  );
}

/** The digests of key and row in these ranges. */
export const rowsQuery = (read: Digested, rows: RowsAt, within: readonly string[]): string =>
  `SELECT "key", "row" FROM (${keyed(read, rows)}) AS "keyed"${startsWith(within)}`;

/** Of these rows, by the digests of their keys: those of all columns, and the texts of the keys where they may be shown. */
export function columnsQuery(read: Digested, rows: RowsAt, keys: readonly string[], showKeys: boolean): string {
  const list = [
    `${keyDigest(read)} AS "key"`,
    ...read.forms.map((_, at) => digest(at)),
    ...(showKeys ? read.key.map((_, number) => `"k${number}"`) : []),
  ].join(', ');
  return (
    `SELECT * FROM (SELECT ${list} FROM (${digests(read, rows, showKeys)}) AS "digests"${once(read)}) AS "keyed" ` +
    `WHERE "key" IN (${keys.map(literal).join(', ')})`
  );
}
