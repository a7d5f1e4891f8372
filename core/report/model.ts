// What happened in a run, as a value: the artifact `report.json`. The row keys are pgloader's, in lower case.

import type { HazardName, Policy } from '../cast/value-hazards.ts';
import type { Sums } from '../compare/model.ts';
import type { Outcome } from '../pipeline.ts';
import type { Hazard } from '../plan/model.ts';

/** One line of the summary. Seconds; bytes are bytes of CSV; `start` and `stop` are milliseconds since 1970. */
export interface ReportRow {
  readonly name: string;
  readonly read: number;
  readonly rows: number;
  readonly errs: number;
  readonly bytes: number;
  readonly secs: number;
  /** Seconds spent reading from the source and writing into the target; their sum may pass `secs`, they overlap. */
  readonly rs: number;
  readonly ws: number;
  readonly start: number;
  readonly stop: number;
}

export interface ReportError {
  readonly kind: string;
  readonly message: string;
  readonly step: string | null;
  readonly hint: string | null;
}

/** Values of one column that Redshift would refuse or alter, and what became of them. */
export interface ReplacedValues {
  /** As the source calls it. */
  readonly column: string;
  readonly hazard: HazardName;
  readonly policy: Policy;
  readonly rows: number;
}

export interface ReportReplaced extends ReplacedValues {
  /** `schema.table` of the source. */
  readonly table: string;
}

export interface Report {
  readonly run: string;
  readonly outcome: Outcome;
  readonly source: string | null;
  readonly target: string | null;
  /** Before the rows, the tables, after the rows. */
  readonly preload: readonly ReportRow[];
  readonly data: readonly ReportRow[];
  readonly postload: readonly ReportRow[];
  readonly rows: number;
  /** Rows that were put aside, by `on error resume next`. */
  readonly rejected: number;
  readonly bytes: number;
  readonly secs: number;
  /** Rejected rows, and one for the failure of the run. */
  readonly errs: number;
  readonly rejects: readonly RejectFiles[];
  readonly hazards: readonly Hazard[];
  readonly replaced: readonly ReportReplaced[];
  /** `schema.view`: what `create views` has made. */
  readonly views: readonly string[];
  /** Why the run failed; null when it did not. */
  readonly error: ReportError | null;
  /** When it failed, by its execution, in milliseconds since 1970; null when it did not. */
  readonly failedAt: number | null;
  /** Of a run that is partly published: which of its tables are not live yet, as the summary names them. */
  readonly unpublished: readonly string[];
}

/** The rejected rows of one table, and where they are: `s3://bucket/key`. */
export interface RejectFiles {
  /** As the summary names it. */
  readonly table: string;
  readonly rows: number;
  readonly csv: string;
  /** Why, line for line. */
  readonly log: string;
}

/** What a step writes of itself when it is done (`steps/…`). `count` is tables, or whatever the step counts. */
export interface StepRecord {
  readonly step: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly count: number;
}

/** What Copy writes when a batch's rows are committed (`loaded/…`). */
export interface BatchRecord {
  readonly batch: number;
  readonly table: number;
  /** Loaded. */
  readonly rows: number;
  readonly rejected: number;
  /** The cuts that took the rejected rows out, in order: where the rows are (`artifactKeys.cutRows`). */
  readonly cuts: readonly string[];
  readonly csvBytes: number;
  readonly objects: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly readMilliseconds: number;
  readonly writeMilliseconds: number;
  readonly replaced?: readonly ReplacedValues[];
  /** Over the columns as they were read, where they are compared with those over what was loaded. */
  readonly sums?: Sums;
}

/** What a step threw (`errors/…`). */
export interface ErrorRecord {
  readonly step: string;
  readonly kind: string;
  readonly message: string;
  readonly at: number;
}
