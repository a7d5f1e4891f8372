// What do the values of a table's columns take at most? One pass over a slice of it, for as many columns as one SELECT can
// have.

import { measuredAs } from '../cast/measured.ts';
import type { Catalog, Column, Heap, Measured, Table } from '../catalog/model.ts';
import type { Server } from '../dialect/version.ts';
import { identifier, qualified } from './quote.ts';

/** What is read by one query: a heap, or pages of it, or a view. */
export interface Slice {
  /** Of heaps: who it is, for whoever goes on after a break. */
  readonly key: string;
  /** `schema.table`, for errors. */
  readonly place: string;
  readonly from: string;
  /** Of a view's query, which was not written for an empty search path. */
  readonly query?: true;
  readonly columns: readonly Column[];
}

/** 4 GiB of the heap itself: texts are not fetched to be measured. One slice takes a minute or so. */
const SLICE_PAGES = 524_288;
const CTID_RANGES_SINCE = 14;
/** A SELECT has up to 1,664 columns; a number takes three of them. */
const COLUMNS_PER_QUERY = 500;

/** In an order that stays; none for a table without such columns. */
export function slicesOf(table: Table, { dialect, major }: Pick<Server, 'dialect' | 'major'>): Slice[] {
  // Redshift has no numbers without digits but what a query computes, and nothing that tells their scale.
  const measured = table.columns.filter(({ type }) => {
    const as = measuredAs(type);
    return as === 'bytes' || (as === 'digits' && dialect === 'postgresql');
  });
  const groups = Array.from({ length: Math.ceil(measured.length / COLUMNS_PER_QUERY) }, (_, group) =>
    measured.slice(group * COLUMNS_PER_QUERY, (group + 1) * COLUMNS_PER_QUERY),
  );
  const { query } = table;
  const place = `${table.schema}.${table.name}`;
  return groups.flatMap((columns, group) => {
    if (query !== undefined) {
      const key = `${place}/${group}`;
      return [{ key, place, from: `(${query}\n) AS "measured"`, query: true as const, columns }];
    }
    return table.heaps
      .filter(({ readable }) => readable)
      .flatMap((heap) =>
        (dialect === 'redshift' ? [wholeOf(heap)] : pagesOf(heap, major)).map((slice) => ({
          ...slice,
          place,
          key: `${slice.key}/${group}`,
          columns,
        })),
      );
  });
}

const wholeOf = (heap: Heap): { readonly key: string; readonly from: string } => ({
  key: `${heap.oid}/all`,
  from: qualified(heap.schema, heap.name),
});

function pagesOf(heap: Heap, sourceMajor: number): { readonly key: string; readonly from: string }[] {
  const from = `ONLY ${qualified(heap.schema, heap.name)}`;
  const count = sourceMajor < CTID_RANGES_SINCE ? 1 : Math.max(1, Math.ceil(heap.pages / SLICE_PAGES));
  return Array.from({ length: count }, (_, slice) => {
    const first = slice * SLICE_PAGES;
    const bounds = [
      slice > 0 ? `ctid >= '(${first},0)'::tid` : '',
      slice < count - 1 ? `ctid < '(${first + SLICE_PAGES},0)'::tid` : '',
    ].filter((bound) => bound !== '');
    const where = bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`;
    return { key: `${heap.oid}/${first}-${slice < count - 1 ? first + SLICE_PAGES : 'end'}`, from: from + where };
  });
}

export function measureQuery({ from, columns }: Slice, { encoding = 'UTF8' }: Pick<Catalog, 'encoding'>): string {
  const list = columns.flatMap(({ name, type }, at) => {
    const column = identifier(name);
    if (measuredAs(type) === 'bytes') {
      const text = encoding === 'UTF8' ? textOf(type.name, column) : `convert_to(${column}::text, 'UTF8')`;
      return [`max(octet_length(${text})) AS b${at}`];
    }
    // NaN and infinity, which have no scale, count as a number that no DECIMAL holds: their column stays text.
    return [
      `max(CASE WHEN scale(${column}) IS NOT NULL THEN trunc(abs(${column})) WHEN ${column} IS NOT NULL THEN 1e50 END) AS w${at}`,
      `max(scale(${column})) AS s${at}`,
      `max(min_scale(${column})) AS l${at}`,
    ];
  });
  return `SELECT ${list.join(', ')} FROM ${from}`;
}

/** With an empty search path citext is found only as text. */
const textOf = (type: string, column: string): string => (type === 'citext' ? `${column}::text` : column);

/** The figures of each column, from the one row of the query. */
export function readMeasured(
  { columns }: Slice,
  row: Readonly<Record<string, string | null>>,
): readonly { readonly column: string; readonly measured: Measured }[] {
  return columns.map(({ name }, at) => {
    const whole = row[`w${at}`];
    return {
      column: name,
      measured: {
        ...number('bytes', row[`b${at}`]),
        ...(whole === null || whole === undefined ? {} : { whole: whole === '0' ? 0 : whole.length }),
        ...number('scale', row[`s${at}`]),
        ...number('leastScale', row[`l${at}`]),
      },
    };
  });
}

const number = (name: keyof Measured, text: string | null | undefined): Measured =>
  text === null || text === undefined ? {} : { [name]: Number(text) };
