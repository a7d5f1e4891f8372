// What a comparison found out, as a value: printed as a table or as JSON.

/** One way in which the two ends are not the same. */
export interface Difference {
  readonly kind: 'table' | 'column' | 'type' | 'constraint' | 'order' | 'rows' | 'values';
  /** `schema.table` or `schema.table.column`, as the source calls it; as the target does where it alone has it. */
  readonly place: string;
  readonly message: string;
  /** Whether it makes the databases different; otherwise it does with `--strict` alone. */
  readonly counts: boolean;
}

/** A column whose values are compared as less than they are. */
export interface Weaker {
  readonly column: string;
  readonly message: string;
}

export interface ComparedTable {
  /** As the source calls it. */
  readonly source: string;
  readonly target: string;
  readonly rows: { readonly source: number; readonly target: number };
  readonly columns: number;
  readonly result: 'equal' | 'different' | 'not compared';
  /** Why it could not be compared. */
  readonly reason?: string;
  readonly weaker: readonly Weaker[];
  readonly differences: readonly Difference[];
  /** Up to a limit. */
  readonly differingRows: readonly DifferingRow[];
}

/** A row that is at one end only, or has other values there. */
export interface DifferingRow {
  readonly what: 'missing' | 'extra' | 'changed';
  /** Of a changed row: the columns, as the source calls them. */
  readonly columns: readonly string[];
  /** Its key, column by column as text, where keys may be shown. */
  readonly key?: Readonly<Record<string, string | null>>;
}

export interface Comparison {
  readonly source: string;
  readonly target: string;
  readonly result: 'equal' | 'different' | 'could not compare';
  readonly tables: readonly ComparedTable[];
  /** What concerns no table that is at both ends. */
  readonly differences: readonly Difference[];
}

/** Sums over one column: how many values are not NULL, and the sum of their digests. */
export interface ColumnSum {
  readonly values: number;
  /** Decimal digits: up to 38 of them. */
  readonly sum: string;
}

/** Sums over a table, or over a part of it. */
export interface Sums {
  readonly rows: number;
  /** Of the digests of whole rows. */
  readonly row: string;
  readonly columns: readonly ColumnSum[];
}

export const NO_SUMS: Sums = { rows: 0, row: '0', columns: [] };

/** The sums of two parts together. */
export function addSums(a: Sums, b: Sums): Sums {
  const columns = a.columns.length === 0 ? b.columns : a.columns.map((column, at) => addColumn(column, b.columns[at]));
  return { rows: a.rows + b.rows, row: add(a.row, b.row), columns };
}

const add = (a: string, b: string): string => String(BigInt(a) + BigInt(b));

const addColumn = (a: ColumnSum, b: ColumnSum | undefined): ColumnSum =>
  b === undefined ? a : { values: a.values + b.values, sum: add(a.sum, b.sum) };

export const sameSum = (a: ColumnSum | undefined, b: ColumnSum | undefined): boolean =>
  a?.values === b?.values && a?.sum === b?.sum;
