// One parsed command with every default filled in. It is the artifact `command.json`, plain JSON, and never holds a
// password. Names are folded by nobody here: they stand as the command has them.

import type { CastRule } from '../cast/cast-rule.ts';
import type { TypeChoices } from '../cast/model.ts';
import type { HazardName, Policy } from '../cast/value-hazards.ts';

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** One end of a load. What is absent comes from pg_service.conf, PG* variables, .pgpass or a secret. */
export interface Endpoint {
  readonly end: 'source' | 'target';
  readonly scheme: 'postgresql' | 'redshift';
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  readonly sslmode?: SslMode;
  /** A section of pg_service.conf. */
  readonly service?: string;
  /** `env:PGSHIFT_SECRET_…`, or the name or ARN of a secret in Secrets Manager. */
  readonly secret?: string;
  /** The secret's field that is the password; `password` unless given. */
  readonly secretKey?: string;
  /** `?tablename=`. At the source: this table alone is loaded, as if INCLUDING ONLY named it. At the target: nothing. */
  readonly table?: TableName;
}

/** A table as a command writes it. Without a schema: the tables of that name in every schema. */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** The options of WITH are called by their words: `on infinity`. */
export type PolicyOption = `on ${HazardName}`;
export type PolicyOptions = { readonly [Name in PolicyOption]?: Policy };

/**
 * What WITH can say. Names are pgloader's words; `core/command/options.ts` has the words, values and defaults of each.
 * A number that is absent was not given: then the plan chooses what suits the target.
 */
export interface LoadOptions extends PolicyOptions, TypeChoices {
  /** `stop`: the first refused row fails the run. `resume next`: refused rows are put aside, the others are loaded. */
  readonly onError: 'stop' | 'resume next';
  /** With `resume next`: more refused rows than this fail the run. */
  readonly maxRejects?: number;
  /** How many parts are read from the source at once. */
  readonly workers: number;
  /** How many parts of one table are read at once. */
  readonly concurrency?: number;
  /** The most rows of one batch. */
  readonly batchRows?: number;
  /** The most bytes of one batch, before compression. */
  readonly batchBytes?: number;
  /** Rows that pgloader held in memory between reader and writer; rows are never held here. */
  readonly prefetchRows?: number;
  /** The most bytes of one part in the source. */
  readonly chunkBytes?: number;
  /** `rows per range`: the most rows of one part, where parts are ranges of a key. */
  readonly rowsPerRange?: number;
  /** `single`: each table is one part. */
  readonly readers: 'single' | 'multiple';

  /** Nothing is created: rows go into tables that are there. */
  readonly dataOnly: boolean;
  /** No row is copied. Never together with `dataOnly`. */
  readonly schemaOnly: boolean;
  readonly createSchemas: boolean;
  /** `create no tables`: rows go into tables that are there. */
  readonly createTables: boolean;
  /** `include drop`: a table of the same name is replaced. `include no drop`: it is kept and added to. */
  readonly includeDrop: boolean;
  /** The target's schemas of these names are dropped before tables are created. */
  readonly dropSchema: boolean;
  /** Tables that are not created by the run are emptied before they are added to. */
  readonly truncate: boolean;

  readonly createIndexes: boolean;
  /** `drop indexes`, `reindex`: indexes are dropped before rows arrive and made again afterwards. */
  readonly reindex: boolean;
  readonly indexNames: 'preserve' | 'uniquify';
  readonly maxParallelCreateIndex?: number;
  readonly foreignKeys: boolean;
  readonly resetSequences: boolean;
  readonly disableTriggers: boolean;
  /** Identity columns make new values in Redshift too; otherwise they are plain columns there. */
  readonly keepIdentity: boolean;

  /** How names are written in the target. */
  readonly identifiers: 'downcase' | 'snake_case' | 'quote';

  /** Materialized views and foreign tables of the source are copied too. */
  readonly materializedViews: boolean;
  readonly foreignTables: boolean;
  /** The source's views over tables of the run are made in the target: between two of PostgreSQL. */
  readonly createViews: boolean;
  /** Data objects stay in the bucket after a run that succeeded. */
  readonly keepFiles: boolean;
  /** Any hazard stops the run, not only those that lose or refuse. */
  readonly strict: boolean;
  /** One pass over each table sizes the columns of texts and of numbers without precision. */
  readonly measureColumns: boolean;
  /** Each table is published in a transaction of its own, when all are loaded; otherwise all of them in one. */
  readonly publishTableByTable: boolean;
  /** Sums over each column are compared before publishing, not only row counts. */
  readonly verifyChecksums: boolean;
  /** `read by unload`, `read by cursor`: the road that rows take out of Redshift; when absent, the plan chooses. */
  readonly readBy?: 'unload' | 'cursor';
  /** `one transaction`: all of a Redshift source is read in one, or the run is refused; otherwise where it fits. */
  readonly oneTransaction: boolean;
  /** `no snapshot`: each part is read under a transaction of its own. */
  readonly noSnapshot: boolean;
  /** The source's snapshot is given up after this many seconds. */
  readonly snapshotMaxAgeSeconds?: number;
}

