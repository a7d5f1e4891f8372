// What is known of one run of a Distributed Map while and after it runs: its children, its counts, its threshold?
import type { Child, ChildInput, ExecutionStatus } from './child.ts';

export interface MapRunLimits {
  maxConcurrency: number;
  toleratedFailureCount: number;
  toleratedFailurePercentage: number;
}

export interface MapRunCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  total: number;
  resultsWritten: number;
}

interface Started {
  child: Child;
  items: number;
}

const COUNTED_AS = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
} as const satisfies Record<ExecutionStatus, keyof MapRunCounts>;

export class MapRun {
  readonly arn: string;
  readonly executionArn: string;
  /** The ARN of the machine as the children see it: `…:stateMachine:name/label`. */
  readonly machineArn: string;
  readonly limits: MapRunLimits;
  readonly startDate = new Date();
  stopDate: Date | undefined;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' = 'RUNNING';
  resultsWritten = false;
  redriveCount = 0;
  private inputs: readonly ChildInput[] = [];
  private totalItems = 0;
  private lostItems = 0;
  private readonly started = new Map<number, Started>();

  constructor(arn: string, executionArn: string, machineArn: string, limits: MapRunLimits) {
    this.arn = arn;
    this.executionArn = executionArn;
    this.machineArn = machineArn;
    this.limits = limits;
  }

  plan(inputs: readonly ChildInput[]): void {
    this.inputs = inputs;
    this.totalItems = inputs.reduce((total, { items }) => total + items, 0);
  }

  start(index: number, child: Child): void {
    this.started.set(index, { child, items: this.inputs[index]?.items ?? 0 });
  }

  /** The child of this index has ended. One that somebody stopped is lost as well: the run has no result of it. */
  ended(index: number): void {
    const started = this.started.get(index);
    if (started && started.child.status !== 'SUCCEEDED') this.lostItems += started.items;
  }

  end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    this.status = status;
    this.stopDate = new Date();
  }

  /** Goes on: what was lost may yet succeed. */
  redrive(): void {
    this.status = 'RUNNING';
    this.stopDate = undefined;
    this.resultsWritten = false;
    this.lostItems = 0;
    this.redriveCount += 1;
  }

  /** The child of this index, where one was started. */
  child(index: number): Child | undefined {
    return this.started.get(index)?.child;
  }

  /** The children in the order of their items. */
  get children(): Child[] {
    return [...this.started].sort(([a], [b]) => a - b).map(([, { child }]) => child);
  }

  /** The inputs no child was started for. */
  get pending(): ChildInput[] {
    return this.inputs.filter((_, index) => !this.started.has(index));
  }

  get itemCounts(): MapRunCounts {
    return this.count((items) => items);
  }

  get executionCounts(): MapRunCounts {
    return this.count(() => 1);
  }

  /** Whether more failed than is tolerated; when both thresholds are set, either is enough. */
  get exceeded(): boolean {
    const { lostItems: lost, totalItems: total } = this;
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = this.limits;
    if (lost === 0) return false;
    if (count === 0) return (lost / total) * 100 > percentage;
    return lost > count || (percentage > 0 && (lost / total) * 100 > percentage);
  }

  private count(weight: (items: number) => number): MapRunCounts {
    const sum = (inputs: Iterable<{ items: number }>) =>
      [...inputs].reduce((total, { items }) => total + weight(items), 0);
    const counts = {
      ...{ pending: sum(this.pending), running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0 },
      ...{ total: sum(this.inputs), resultsWritten: 0 },
    };
    for (const { child, items } of this.started.values()) counts[COUNTED_AS[child.status]] += weight(items);
    if (this.resultsWritten)
      counts.resultsWritten = counts.succeeded + counts.failed + counts.timedOut + counts.aborted;
    return counts;
  }
}
