// What is known of an execution and of its children from outside?
import type { Json } from './json.ts';

export interface ExecutionIdentity {
  arn: string;
  name: string;
  machineArn: string;
  machineName: string;
  roleArn: string;
  mapRunArn?: string;
}

/** A child execution as the Map that started it sees it. */
export interface Child {
  readonly identity: ExecutionIdentity;
  readonly input: Json;
  readonly status: ExecutionStatus;
  readonly output: Json | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly startDate: Date;
  readonly stopDate: Date | undefined;
  /** How often it was redriven. */
  readonly redriveCount: number;
  /** Resolves, never rejects, when the child has ended; another promise when it is redriven. */
  readonly ended: Promise<void>;
  stop(): void;
  /** Goes on behind what is done. Only of a child that ended without success. */
  redrive(): void;
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The input of one child, and how many items it stands for. */
export interface ChildInput {
  input: Json;
  items: number;
}