/** Where an option's value is from: the command, a default of pgshift's own, or pgloader's default. */
export type Origin = 'given' | 'default' | 'pgloader';

export type OptionName = keyof LoadOptions;
export type Origins = { readonly [Name in OptionName]-?: Origin };

/** One `SET` parameter, for every session at both ends that knows such a parameter. */
export interface Setting {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/**
 * How a name is matched: in whole; by a regular expression of JavaScript's, anywhere in the name; or by LIKE (`%`, `_`, and
 * `\` before either), the whole name. `patternMatcher` does it.
 */
export type NamePattern =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'like'; readonly pattern: string };

/** `… TABLE NAMES MATCHING m, … [IN SCHEMA 's']`: any of the patterns; without a schema, in all of them. */
export interface TableFilter {
  readonly tables: readonly NamePattern[];
  readonly schema?: string;
}

/** A view copied as a table: one of the source's, or a query of the command's own. */
export interface MaterializedView extends TableName {
  /** One SELECT, without `;` and trailing comments, so that it can stand in parentheses. */
  readonly query?: string;
}

export interface Materialize {
  /** `MATERIALIZE ALL VIEWS`: those of the source that the filters let through. */
  readonly all: boolean;
  readonly views: readonly MaterializedView[];
}

export interface SchemaRename {
  readonly from: string;
  readonly to: string;
}

/** What `ALTER TABLE … SET (…)` can say of a table in Redshift, and of one in PostgreSQL. */
export interface StorageParameters {
  readonly distStyle?: 'auto' | 'even' | 'all' | 'key';
  readonly distKey?: string;
  /** Columns in order, or `auto`. */
  readonly sortKey?: 'auto' | readonly string[];
  /** `auto`, or the encoding of single columns. */
  readonly encode?: 'auto' | readonly { readonly column: string; readonly encoding: string }[];
  readonly backup?: boolean;
  /** PostgreSQL's own (`fillfactor`), in the order given. */
  readonly others: readonly Setting[];
}

export type TableAction =
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'set schema'; readonly schema: string }
  | { readonly kind: 'set'; readonly parameters: StorageParameters }
  | { readonly kind: 'set tablespace'; readonly tablespace: string };

/** One `ALTER TABLE NAMES MATCHING …`. They are applied in order, each to what those before it made. */
export interface TableAlteration extends TableFilter {
  readonly action: TableAction;
}

/** `DECODING TABLE NAMES MATCHING … AS encoding`. PostgreSQL decodes for itself. */
export interface Decoding extends TableFilter {
  readonly encoding: string;
}

/** `DISTRIBUTE`: words of Citus, which are DISTKEY and DISTSTYLE ALL in Redshift. */
export type Distribution = TableName &
  (
    | { readonly by: 'reference' }
    | { readonly by: 'column'; readonly column: string; readonly from: readonly TableName[] }
  );

/** The statements of one DO or EXECUTE, none empty, none with its `;`. A block is one transaction. */
export interface SqlBlock {
  readonly statements: readonly string[];
}

/** What follows INTO, but for WITH. A clause that is written twice is one clause with the parts of both, in order. */
export interface Clauses {
  readonly settings: readonly Setting[];
  /** The first rule that matches a column wins. */
  readonly casts: readonly CastRule[];
  readonly materialize: Materialize;
  /** A table that one of them matches; all tables when there is none. */
  readonly including: readonly TableFilter[];
  /** Of those, the tables that none of these matches. */
  readonly excluding: readonly TableFilter[];
  readonly decoding: readonly Decoding[];
  readonly alterSchemas: readonly SchemaRename[];
  readonly alterTables: readonly TableAlteration[];
  readonly distribute: readonly Distribution[];
  readonly beforeLoad: readonly SqlBlock[];
  readonly afterCreateSchema: readonly SqlBlock[];
  readonly afterLoad: readonly SqlBlock[];
}

export interface LoadCommand extends Clauses {
  readonly kind: 'load database';
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly options: LoadOptions;
  /** Of each option, also of those that are absent. */
  readonly origins: Origins;
}

/** A command that says nothing beyond its ends and options. */
export const NO_CLAUSES: Clauses = {
  settings: [],
  casts: [],
  materialize: { all: false, views: [] },
  including: [],
  excluding: [],
  decoding: [],
  alterSchemas: [],
  alterTables: [],
  distribute: [],
  beforeLoad: [],
  afterCreateSchema: [],
  afterLoad: [],
};
