// What is known while one state is visited: its input, context, variables, place in the history, and the services.
import type { Child, ExecutionIdentity } from './child.ts';
import type { Graph, Machine, NumberField, Outcome, State } from './definition.ts';
import type { Done } from './done.ts';
import { dataLimitExceeded, MAX_PAYLOAD_BYTES, QueryError, StateError } from './errors.ts';
import type { Executions } from './executions.ts';
import { type Bindings, fill, fillAs } from './expressions.ts';
import type { EventDetails, History, HistoryEvent } from './history.ts';
import type { Host } from './host.ts';
import { type Json, type JsonObject, jsonBytes } from './json.ts';
import type { MapRun } from './map-run.ts';
import type { TaskTokens } from './tokens.ts';
import type { Variables } from './variables.ts';

/** What all executions of one local service share. */
export interface Services {
  host: Host;
  executions: Executions;
  tokens: TaskTokens;
  region: string;
  /** Multiplies the seconds of Wait states and of pauses before retries; 1 is real time. */
  timeScale: number;
  /** Numbers in [0, 1) for the jitter of retries. */
  random: () => number;
}

/** One chain of states: a whole execution, a branch, or an iteration. */
export interface Frame {
  services: Services;
  identity: ExecutionIdentity;
  history: History;
  variables: Variables;
  /** `$states.context` without `State`. */
  context: JsonObject;
  /** Aborted with an Aborted error when this chain has to end at once. */
  signal: AbortSignal;
  /** The event that the chain's next event follows. */
  cursor: { id: number };
  /** What of the execution is done, and where in it this chain is. */
  done: Done;
  place: string;
  /** Runs a nested graph to its end and gives its output. */
  runGraph(graph: Graph, input: Json, frame: Frame): Promise<Json>;
  startChild(machine: Machine, input: Json, identity: ExecutionIdentity): Child;
  addMapRun(run: MapRun): void;
}

/** The result of a state: what it hands on, what it assigns, and where it goes; no `next` ends the graph. */
export interface Step {
  output: Json;
  assign?: JsonObject;
  next?: string | undefined;
}

type Known = { result: Json } | { errorOutput: Json };

export class Visit {
  readonly name: string;
  readonly input: Json;
  readonly frame: Frame;
  readonly context: JsonObject;
  /** Where in the execution it is: the same when the execution is redriven. */
  readonly place: string;
  retryCount = 0;
  /** The event before the state was entered: what EvaluationFailed follows in recordings. */
  private readonly before: number;
  private readonly entered: number;
  private readonly enteredTime = new Date().toISOString();

  constructor(name: string, type: State['Type'], input: Json, frame: Frame, place: string) {
    this.name = name;
    this.place = place;
    this.input = input;
    this.frame = frame;
    this.before = frame.cursor.id;
    this.entered = this.follow(`${type}StateEntered`, {
      stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: { truncated: false } },
    });
    this.context = { ...frame.context };
    this.refreshContext();
  }

  /** Brings `$states.context.State` up to date before another attempt. */
  refreshContext(): void {
    this.context.State = { Name: this.name, EnteredTime: this.enteredTime, RetryCount: this.retryCount };
  }

  /** Adds an event to the chain. */
  follow(type: NonNullable<HistoryEvent['type']>, details: EventDetails = {}): number {
    this.frame.cursor.id = this.frame.history.add(type, this.frame.cursor.id, details);
    return this.frame.cursor.id;
  }

  bindings(known?: Known, context = this.context): Bindings {
    return { states: { input: this.input, context, ...known }, variables: this.frame.variables.visible() };
  }

  /** Evaluates what the state (or catcher, or rule) hands on and assigns, both from the same values. */
  async outcome(of: Outcome, ifNone: Json, known?: Known, field = ''): Promise<Step> {
    const bindings = this.bindings(known);
    const output = of.Output === undefined ? ifNone : await fill(of.Output, bindings, `${field}Output`);
    if (of.Assign === undefined) return { output };
    const assign = await fillAs(of.Assign, ['object'], bindings, `${field}Assign`);
    return { output, assign };
  }

  /** A whole number of at least `least`, literal or computed; undefined when the field is absent. Throws QueryError. */
  async wholeNumber(value: NumberField | undefined, field: string, least: number): Promise<number | undefined> {
    if (value === undefined) return undefined;
    const number = await fillAs(value, ['number'], this.bindings(), field);
    if (!Number.isInteger(number) || number < least) {
      throw new QueryError(
        field,
        `The field '${field}' must be a whole number of at least ${least}, but was ${number}`,
      );
    }
    return number;
  }

  /** Returns the value if the service would carry it; throws States.DataLimitExceeded if not. */
  limited(value: Json): Json {
    if (jsonBytes(value) > MAX_PAYLOAD_BYTES) throw dataLimitExceeded(this.name);
    return value;
  }

  /** The cause the service gives when the state itself, not its work, is at fault. */
  causeOf(message: string): string {
    return `An error occurred while executing the state '${this.name}' (entered at the event id #${this.entered}). ${message}`;
  }

  /** Records a failed query and gives the error Retry and Catch see. */
  evaluationFailed(problem: QueryError): StateError {
    const error = 'States.QueryEvaluationError';
    const cause = this.causeOf(problem.message);
    this.frame.cursor.id = this.frame.history.add('EvaluationFailed', this.before, {
      evaluationFailedEventDetails: { cause, error, location: problem.location, state: this.name },
    });
    return new StateError(error, cause);
  }
}
