// How does one execution begin, live and end?

import type { Child, ExecutionIdentity, ExecutionStatus } from './child.ts';
import { deadline } from './clock.ts';
import type { Machine } from './definition.ts';
import { Done } from './done.ts';
import { Aborted, StateError } from './errors.ts';
import { History, inputOf, MAX_EVENTS, outputOf } from './history.ts';
import { runGraph } from './interpreter.ts';
import type { Json } from './json.ts';
import type { MapRun } from './map-run.ts';
import { Variables } from './variables.ts';
import type { Frame, Services } from './visit.ts';

export class Execution implements Child {
  readonly identity: ExecutionIdentity;
  readonly machine: Machine;
  readonly input: Json;
  readonly startDate = new Date();
  readonly history: History;
  readonly mapRuns: MapRun[] = [];
  /** Another one when the execution is redriven. */
  ended: Promise<void>;
  redriveCount = 0;
  redriveDate: Date | undefined;
  stopDate: Date | undefined;
  status: ExecutionStatus = 'RUNNING';
  output: Json | undefined;
  error: string | undefined;
  cause: string | undefined;
  private readonly services: Services;
  private readonly done = new Done();
  private abort = new AbortController();
  private readonly onChild: (child: Execution) => void;

  /** Starts at once; the machine must be a checked one. `onChild` hears of every child execution. */
  constructor(
    machine: Machine,
    input: Json,
    identity: ExecutionIdentity,
    services: Services,
    onChild: (child: Execution) => void = () => {},
  ) {
    this.machine = machine;
    this.input = input;
    this.identity = identity;
    this.services = services;
    this.onChild = onChild;
    this.history = new History(() => this.abort.abort(new Aborted('failed')));
    this.history.add('ExecutionStarted', 0, {
      executionStartedEventDetails: { ...inputOf(this.input), roleArn: this.identity.roleArn },
    });
    this.ended = this.run();
  }

  /** Whether it may be redriven: it has ended, and without success. */
  get redrivable(): boolean {
    return this.status !== 'RUNNING' && this.status !== 'SUCCEEDED';
  }

  /** Runs again what has failed, was stopped or never began, and goes on from there. Its time begins anew. */
  redrive(): void {
    if (!this.redrivable) throw new Error(`an execution that is ${this.status} cannot be redriven`);
    this.redriveCount += 1;
    this.redriveDate = new Date();
    this.abort = new AbortController();
    this.status = 'RUNNING';
    this.stopDate = undefined;
    this.error = undefined;
    this.cause = undefined;
    this.history.add('ExecutionRedriven', this.history.lastId, {
      executionRedrivenEventDetails: { redriveCount: this.redriveCount },
    });
    this.ended = this.run();
  }

  /** Ends a running execution as ABORTED; its running tasks are aborted at once. */
  stop(error?: string, cause?: string): void {
    if (this.abort.signal.aborted || this.status !== 'RUNNING') return;
    this.error = error;
    this.cause = cause;
    this.abort.abort(new Aborted('stopped'));
  }

  private async run(): Promise<void> {
    const frame = this.frame();
    const limit = this.machine.TimeoutSeconds;
    const cancel = limit && deadline(limit, () => this.abort.abort(new Aborted('timed out')));
    try {
      const output = await runGraph(this.machine, this.input, frame);
      this.succeeded(output, frame);
    } catch (error) {
      this.failed(error, frame);
    } finally {
      if (cancel) cancel();
    }
  }

  private frame(): Frame {
    const { arn, name, roleArn, machineArn, machineName } = this.identity;
    return {
      services: this.services,
      identity: this.identity,
      history: this.history,
      variables: new Variables(),
      context: {
        Execution: {
          Id: arn,
          Input: this.input,
          Name: name,
          RoleArn: roleArn,
          StartTime: this.startDate.toISOString(),
          RedriveCount: this.redriveCount,
          ...(this.redriveDate && { RedriveTime: this.redriveDate.toISOString() }),
        },
        StateMachine: { Id: machineArn, Name: machineName },
      },
      signal: this.abort.signal,
      cursor: { id: this.redriveCount === 0 ? 0 : this.history.lastId },
      done: this.done,
      place: '',
      runGraph,
      startChild: (machine, input, identity) => {
        const child = new Execution(machine, input, identity, this.services, this.onChild);
        this.onChild(child);
        return child;
      },
      addMapRun: (run) => this.mapRuns.push(run),
    };
  }

  private succeeded(output: Json, { cursor }: Frame): void {
    this.output = output;
    this.end('SUCCEEDED');
    this.history.end('ExecutionSucceeded', cursor.id, { executionSucceededEventDetails: outputOf(output) });
  }

  private failed(thrown: unknown, { cursor }: Frame): void {
    const why = thrown instanceof Aborted ? thrown.why : undefined;
    if (why === 'stopped') {
      this.end('ABORTED');
      this.history.end('ExecutionAborted', this.history.lastId, { executionAbortedEventDetails: this.details() });
    } else if (why === 'timed out') {
      this.error = 'States.Timeout';
      this.end('TIMED_OUT');
      this.history.end('ExecutionTimedOut', this.history.lastId);
    } else {
      const { error, cause } = failureOf(thrown);
      this.error = error;
      this.cause = cause;
      this.end('FAILED');
      this.history.end('ExecutionFailed', cursor.id, { executionFailedEventDetails: this.details() });
    }
  }

  private end(status: ExecutionStatus): void {
    this.status = status;
    this.stopDate = new Date();
  }

  private details() {
    const { error, cause } = this;
    return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  }
}

function failureOf(thrown: unknown): { error: string | undefined; cause: string | undefined } {
  if (thrown instanceof StateError) return thrown;
  const cause =
    thrown instanceof Aborted
      ? `The execution reached the maximum number of history events (${MAX_EVENTS}).`
      : String(thrown instanceof Error ? thrown.stack : thrown);
  return { error: 'States.Runtime', cause };
}
