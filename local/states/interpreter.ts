// How does an execution get from one state to the next, and what does each kind of state do?
import { sleepSeconds } from './clock.ts';
import {
  type ChoiceState,
  type FailState,
  type Graph,
  isExpression,
  type ParallelState,
  type Recovering,
  type State,
  type WaitState,
} from './definition.ts';
import { Aborted, QueryError, StateError } from './errors.ts';
import { fill, fillAs } from './expressions.ts';
import { whole } from './history.ts';
import type { Json } from './json.ts';
import { runMap } from './map-distributed.ts';
import { Attempts, catcherOf } from './retry.ts';
import { runSiblings } from './siblings.ts';
import { runTask } from './task.ts';
import { Variables } from './variables.ts';
import { type Frame, type Step, Visit } from './visit.ts';

/**
 * Runs the states of a graph from its start to an end. Throws StateError, or what aborted the frame. States that have ended
 * before, in an execution that is redriven, are not entered again.
 */
export async function runGraph(graph: Graph, input: Json, frame: Frame): Promise<Json> {
  let name: string | undefined = graph.StartAt;
  let data = input;
  for (let visited = 0; name !== undefined; visited += 1) {
    frame.signal.throwIfAborted();
    const place = `${frame.place}/${visited}`;
    const state: State | undefined = graph.States[name];
    if (!state) throw new StateError('States.Runtime', `there is no state '${name}'`);
    const known = frame.done.step(place);
    if (known?.assign) frame.variables.assign(known.assign, name);
    const step: Step = known ?? (await visitState(name, state, data, frame, place));
    if (!known) frame.done.keepStep(place, step);
    data = step.output;
    name = step.next;
  }
  return data;
}

async function visitState(name: string, state: State, input: Json, frame: Frame, place: string): Promise<Step> {
  const visit = new Visit(name, state.Type, input, frame, place);
  let step: Step;
  try {
    step = await runWithRecovery(visit, state);
  } catch (error) {
    if (error instanceof Aborted && error.why !== 'failed') aborted(visit, state);
    throw error;
  }
  exited(visit, state, step);
  return step;
}

async function runWithRecovery(visit: Visit, state: State): Promise<Step> {
  const { Retry, Catch }: Recovering = 'Retry' in state || 'Catch' in state ? state : {};
  const { services, signal } = visit.frame;
  const attempts = new Attempts(services.random);
  for (;;) {
    try {
      return settled(visit, await runState(visit, state));
    } catch (thrown) {
      const error = failureOf(visit, state, thrown);
      const pauseSeconds = attempts.pauseBeforeNext(Retry, error);
      if (pauseSeconds === undefined) {
        const catcher = catcherOf(Catch, error);
        if (!catcher) throw error;
        return await caught(visit, state, catcher, error);
      }
      await sleepSeconds(pauseSeconds, services.timeScale, signal);
      visit.retryCount += 1;
      visit.frame.done.forget(visit.place);
      visit.refreshContext();
    }
  }
}

