// How does a DISTRIBUTED Map run: every item or batch as a child execution with a history and variables of its own.
import { randomUUID } from 'node:crypto';
import type { Child, ChildInput } from './child.ts';
import { isDistributed, type MapState } from './definition.ts';
import { StateError } from './errors.ts';
import { fillAs } from './expressions.ts';
import { childInputs } from './item-batcher.ts';
import { prepareReader } from './item-reader.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { runInlineMap, selectItem } from './map-inline.ts';
import { MapRun, type MapRunLimits } from './map-run.ts';
import { metadata, writeResults } from './result-writer.ts';
import { runSiblings } from './siblings.ts';
import type { Step, Visit } from './visit.ts';

/** What the service runs side by side when the definition sets no limit. */
const MAX_DISTRIBUTED_CONCURRENCY = 10_000;

interface Prepared {
  items: () => Promise<Json[]>;
  limits: MapRunLimits;
  writerArguments: JsonObject | undefined;
}

/** Runs one attempt of a Map. */
export const runMap = (visit: Visit, state: MapState): Promise<Step> =>
  isDistributed(state) ? runDistributedMap(visit, state) : runInlineMap(visit, state);

async function runDistributedMap(visit: Visit, state: MapState): Promise<Step> {
  const prepared = await prepare(visit, state);
  const { frame } = visit;
  const run = openMapRun(visit, state, prepared.limits);
  const result = await runChildren(visit, state, run, prepared).catch((error: unknown) => {
    run.end(frame.signal.aborted ? 'ABORTED' : 'FAILED');
    if (error instanceof StateError && !frame.signal.aborted) mapRunFailed(visit, error);
    throw error;
  });
  run.end('SUCCEEDED');
  const succeeded = frame.history.add('MapRunSucceeded', frame.cursor.id);
  frame.history.add('MapStateSucceeded', succeeded);
  return { ...(await visit.outcome(state, visit.limited(result), { result })), next: state.Next };
}

