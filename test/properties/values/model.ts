// What is one case: the random tables of one database, how they are loaded, and what has to arrive? Plain data: it is
// drawn from a seed, printed as SQL, and made smaller by leaving things out.

/** A column, and what has to arrive of it. */
export interface ArrivingColumn {
  readonly name: string;
  readonly notNull: boolean;
  /** The target's type, as format_type() prints it. */
  readonly arrives: string;
  /** The value, as an expression in the source. */
  readonly expected: string;
  /** Whether that is JSON, which arrives without blanks. */
  readonly json: boolean;
  /** What its default is, and its comment, where it has one. */
  readonly default?: string;
  readonly comment?: string;
}

/** Values that a policy replaces. */
export interface Replaced {
  readonly hazard: string;
  readonly policy: string;
  readonly values: readonly string[];
}

export interface ColumnCase extends ArrivingColumn {
  /** The row of our table of types that it was drawn from. */
  readonly type: string;
  /** As SQL, with names qualified; and what follows it in CREATE TABLE. */
  readonly sql: string;
  readonly suffix: string;
  /** NOT NULL in the source; `notNull` is the target's. */
  readonly full: boolean;
  /** Texts that PostgreSQL reads as the type; absent where it makes the values itself. */
  readonly values?: readonly (string | null)[];
  /** Which of them are replaced; no others are. */
  readonly replaced: readonly Replaced[];
  /** What a CAST rule says of it. */
  readonly cast?: string;
}

export interface TableCase {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnCase[];
  readonly rows: number;
  /** Names of the columns of the primary key. */
  readonly primaryKey: readonly string[];
  /** Its rows lie in partitions, by hash of the primary key. */
  readonly partitioned: boolean;
  /** It once had another column before these. */
  readonly droppedColumn: boolean;
}

export interface ViewColumn extends ArrivingColumn {
  /** Its expression in the query, whose table is `t`. */
  readonly selected: string;
}

/** A query that arrives as a table. */
export interface ViewCase {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ViewColumn[];
  /** The table that it reads. */
  readonly of: { readonly schema: string; readonly name: string };
  /** A view of the source; otherwise the query stands in the command. */
  readonly created: boolean;
}

export interface Case {
  readonly seed: number;
  /** Major version of the source. */
  readonly postgres: number;
  readonly profile: 'pessimistic' | 'optimistic';
  /** What stands after WITH: what says what arrives, and what changes nothing of that. */
  readonly choices: readonly string[];
  readonly options: readonly string[];
  readonly tables: readonly TableCase[];
  readonly views: readonly ViewCase[];
}

/** One value, one row, or what a table is, that is not as it has to be. */
export interface Difference {
  readonly table: string;
  readonly column: string | null;
  readonly expected: string;
  readonly actual: string;
}

export type Outcome =
  | {
      readonly ended: 'compared';
      readonly values: number;
      readonly differences: readonly Difference[];
      /** What `pgshift compare` says differs. */
      readonly alarms: readonly string[];
    }
  /** The load failed, with the report's words. */
  | { readonly ended: 'failed'; readonly message: string }
  /** PostgreSQL itself takes no such table or value: nothing was tried. */
  | { readonly ended: 'no case'; readonly message: string };
