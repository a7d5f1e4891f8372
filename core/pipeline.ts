// The pipeline, declared once: the steps in running order, what goes into each and what comes out, and every other
// state of the machine. Infra, handlers, the local run and the tests all take it from here.
// What passes between states is ids, keys and counts only: states are kept for 90 days and hold at most 256 KiB.

import type { Dialect } from './catalog/model.ts';

/** Who runs it: the execution's name. A retry or a redrive is the same run. */
export interface InRun {
  readonly run: string;
}

/** Whether all readers of the source see one moment, which a relay keeps for them. */
export interface InSnapshot {
  readonly snapshot: boolean;
}

/** Which try at a piece of work this is: later ones have greater numbers. Absent: the first. */
export interface InAttempt {
  readonly attempt?: number;
}

/** What an execution is started with: a command's text, or the key of an object in the bucket that holds it. */
export interface ExecutionInput {
  readonly command?: string;
  readonly commandKey?: string;
  /** How many times the run was resumed by an execution of its own, this one among them; absent when it never was. */
  readonly resumed?: number;
}

/**
 * Step Functions takes 256 KiB, and Detect gets the input with some names around it. A command that makes more of it
 * travels as an object.
 */
export const LARGEST_INPUT_BYTES = 255 * 1024;

/** What EventBridge says of an execution that failed, was stopped or timed out (`detail` of its event). */
export interface FailureEvent {
  readonly name: string;
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Milliseconds since 1970. */
  readonly startDate?: number;
  readonly stopDate?: number | null;
  readonly error?: string | null;
  readonly cause?: string | null;
}

/** One of the two that keep the source's snapshot alive, by turns. */
export type Holder = 'first' | 'second';

/** How long a holder holds before it hands on: 14 of Lambda's 15 minutes, so that a minute is left for both ends of it. */
export const TURN_SECONDS = 14 * 60;

/** What an execution of the relay is started with, by the run that it keeps a snapshot for. */
export interface RelayInput extends InRun {
  readonly turnSeconds: number;
  /** How long the snapshot is kept for a redrive once the run has stopped running. */
  readonly keepSeconds: number;
  /** The execution that started it: Step Functions links the two by this name. */
  readonly AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: string;
}

/** One part of a batch: the table's number in the plan, and the part's in its table. */
export interface PartAddress {
  readonly batch: number;
  readonly table: number;
  readonly part: number;
}

/** One item of the distributed map, a line of `batches.jsonl`: one batch, or those of several small tables. */
export interface BatchItem {
  /** Which chunk of the plan holds the tables. */
  readonly chunk: number;
  /** What each Extract reads: one part of a large table, or those of all the small ones. */
  readonly reads: readonly PartsRead[];
}

export interface PartsRead {
  readonly parts: readonly PartAddress[];
}