async function caught(
  visit: Visit,
  state: State,
  catcher: NonNullable<Recovering['Catch']>[number],
  { error, cause }: StateError,
): Promise<Step> {
  const errorOutput = { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
  try {
    const step = await visit.outcome(catcher, errorOutput, { errorOutput }, 'Catch/');
    return settled(visit, { ...step, next: catcher.Next });
  } catch (thrown) {
    throw failureOf(visit, state, thrown);
  }
}

/** Checks the limits and makes the assignments; nothing is assigned when the state fails. */
function settled(visit: Visit, step: Step): Step {
  visit.limited(step.output);
  if (step.assign) visit.frame.variables.assign(step.assign, visit.name);
  return step;
}

/** What went wrong, as Retry and Catch see it. Throws the reason when the frame was aborted. */
function failureOf(visit: Visit, state: State, thrown: unknown): StateError {
  visit.frame.signal.throwIfAborted();
  if (thrown instanceof Aborted) throw thrown;
  const error = thrown instanceof QueryError ? visit.evaluationFailed(thrown) : asStateError(visit, thrown);
  if (state.Type === 'Map') visit.follow('MapStateFailed');
  if (state.Type === 'Parallel') visit.follow('ParallelStateFailed');
  return error;
}

function asStateError(visit: Visit, thrown: unknown): StateError {
  if (thrown instanceof StateError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new StateError('States.Runtime', visit.causeOf(message));
}

async function runState(visit: Visit, state: State): Promise<Step> {
  switch (state.Type) {
    case 'Pass':
      return { ...(await visit.outcome(state, visit.input)), next: state.Next };
    case 'Succeed':
      return visit.outcome(state, visit.input);
    case 'Fail':
      return fail(visit, state);
    case 'Choice':
      return choose(visit, state);
    case 'Wait':
      return wait(visit, state);
    case 'Task':
      return runTask(visit, state);
    case 'Parallel':
      return runParallel(visit, state);
    case 'Map':
      return runMap(visit, state);
  }
}

async function fail(visit: Visit, state: FailState): Promise<never> {
  const bindings = visit.bindings();
  const read = async (value: string | undefined, field: string) =>
    value === undefined ? undefined : fillAs(value, ['string'], bindings, field);
  throw new StateError(await read(state.Error, 'Error'), await read(state.Cause, 'Cause'));
}

async function choose(visit: Visit, state: ChoiceState): Promise<Step> {
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices[${index}]/`;
    const holds = isExpression(rule.Condition)
      ? await fillAs(rule.Condition, ['boolean'], visit.bindings(), `${field}Condition`)
      : rule.Condition === true;
    if (holds) return { ...(await visit.outcome(rule, visit.input, undefined, field)), next: rule.Next };
  }
  if (state.Default !== undefined) return { output: visit.input, next: state.Default };
  throw new StateError('States.NoChoiceMatched', visit.causeOf('No choice rule matched, and there is no Default'));
}

async function wait(visit: Visit, state: WaitState): Promise<Step> {
  const { services, signal } = visit.frame;
  await sleepSeconds(await secondsToWait(visit, state), services.timeScale, signal);
  return { ...(await visit.outcome(state, visit.input)), next: state.Next };
}

async function secondsToWait(visit: Visit, state: WaitState): Promise<number> {
  if (state.Timestamp === undefined) return (await visit.wholeNumber(state.Seconds, 'Seconds', 0)) ?? 0;
  const text = await fillAs(state.Timestamp, ['string'], visit.bindings(), 'Timestamp');
  const time = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(time)) {
    throw new QueryError(
      'Timestamp',
      `The field 'Timestamp' must be an RFC 3339 time, but was ${JSON.stringify(text)}`,
    );
  }
  return (time - Date.now()) / 1000;
}

async function runParallel(visit: Visit, state: ParallelState): Promise<Step> {
  const { frame } = visit;
  const input =
    state.Arguments === undefined
      ? visit.input
      : visit.limited(await fill(state.Arguments, visit.bindings(), 'Arguments'));
  const started = visit.follow('ParallelStateStarted');
  const results: Json[] = state.Branches.map(() => null);
  const count = state.Branches.length;
  await runSiblings(count, count, frame.signal, async (index, signal) => {
    const branch = state.Branches[index];
    const place = `${visit.place}/${index}`;
    const inner = { ...frame, signal, cursor: { id: started }, variables: new Variables(frame.variables), place };
    if (branch) results[index] = await runGraph(branch, input, inner);
  }).finally(() => {
    frame.cursor.id = frame.history.lastId;
  });
  frame.history.add('ParallelStateSucceeded', frame.cursor.id);
  return { ...(await visit.outcome(state, visit.limited(results), { result: results })), next: state.Next };
}

function exited(visit: Visit, state: State, { output, assign }: Step): void {
  if (state.Type === 'Fail') return;
  const assigned = assign && {
    assignedVariables: Object.fromEntries(Object.entries(assign).map(([key, value]) => [key, JSON.stringify(value)])),
    assignedVariablesDetails: whole,
  };
  visit.follow(`${state.Type}StateExited`, {
    stateExitedEventDetails: { name: visit.name, output: JSON.stringify(output), outputDetails: whole, ...assigned },
  });
}

function aborted(visit: Visit, state: State): void {
  switch (state.Type) {
    case 'Task':
    case 'Wait':
    case 'Map':
    case 'Parallel':
      visit.follow(`${state.Type}StateAborted`);
  }
}