/** A run of its own; or, in an execution that is redriven, the one that has not succeeded. */
function openMapRun(visit: Visit, state: MapState, limits: MapRunLimits): MapRun {
  const { frame, place } = visit;
  visit.follow('MapStateStarted', { mapStateStartedEventDetails: { length: 0 } });
  const earlier = frame.done.run(place)?.run;
  if (earlier !== undefined) {
    earlier.redrive();
    const details = { mapRunArn: earlier.arn, redriveCount: earlier.redriveCount };
    visit.follow('MapRunRedriven', { mapRunRedrivenEventDetails: details });
    return earlier;
  }
  const run = newMapRun(visit, state, limits);
  visit.follow('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });
  frame.addMapRun(run);
  return run;
}

async function prepare(visit: Visit, state: MapState): Promise<Prepared> {
  const writer = state.ResultWriter?.Arguments;
  const percentage =
    state.ToleratedFailurePercentage === undefined
      ? 0
      : await fillAs(state.ToleratedFailurePercentage, ['number'], visit.bindings(), 'ToleratedFailurePercentage');
  return {
    items: state.ItemReader ? await prepareReader(visit, state.ItemReader) : await givenItems(visit, state),
    limits: {
      maxConcurrency: (await visit.wholeNumber(state.MaxConcurrency, 'MaxConcurrency', 0)) ?? 0,
      toleratedFailureCount: (await visit.wholeNumber(state.ToleratedFailureCount, 'ToleratedFailureCount', 0)) ?? 0,
      toleratedFailurePercentage: percentage,
    },
    writerArguments:
      writer === undefined ? undefined : await fillAs(writer, ['object'], visit.bindings(), 'ResultWriter/Arguments'),
  };
}

async function givenItems(visit: Visit, state: MapState): Promise<() => Promise<Json[]>> {
  const items = await fillAs(state.Items ?? visit.input, ['array', 'object'], visit.bindings(), 'Items');
  const list = isObject(items) ? Object.entries(items).map(([Key, Value]) => ({ Key, Value })) : items;
  return async () => list;
}

function newMapRun({ frame, name }: Visit, state: MapState, limits: MapRunLimits): MapRun {
  const { arn, machineArn } = frame.identity;
  // Without a Label the service makes one up; a label holds at most 40 plain characters.
  const label = state.Label ?? name.replaceAll(/[^\w-]/g, '').slice(0, 40);
  const prefix = `${machineArn.replace(':stateMachine:', ':mapRun:')}/${label}`;
  return new MapRun(`${prefix}:${randomUUID()}`, arn, `${machineArn}/${label}`, limits);
}

/** Gives the state's result: the children's outputs, or where the ResultWriter put them. */
async function runChildren(visit: Visit, state: MapState, run: MapRun, prepared: Prepared): Promise<Json> {
  const { frame } = visit;
  // The items of a run that is redriven are those that it began with.
  const inputs = frame.done.run(visit.place)?.inputs ?? (await plan(visit, state, await prepared.items()));
  frame.done.keepRun(visit.place, { run, inputs });
  run.plan(inputs);
  const write = async () =>
    state.ResultWriter && prepared.writerArguments
      ? writeResults(frame.services.host, run, state.ResultWriter, prepared.writerArguments)
      : undefined;
  const width = run.limits.maxConcurrency || MAX_DISTRIBUTED_CONCURRENCY;
  try {
    await runSiblings(inputs.length, width, frame.signal, (index, signal) =>
      runChild(visit, state, run, index, inputs[index]?.input ?? null, signal),
    );
  } catch (error) {
    // A failed run writes its results too: they are what a repair starts from.
    if (!frame.signal.aborted) await write();
    throw error;
  }
  return (await write()) ?? outputs(run, state);
}

async function plan(visit: Visit, state: MapState, items: readonly Json[]): Promise<ChildInput[]> {
  const selected: Json[] = [];
  for (const [index, item] of items.entries()) {
    const context = { ...visit.context, Map: { Item: { Index: index, Value: item } } };
    selected.push(await selectItem(visit, state, item, context));
  }
  const inputs = await childInputs(visit, selected, state.ItemBatcher);
  for (const { input } of inputs) visit.limited(input);
  return inputs;
}

async function runChild(
  visit: Visit,
  state: MapState,
  run: MapRun,
  index: number,
  input: Json,
  signal: AbortSignal,
): Promise<void> {
  const child = run.child(index) ?? startChild(visit, state, run, input);
  if (child.status === 'SUCCEEDED') return;
  if (child.status !== 'RUNNING') child.redrive();
  run.start(index, child);
  const stop = () => child.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  await child.ended;
  signal.removeEventListener('abort', stop);
  run.ended(index);
  if (run.exceeded) {
    throw new StateError(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    );
  }
}

function startChild(visit: Visit, state: MapState, run: MapRun, input: Json): Child {
  const { identity } = visit.frame;
  const { StartAt, States } = state.ItemProcessor;
  const name = randomUUID();
  const machineName = run.machineArn.slice(run.machineArn.indexOf(':stateMachine:') + ':stateMachine:'.length);
  return visit.frame.startChild({ QueryLanguage: 'JSONata', StartAt, States }, input, {
    arn: `${run.machineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    name,
    machineArn: run.machineArn,
    machineName,
    roleArn: identity.roleArn,
    mapRunArn: run.arn,
  });
}

function outputs(run: MapRun, state: MapState): Json[] {
  const done = run.children.filter((child) => child.status === 'SUCCEEDED');
  if (state.ResultWriter?.WriterConfig?.Transformation === 'NONE') return done.map(metadata);
  return done.map((child) => child.output ?? null);
}

function mapRunFailed(visit: Visit, { error, cause }: StateError): void {
  visit.follow('MapRunFailed', {
    mapRunFailedEventDetails: { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) },
  });
}
