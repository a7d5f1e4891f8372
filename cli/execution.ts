// How does one execution go: started, watched until it ends, and told from its history?

import { setTimeout as pause } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListMapRunsCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionInput } from '../core/pipeline.ts';

/** One state of the parent as it is seen so far. */
export interface StateView {
  readonly name: string;
  readonly enteredAt: number;
  /** Absent while it runs. */
  readonly exitedAt?: number;
}

export interface ExecutionView {
  readonly states: readonly StateView[];
  /** Child executions of the distributed map, once there is one. */
  readonly items?: { readonly done: number; readonly total: number };
}

export interface ExecutionEnd {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly error: string;
  readonly cause: string;
  /** How often each type of event is in the parent's history. */
  readonly events: ReadonlyMap<string, number>;
  readonly view: ExecutionView;
}

export interface ExecutionOptions {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: ExecutionInput;
  readonly signal: AbortSignal;
  readonly onProgress: (view: ExecutionView) => void;
}

/** Between two looks: short enough that the end of a run of 3 s is seen at once, long enough to cost nothing. */
const pollMilliseconds = 150;

/** The longest a stop may take, of the 2 s in which the command has to be gone. */
const stopMilliseconds = 700;

/** Ends a request when the command is told to end. */
interface Told {
  readonly abortSignal: AbortSignal;
}

/** Runs an execution to its end. When the signal is aborted, stops it and throws the signal's reason. */
export async function runExecution(client: SFNClient, options: ExecutionOptions): Promise<ExecutionEnd> {
  const { executionArn } = await client.send(
    new StartExecutionCommand({
      stateMachineArn: options.stateMachineArn,
      name: options.name,
      input: JSON.stringify(options.input),
    }),
  );
  if (executionArn === undefined) throw new Error('Step Functions started an execution without saying which');
  const told = { abortSignal: options.signal };
  const history = new History(client, executionArn, told);
  try {
    for (;;) {
      options.signal.throwIfAborted();
      const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }), told);
      await history.read();
      const view = { states: history.states(), ...(await items(client, executionArn, history, told)) };
      options.onProgress(view);
      if (status === 'SUCCEEDED' || status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED') {
        return { status, error: error ?? '', cause: cause ?? '', events: history.counts(), view };
      }
      await pause(pollMilliseconds, undefined, { signal: options.signal });
    }
  } catch (error) {
    // Whatever was being asked when the end came fails with the end: the service may be gone before it answers.
    if (!options.signal.aborted) throw error;
    await stop(client, executionArn);
    throw options.signal.reason;
  }
}

async function stop(client: SFNClient, executionArn: string): Promise<void> {
  const request = new StopExecutionCommand({ executionArn, error: 'Interrupted', cause: 'stopped by the user' });
  // It may have ended by itself; and one that cannot be reached ends with this process.
  await client.send(request, { abortSignal: AbortSignal.timeout(stopMilliseconds) }).catch(() => {});
}

async function items(
  client: SFNClient,
  executionArn: string,
  history: History,
  told: Told,
): Promise<Pick<ExecutionView, 'items'>> {
  if (!history.has('MapRunStarted')) return {};
  const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn }), told);
  const mapRunArn = mapRuns?.[0]?.mapRunArn;
  if (mapRunArn === undefined) return {};
  const { itemCounts } = await client.send(new DescribeMapRunCommand({ mapRunArn }), told);
  return { items: { done: itemCounts?.succeeded ?? 0, total: itemCounts?.total ?? 0 } };
}

/** The parent's history, read on from where the last reading ended: newest first, back to what is known. */
class History {
  readonly #client: SFNClient;
  readonly #executionArn: string;
  readonly #told: Told;
  #events: HistoryEvent[] = [];

  constructor(client: SFNClient, executionArn: string, told: Told) {
    this.#client = client;
    this.#executionArn = executionArn;
    this.#told = told;
  }

  async read(): Promise<void> {
    const known = this.#events.at(-1)?.id ?? 0;
    const news: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new GetExecutionHistoryCommand({
          executionArn: this.#executionArn,
          reverseOrder: true,
          maxResults: 200,
          ...(nextToken !== undefined && { nextToken }),
        }),
        this.#told,
      );
      const fresh = (page.events ?? []).filter((event) => (event.id ?? 0) > known);
      news.push(...fresh);
      nextToken = fresh.length === page.events?.length ? page.nextToken : undefined;
    } while (nextToken !== undefined);
    this.#events.push(...news.reverse());
  }

  has(type: string): boolean {
    return this.#events.some((event) => event.type === type);
  }

  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { type = 'unknown' } of this.#events) counts.set(type, (counts.get(type) ?? 0) + 1);
    return counts;
  }

  /** One line per state, the visits of one state taken together. */
  states(): StateView[] {
    const states = new Map<string, { enteredAt: number; exitedAt: number; inside: number }>();
    for (const { timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } of this.#events) {
      const at = timestamp?.getTime() ?? 0;
      if (entered?.name !== undefined) {
        const state = states.get(entered.name) ?? { enteredAt: at, exitedAt: at, inside: 0 };
        states.set(entered.name, { ...state, inside: state.inside + 1 });
      }
      const state = exited?.name === undefined ? undefined : states.get(exited.name);
      if (exited?.name !== undefined && state !== undefined) {
        states.set(exited.name, { ...state, exitedAt: at, inside: state.inside - 1 });
      }
    }
    return [...states].map(([name, { enteredAt, exitedAt, inside }]) => ({
      name,
      enteredAt,
      ...(inside === 0 && { exitedAt }),
    }));
  }
}
