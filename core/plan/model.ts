// What exactly will be done, as a value: printable, diffable, reviewable. It is the artifacts `plan.json` (the whole
// in short) and `plan/<chunk>.json` (about a hundred tables each, with their SQL), so that no step reads more than
// it needs.

import type { Bounds } from '../cast/hazards/bounds.ts';
import type { HazardName, Policy } from '../cast/value-hazards.ts';
import type { Measured } from '../catalog/model.ts';
import type { Summed } from '../compare/forms.ts';
import type { PublishItem } from '../pipeline.ts';
import type { Name } from './names.ts';

/** Something that loses, alters, destroys or leaves out. `refuse` stops the run before anything is changed. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly policy: 'report' | 'refuse';
  /** `schema.table` or `schema.table.column`, or null for the whole run. */
  readonly place: string | null;
  readonly message: string;
}

export type HazardKind =
  | 'DROPS_TARGET_TABLE'
  | 'DROPS_TARGET_VIEW'
  | 'ROW_SECURITY_LOST'
  | 'MASKING_LOST'
  | 'DATASHARE_LOST'
  | 'MATERIALIZED_VIEW_LOST'
  | 'POLICIES_UNSEEN'
  | 'EMPTIES_TARGET_TABLE'
  | 'TARGET_TABLE_MISSING'
  | 'TARGET_SCHEMA_MISSING'
  | 'TYPES_DIFFER'
  | 'APPENDS_TO_TARGET_TABLE'
  | 'COLUMNS_DIFFER'
  | 'NAME_COLLISION'
  | 'NAME_UNFIT'
  | 'MATCHES_NOTHING'
  | 'NO_SUCH_COLUMN'
  | 'STORAGE_INVALID'
  | 'STORAGE_IGNORED'
  | 'CAST_INVALID'
  | 'POLICY_UNFIT'
  | 'OPTIONS_CONFLICT'
  | 'WITHOUT_MEANING'
  | 'SETTING_IGNORED'
  | 'BLOCK_COMMITS'
  | 'MANY_COPIES'
  | 'TYPE_AS_TEXT'
  | 'NARROWS'
  | 'LOSES_DETAIL'
  | 'NO_COLUMNS'
  | 'TOO_MANY_COLUMNS'
  | 'DEFAULT_DROPPED'
  | 'IDENTITY_MAY_REPEAT'
  | 'LEFT_OUT'
  | 'UNREADABLE'
  | 'CANNOT_SPLIT'
  | 'FEWER_WORKERS'
  | 'KEYS_IN_COPY'
  | 'READ_BY_CURSOR'
  | 'NOT_SUMMED'
  | 'UNLOAD_REFUSED'
  | 'SEPARATE_MOMENTS'
  | 'KEY_DROPPED'
  | 'FOREIGN_KEY_DROPPED'
  | 'FOREIGN_KEY_FROM_OUTSIDE'
  | 'LOST_WITH_TABLE'
  | 'PUBLISHED_IN_PARTS';

/** Values of a column that Redshift would refuse or alter: how they are found, and what becomes of them. */
export interface PlannedGuard {
  readonly hazard: HazardName;
  /** `keep`: nothing is tested. */
  readonly policy: Policy;
  readonly bounds: Bounds;
  /** Who said so: `WITH`, or `CAST rule 2`. Absent for pgshift's own. */
  readonly by?: string;
}

/** Rows that may be longer than Redshift reads: tested as they are sent. */
export interface RowGuard {
  /** The columns, by their places, whose values may be long; and how many bytes all the others take at most. */
  readonly long: readonly number[];
  readonly others: number;
}

export interface PlannedColumn {
  readonly source: string;
  readonly target: string;
  /** The type in the target, as SQL. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default?: string;
  /** `seed,step`: the target makes the values that nobody brings. */
  readonly identity?: string;
  /** The expression that renders the value in the source's SELECT list. */
  readonly expression: string;
  /** What guards test, where it is not what is sent: the column, or what a transform makes of it. */
  readonly value?: string;
  readonly guards?: readonly PlannedGuard[];
  /** What the type was sized by, where columns are measured. */
  readonly measured?: Measured;
  /** Always quoted in CSV, so that an empty text is not taken for NULL. */
  readonly quoted: boolean;
  readonly comment?: string;
}

/** How a column is summed at both ends: the two texts are the same exactly when the values are. */
export interface PlannedSum {
  /** As the source calls it. */
  readonly column: string;
  /** What is sent, as the source computes it; and what is staged. */
  readonly source: Summed;
  readonly target: Summed;
}

export interface PlannedSums {
  /** Whether the source keeps text in UTF-8. */
  readonly utf8: boolean;
  readonly columns: readonly PlannedSum[];
}

/** A contiguous slice of one heap, read by one Extract call. */
export interface PlannedPart {
  readonly part: number;
  /** The heap, quoted; or a view's query. */
  readonly from: string;
  /** Whether it is a query: it stands in parentheses then. */
  readonly query?: true;
  /** Whether its rows are another server's: they have no ctid. */
  readonly foreign?: true;
  /** Which table `from` was when the run was planned, and which file held its rows: a reader finds both unchanged. */
  readonly heap?: { readonly oid: number; readonly filenode?: number };
  /** The slice's bounds as SQL; absent when the part is the whole heap. */
  readonly where?: string;
  /** The heap's share, estimated: bytes on disk. */
  readonly estimatedBytes: number;
}

