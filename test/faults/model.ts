// What is a schedule of faults, and what is said of a run that met it?
import type { Dialect } from '../../core/catalog/model.ts';
import type { StepName } from '../../core/pipeline.ts';

/**
 * A named place in a step, met from outside: what it asks of its ports. `connect`: of a session; `lock`: BEGIN and LOCK, or
 * the key of a ledger that stands for it; `copy`: COPY into the target; `ledger`: what was loaded of a batch is written there;
 * `commit`; `swap`: what makes a staged table live;
 * `statement`: any statement, these among them; `read`: rows of the source on their way; `upload`: a stream into the
 * bucket; `object`: any other object read or written.
 */
export type Place =
  | 'connect'
  | 'lock'
  | 'copy'
  | 'ledger'
  | 'commit'
  | 'swap'
  | 'statement'
  | 'read'
  | 'upload'
  | 'object';

/**
 * `middle`: the first bytes are there, the last are not. Of `read` there is nothing else. `copy` has it where we send the rows
 * ourselves, as into PostgreSQL, and `upload` where an object has several parts: one of them is stored, others are not.
 */
export type Side = 'before' | 'middle' | 'after';

/**
 * `throw`: an error that heals; `break`: a defect, which is final; `kill`: the process ends; `cut`: the connection breaks,
 * before anything is done, or when all is done and only the answer is on its way; `twice`: Step Functions takes it for dead
 * and starts another, and it goes on; `slow`: from there on everything takes ten times as long.
 */
export type Action = 'throw' | 'break' | 'kill' | 'cut' | 'twice' | 'slow';

/**
 * When one that is taken for dead goes on: `at once`; `together` with its retry, when that comes to the same place; when
 * the retry has ended; when the run has.
 */
export type Waits = 'at once' | 'together' | 'after the retry' | 'after the run';

export interface Fault {
  readonly step: StepName;
  /** Which call of the step in the run, from 0; its retries count as calls. */
  readonly call: number;
  readonly place: Place;
  readonly side: Side;
  /** Which time that the call comes there, from 0: for a call with several tables, between them. */
  readonly nth: number;
  readonly action: Action;
  readonly waits: Waits;
}

export type Isolation = 'snapshot' | 'serializable';

/** What the command says. */
export interface LoadChoice {
  readonly publish: 'replace' | 'refill' | 'append';
  readonly snapshot: boolean;
  readonly workers: number;
  /** `batch rows` given: several COPYs a batch. */
  readonly pieces: boolean;
  /** BEFORE LOAD and AFTER LOAD write into a journal. */
  readonly blocks: boolean;
  /** `publish table by table`. */
  readonly oneByOne: boolean;
  /** Whether the target takes all rows; those that it does not are put aside, or end the run. */
  readonly rows: 'good' | 'put aside' | 'refused';
  /** One table more, whose object is uploaded in parts. */
  readonly large: boolean;
}

export interface Schedule {
  readonly seed: number;
  readonly target: Dialect;
  /** Of the stand-in. A PostgreSQL has it by a setting of the database's: `snapshot` is what it does without one. */
  readonly isolation: Isolation;
  readonly load: LoadChoice;
  readonly faults: readonly Fault[];
  /** The sessions of those who are taken for dead cannot be ended by their retries. */
  readonly unendable: boolean;
}

/** What one schedule showed. */
export interface Verdict {
  readonly schedule: Schedule;
  readonly status: string | undefined;
  readonly error: string | undefined;
  readonly fired: readonly Fault[];
  /** Names of the errors that steps failed with, of all tries. */
  readonly thrown: readonly string[];
  /** Rows of the source that did not arrive, and rows that arrived and should not have. */
  readonly lost: number;
  readonly doubled: number;
  /** What stayed behind: sessions, a relay, own tables, objects. */
  readonly leftovers: readonly string[];
  /** Everything else that is not as promised. */
  readonly broken: readonly string[];
}

export const isGood = ({ lost, doubled, leftovers, broken }: Verdict): boolean =>
  lost === 0 && doubled === 0 && leftovers.length === 0 && broken.length === 0;