/** What Extract says of a part it wrote. Bytes are compressed bytes; an empty part has no object. */
export interface WrittenPart extends PartAddress {
  readonly rows: number;
  readonly bytes: number;
  /** Of its CSV; of what Redshift compressed itself, the compressed ones. */
  readonly csvBytes: number;
  readonly key: string | null;
  /** How many pieces it was cut into, each for a COPY of its own; then the key is that of their list. */
  readonly pieces?: number;
  /** How many objects it is, where Redshift wrote them; then the key is that of their list, too. */
  readonly objects?: number;
  /** Which of the plan's sentinels stands for NULL in it, where it is not the first. */
  readonly draw?: number;
  /** The object that says which of its values were replaced, where any were. */
  readonly replaced?: string;
  /** The object with the sums over its columns, where they are compared. */
  readonly sums?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One piece of a part that was cut, as the list of its pieces has it. Bytes are compressed bytes. */
export interface WrittenPiece {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
}

/** The plan's chunks that one publish transaction makes live: `first` to `last`, both included. */
export interface PublishItem {
  readonly publish: number;
  readonly first: number;
  readonly last: number;
}

export interface StepContracts {
  detect: {
    input: InRun & { readonly input: ExecutionInput };
    output: {
      readonly source: Dialect;
      readonly target: Dialect;
    } & InSnapshot;
  };
  /** Waits until the relay has a snapshot; or, when everything has been read, releases it. */
  hold: {
    input: InRun & { readonly release: boolean };
    /** When the snapshot was taken, in milliseconds since 1970. */
    output: { readonly takenAt: number | null };
  };
  keep: {
    input: InRun & {
      readonly holder: Holder;
      /** Whether the run may have no snapshot yet. After that none is ever taken. */
      readonly take: boolean;
      readonly seconds: number;
      /** The turn ends early then, in milliseconds since 1970; 0: the run is running. */
      readonly until: number;
    };
    /** Whether that was the last turn. */
    output: { readonly over: boolean };
  };
  discover: { input: InRun & InSnapshot; output: { readonly tables: number } };
  plan: {
    input: InRun;
    output: {
      readonly tables: number;
      readonly batches: number;
      readonly batchesKey: string;
      /** How many items at once, and how many reads of one item at once: their product is at most `workers`. */
      readonly batchesAtOnce: number;
      readonly partsAtOnce: number;
      readonly prepare: readonly { readonly chunk: number }[];
      readonly publish: readonly PublishItem[];
    };
  };
  prepare: {
    /** The execution is that of the whole run: others ask by it whether the run still runs. */
    input: InRun & { readonly chunk: number; readonly execution: string; readonly resumed?: number } & InAttempt;
    output: { readonly tables: number };
  };
  extract: {
    input: InRun & InSnapshot & Pick<BatchItem, 'chunk'> & PartsRead & { readonly attempt: number };
    output: { readonly written: readonly WrittenPart[] };
  };
  copy: {
    input: InRun &
      Pick<BatchItem, 'chunk'> & { readonly reads: readonly StepContracts['extract']['output'][] } & InAttempt;
    output: { readonly batches: number; readonly rows: number };
  };
  publish: { input: InRun & PublishItem & InAttempt; output: { readonly tables: number } };
  report: {
    input: InRun | FailureEvent;
    output: {
      readonly outcome: Outcome;
      readonly rows: number;
      readonly rejected: number;
      readonly reportKey: string;
    };
  };
}

/** How a run ended. `partly published`: it failed when some of its tables were live already, and others not. */
export type Outcome = 'succeeded' | 'succeeded with rejects' | 'partly published' | 'failed';

export type StepName = keyof StepContracts;
export type StepInput<Name extends StepName> = StepContracts[Name]['input'];
export type StepOutput<Name extends StepName> = StepContracts[Name]['output'];

export interface StepDefinition {
  readonly name: StepName;
  /** Its folder under `lambdas/`, which starts with its place in the order. */
  readonly folder: string;
  /** The state machine that runs it. */
  readonly machine: 'load' | 'relay';
  /** The Task state that runs it; of a step with several, what they have in common. */
  readonly state: string;
  /** Lambda's memory in MB; 1,769 MB is one vCPU. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Which ends it connects to, hence which secrets it may read. */
  readonly ends: readonly ('source' | 'target')[];
  /** What it may do with the run's objects. */
  readonly objects: readonly ('read' | 'write' | 'delete' | 'list')[];
}

/** Lambda's longest life: 15 minutes. */
const LONGEST_SECONDS = 900;

export const STEPS: readonly StepDefinition[] = [
  step('detect', '1-detect', 'Detect', 512, 60, ['source', 'target'], ['read', 'write', 'delete', 'list']),
  step('hold', '2-hold', 'Hold', 256, 180, [], ['read', 'write']),
  { ...step('keep', '2-keep', 'Keep', 256, LONGEST_SECONDS, ['source'], ['read', 'write']), machine: 'relay' },
  step('discover', '3-discover', 'Discover', 1769, LONGEST_SECONDS, ['source', 'target'], ['read', 'write']),
  step('plan', '4-plan', 'Plan', 1769, LONGEST_SECONDS, [], ['read', 'write', 'list']),
  step('prepare', '5-prepare', 'Prepare', 512, LONGEST_SECONDS, ['target'], ['read', 'write', 'delete', 'list']),
  step('extract', '6-extract', 'Extract', 1769, LONGEST_SECONDS, ['source'], ['read', 'write']),
  step('copy', '7-copy', 'Copy', 512, LONGEST_SECONDS, ['target'], ['read', 'write']),
  step('publish', '8-publish', 'Publish', 512, LONGEST_SECONDS, ['target'], ['read', 'write', 'list']),
  step('report', '9-report', 'Report', 1769, LONGEST_SECONDS, [], ['read', 'write', 'delete', 'list']),
];

/** Every state of the load that does not bear the name of a step, with its type. */
export const OTHER_STATES = {
  Begin: 'Pass',
  'One moment?': 'Choice',
  'Start relay': 'Task',
  'Prepare chunks': 'Map',
  'Any batches?': 'Choice',
  'Load batches': 'Map',
  'Read parts': 'Map',
  'Any snapshot?': 'Choice',
  Release: 'Task',
  'Publish chunks': 'Map',
} as const;

/** Every state of the relay. */
export const RELAY_STATES = {
  Begin: 'Pass',
  'Take turns': 'Parallel',
  'First begins': 'Pass',
  'First holds': 'Task',
  'First goes on?': 'Choice',
  'First is done': 'Succeed',
  'Look at the run': 'Task',
  'Second begins': 'Pass',
  'Second holds': 'Task',
  'Second goes on?': 'Choice',
  'Second is done': 'Succeed',
} as const;

function step(
  name: StepName,
  folder: string,
  state: string,
  memoryMb: number,
  timeoutSeconds: number,
  ends: StepDefinition['ends'],
  objects: StepDefinition['objects'],
): StepDefinition {
  return { name, folder, machine: 'load', state, memoryMb, timeoutSeconds, ends, objects };
}