/** What one COPY loads at most, where the command says so: rows, or bytes of CSV. */
export interface PieceBounds {
  readonly rows?: number;
  readonly bytes?: number;
}

/** What one COPY loads, or each of its pieces: the part numbers are of this table. */
export interface PlannedBatch {
  readonly batch: number;
  readonly parts: readonly number[];
}

/** How the rows of a table leave a Redshift source. */
export interface RedshiftRoad {
  readonly by: 'unload' | 'cursor';
  /** The columns, by their places, whose values may be any text: the sentinel is looked for among them. */
  readonly texts: readonly number[];
}

/** How a Redshift source is read, which exports no snapshot. */
export interface RedshiftReading {
  /** All parts in one transaction, hence of one moment; otherwise each in one of its own. */
  readonly together: boolean;
}

export interface PlannedTable {
  /** Its number in the plan, from 0. */
  readonly table: number;
  readonly source: { readonly schema: string; readonly name: string };
  readonly target: { readonly schema: string; readonly name: string };
  /** Names in the target schema of this run's own tables. */
  readonly staging: string;
  readonly ledger: string;
  readonly columns: readonly PlannedColumn[];
  /** Whole statements, run once by prepare. */
  readonly create: readonly string[];
  /** How the staged rows become live: under a name of their own, added to a table, or instead of its rows. */
  readonly publish: 'replace' | 'create' | 'append' | 'refill';
  /** Statements of the publish transaction: before the swap, after every swap, and after every key is there. */
  readonly clearSchema?: readonly string[];
  /** The views that go with it, which are not made again over tables that are replaced. */
  readonly clearedViews?: readonly Name[];
  readonly dropForeignKeys: readonly string[];
  readonly addKeys: readonly string[];
  readonly addForeignKeys: readonly string[];
  readonly longRow?: RowGuard;
  /** Of a table of Redshift. */
  readonly redshift?: RedshiftRoad;
  /** With `verify checksums`. */
  readonly sums?: PlannedSums;
  readonly parts: readonly PlannedPart[];
  /** Each part is cut into pieces of at most this, and each is a COPY of its own. */
  readonly pieces?: PieceBounds;
  readonly batches: readonly PlannedBatch[];
  /** What only a PostgreSQL target has. */
  readonly postgresql?: PlannedPostgresql;
}

export interface PlannedPostgresql {
  /** Statements that make the extensions, types and sequences that the table needs, before it; others may make the same. */
  readonly setup: readonly string[];
  /** Built on the staged table when all rows are there, in any order and several at once. */
  readonly indexes: readonly PlannedIndex[];
  /** Statements that set its sequences, before it becomes live. */
  readonly sequences: readonly string[];
  /** Statements of the publish transaction, once the table has its name. */
  readonly finish: readonly string[];
  /** Statements after it: foreign keys are proven. */
  readonly validate: readonly string[];
  /** Of a table that rows are added to: statements before they come, and whether its triggers stay silent. */
  readonly before?: readonly string[];
  readonly disableTriggers?: boolean;
  /** In the publish transaction, after all of its tables: they read this one and such as come before it. */
  readonly views?: readonly PlannedView[];
}

/** A view that is made once the table is live, instead of one of its name. */
export interface PlannedView {
  readonly target: Name;
  /** Whole statements. */
  readonly create: readonly string[];
}

export interface PlannedIndex {
  readonly schema: string;
  /** While the table is staged. */
  readonly name: string;
  readonly sql: string;
}

/** The texts that stand for NULL in a run's CSV: the first, and the next where a value is the one before it. */
export type Sentinels = readonly [string, ...string[]];

export interface PlanChunk {
  readonly chunk: number;
  readonly sentinels: Sentinels;
  /** Of a Redshift source. */
  readonly redshift?: RedshiftReading;
  /** The target's table of blocks that have run; absent when the command has none. */
  readonly blocks?: Name;
  /** Statements that make the schemas of this chunk's tables, and what these need besides. */
  readonly schemas: readonly string[];
  readonly tables: readonly PlannedTable[];
}

export interface PlanSummary {
  readonly run: string;
  readonly source: string;
  /** Of a Redshift source. */
  readonly redshift?: RedshiftReading;
  readonly target: string;
  readonly hazards: readonly Hazard[];
  /** Every table in short, in the plan's order: largest first. */
  readonly tables: readonly {
    readonly table: number;
    readonly chunk: number;
    readonly source: string;
    readonly target: string;
    readonly parts: number;
    readonly batches: number;
    readonly estimatedRows: number;
    readonly estimatedBytes: number;
  }[];
  /** Of `create views`: `schema.view` in the target, and the table after which it is made. */
  readonly views?: readonly { readonly view: string; readonly after: number }[];
  readonly chunks: number;
  readonly publish: readonly PublishItem[];
  readonly batchesAtOnce: number;
  readonly partsAtOnce: number;
  readonly batches: number;
}
