// What a database contains, as a value. Both ends have one; it is the artifact `catalog.json`.

import type { PostgresqlCatalog } from './postgresql.ts';

export type Dialect = 'postgresql' | 'redshift';

/**
 * A column's type as the catalog has it.
 * `name` is pg_type.typname (`int4`, `varchar`, `_text`), `sql` is format_type() with its modifier (`numeric(10,2)`).
 */
export interface ColumnType {
  readonly schema: string;
  readonly name: string;
  readonly sql: string;
  readonly kind: 'base' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange' | 'array' | 'pseudo';
  /** atttypmod, -1 when the type has no modifier. */
  readonly modifier: number;
  /** A domain's underlying type (never itself a domain). */
  readonly base?: ColumnType;
  /** An array's element type. */
  readonly element?: ColumnType;
  /** An enum's longest label, in bytes. */
  readonly longestLabelBytes?: number;
  /** The extension that owns the type, when one does. */
  readonly extension?: string;
}

export interface Sequence {
  readonly start: string;
  readonly increment: string;
  /** The last value it gave; absent when it gave none yet, or may not be asked. */
  readonly last?: string;
}

export interface Identity extends Sequence {
  readonly generation: 'always' | 'by default';
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** The default as SQL text, absent when there is none. */
  readonly default?: string;
  readonly identity?: Identity;
  /** A serial column's own sequence, from which its default takes. */
  readonly serial?: Sequence;
  /** The expression of a generated column. */
  readonly generated?: string;
  readonly comment?: string;
  /** What its values take at most, where the command measures columns. */
  readonly measured?: Measured;
}

/** What the values of a column take at most. Absent figures: there is no value. */
export interface Measured {
  /** Of texts, in UTF-8. */
  readonly bytes?: number;
  /** Of numbers: digits before the point and after it, with zeros at the end and without. */
  readonly whole?: number;
  readonly scale?: number;
  readonly leastScale?: number;
}

/** A primary or unique key. Columns in key order. */
export interface Key {
  readonly name: string;
  readonly kind: 'primary' | 'unique';
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: { readonly schema: string; readonly table: string; readonly columns: readonly string[] };
  /** False for a key that rows may break: NOT VALID, not enforced (as all of Redshift's are), or over a PERIOD. */
  readonly validated: boolean;
}

/** One relation that holds rows: the table itself, or one leaf of a partitioned table. Sizes in bytes and pages. */
export interface Heap {
  readonly oid: number;
  /** The file that holds its rows, a new one whenever it is rewritten; absent where it has none (a foreign table). */
  readonly filenode?: number;
  readonly schema: string;
  readonly name: string;
  /** Whether the role that asked may SELECT all of it; a right on some columns does not count. */
  readonly readable: boolean;
  /** Row-level security hides rows from the role that asked; then it is not readable. */
  readonly filtered?: true;
  /** A foreign table, or a partition that is one: no pages, no ctid. */
  readonly foreign?: true;
  /** pg_table_size: the main fork, its TOAST and maps. */
  readonly bytes: number;
  /** The main fork's pages, from its real size and not from the last ANALYZE. */
  readonly pages: number;
  /** reltuples; -1 when never analysed. */
  readonly estimatedRows: number;
  /** Where ctid ranges are not to be had (PostgreSQL 13): the bounds of a single-column integer primary key. */
  readonly keyRange?: { readonly column: string; readonly low: string; readonly high: string };
}

/** How Redshift keeps a table, where somebody said how: what it chooses for itself is left out. */
export interface Layout {
  readonly distStyle?: 'even' | 'all' | 'key';
  readonly distKey?: string;
  /** In key order; empty when there is none. */
  readonly sortKey: readonly string[];
  readonly interleaved: boolean;
  readonly encodings: readonly { readonly column: string; readonly encoding: string }[];
}

/** What belongs to a table of Redshift and does not go along to another one. */
export interface Attachment {
  readonly kind: 'row-level security' | 'masking' | 'datashare' | 'materialized view';
  /** Of the policy, the datashare, or the view as `schema.view`. */
  readonly name: string;
}

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned' | 'materialized view' | 'foreign table' | 'view';
  /** Of a view that is copied: the SELECT its rows come from. It has no heaps, no keys and no size. */
  readonly query?: string;
  readonly comment?: string;
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly foreignKeys: readonly ForeignKey[];
  /** What is read to have all rows of this table and no other's: itself, or the leaves of a partitioned table. */
  readonly heaps: readonly Heap[];
  /** Of a table in Redshift. */
  readonly layout?: Layout;
  /** Of a table in Redshift, as far as the user is shown it. */
  readonly attached?: readonly Attachment[];
  /** Parents by plain inheritance (not partitioning). */
  readonly inherits: readonly { readonly schema: string; readonly name: string }[];
}

export interface View {
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  /** Of Redshift: what is no plain view. Its definition is the whole statement then. */
  readonly kind?: 'materialized' | 'late-binding';
  readonly comment?: string;
}

export interface Schema {
  readonly name: string;
  readonly comment?: string;
}

export interface Catalog {
  readonly dialect: Dialect;
  readonly database: string;
  /** How PostgreSQL keeps text: `UTF8`, `LATIN1`, … */
  readonly encoding?: string;
  readonly schemas: readonly Schema[];
  readonly tables: readonly Table[];
  /** Plain views; PostgreSQL's materialized ones hold rows and stand among the tables. */
  readonly views: readonly View[];
  /** Redshift may have policies of row-level security and masking that the user is not shown. */
  readonly policiesHidden?: true;
  /** Of Redshift: tables whose rows are elsewhere. */
  readonly externalTables?: readonly { readonly schema: string; readonly name: string }[];
  /** Where the target is PostgreSQL: of an end that is. */
  readonly postgresql?: PostgresqlCatalog;
}
