// Which states does a load consist of, and what does each pass to the next? A pure function from the steps' functions
// to a chain of states. JSONata throughout; payloads are typed by the contracts of core/pipeline.ts.
//
// No state catches errors: a caught state has ended, and RedriveExecution could not resume it. A failed execution is
// reported by an EventBridge rule instead (failures.ts).
import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  type IChainable,
  Map as InlineMap,
  JitterType,
  Pass,
  ProvideItems,
  ResultWriterV2,
  type RetryProps,
  S3JsonLItemReader,
  StateMachineType,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { artifactKeys } from '../core/artifacts.ts';
import { kindsOf, PLATFORM_ERRORS, RETRIES } from '../core/errors.ts';
import {
  type BatchItem,
  type InRun,
  type OTHER_STATES,
  STEPS,
  type StepInput,
  type StepName,
  type StepOutput,
} from '../core/pipeline.ts';

export interface WorkflowProps {
  readonly functions: Readonly<Record<StepName, IFunction>>;
  /** The staging bucket, which holds the map's items and gets its results. */
  readonly bucket: IBucket;
}

/** The map's label: the part of its children's execution ARNs that the state machine's role is scoped to. */
export const MAP_LABEL = 'load';

/** One JSONata expression for each field of a value; nothing more and nothing less. */
type Expressions<Value> = { readonly [Field in keyof Value]-?: string };

/** How much longer than its function a Task waits: a cold start in a VPC and the answer's way back. */
const TASK_GRACE_SECONDS = 60;

/**
 * How many chunks are prepared at once. A chunk is about a hundred tables of DDL over one connection, some ten seconds:
 * 10,000 tables = 100 chunks / 4 at once × 10 s = about 4 minutes, with 4 of the target's connections.
 */
const PREPARE_AT_ONCE = 4;

/** Retries of one execution attempt stay below this: 6 transient and 20 busy ones. */
const RETRIES_PER_REDRIVE = 1000;

/**
 * Which try at a part this is. A retry counts up within one attempt of the child execution and starts again at 0 when
 * the execution is redriven, so the redrives have to be part of it: else the redriven Extract would write the very
 * object that its predecessor, which Lambda lets run to its timeout, may still be writing. `$sum` leaves out what does
 * not exist: outside a redriven execution the context need not have a RedriveCount.
 */
const ATTEMPT = `$sum([$states.context.Execution.RedriveCount * ${RETRIES_PER_REDRIVE}, $states.context.State.RetryCount])`;

const jsonata = (expression: string): string => `{% ${expression} %}`;

const RUN = jsonata('$run');

const other = (name: keyof typeof OTHER_STATES): string => name;

/** A field of the map item at hand, and of the state's own input. */
const item = (field: string): string => jsonata(`$states.context.Map.Item.Value.${field}`);
const input = (field: string): string => jsonata(`$states.input.${field}`);

/** The expression of a key that core/artifacts.ts builds: `'runs/' & $run & '/results'`. */
function keyOfRun(key: (run: string) => string): string {
  const [before, after] = key('RUN').split('RUN');
  return jsonata(`'${before}' & $run & '${after}'`);
}

/** The error policy as Step Functions writes it: one Retry per class that is retried. */
export function retriesOfPolicy(): RetryProps[] {
  return (['transient', 'busy'] as const).map((retry) => ({
    errors: [...kindsOf(retry), ...PLATFORM_ERRORS[retry]],
    interval: Duration.seconds(RETRIES[retry].firstSeconds),
    backoffRate: RETRIES[retry].rate,
    maxAttempts: RETRIES[retry].attempts,
    maxDelay: Duration.seconds(RETRIES[retry].mostSeconds),
    jitterStrategy: JitterType.FULL,
  }));
}

/** What the states are made with: where they go, and how a step becomes a Task. */
interface Kit {
  readonly scope: Construct;
  readonly bucket: IBucket;
  readonly task: <Name extends StepName>(name: Name, payload: Payload<Name>, assign?: Record<string, string>) => Task;
}

type Task = LambdaInvoke;

/** What a Task hands to its function: an expression for each field of the step's input, of which all begin with the run. */
type Payload<Name extends StepName> = Expressions<Extract<StepInput<Name>, InRun>>;

/** What a child execution of the map starts with. */
type Child = InRun & BatchItem & Pick<StepOutput<'plan'>, 'partsAtOnce'>;

/** Builds the states of a load below `scope` and gives their chain, ready for `DefinitionBody.fromChainable`. */
export function buildWorkflow(scope: Construct, { functions, bucket }: WorkflowProps): IChainable {
  const kit: Kit = {
    scope,
    bucket,
    task: (name, payload, assign = {}) => stepTask(scope, name, functions[name], payload, assign),
  };
  const begin = Pass.jsonata(scope, other('Begin'), { assign: { run: jsonata('$states.context.Execution.Name') } });
  const detect = kit.task('detect', { run: RUN, input: jsonata('$states.input') });
  const discover = kit.task('discover', { run: RUN });
  const publish = publishChunks(kit).next(kit.task('report', { run: RUN }));
  const anyBatches = Choice.jsonata(scope, other('Any batches?'))
    .when(Condition.jsonata(jsonata('$batches > 0')), loadBatches(kit).next(publish))
    .otherwise(publish);
  return begin.next(detect).next(discover).next(plan(kit)).next(prepareChunks(kit)).next(anyBatches);
}

function stepTask<Name extends StepName>(
  scope: Construct,
  name: Name,
  lambdaFunction: IFunction,
  payload: Payload<Name>,
  assign: Record<string, string>,
): Task {
  const definition = STEPS.find((step) => step.name === name);
  if (definition === undefined) throw new Error(`step ${name}: not in STEPS of core/pipeline.ts`);
  const task = LambdaInvoke.jsonata(scope, definition.state, {
    lambdaFunction,
    payload: TaskInput.fromObject({ ...payload }),
    outputs: jsonata('$states.result.Payload'),
    // The construct's own retries; ours are the policy's.
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(Duration.seconds(definition.timeoutSeconds + TASK_GRACE_SECONDS)),
    ...(Object.keys(assign).length > 0 ? { assign } : {}),
  });
  for (const retry of retriesOfPolicy()) task.addRetry(retry);
  return task;
}

/** The plan's answer is kept in variables: it says how everything after it is done. */
function plan({ task }: Kit): Task {
  const answer = (field: keyof StepOutput<'plan'>): string => jsonata(`$states.result.Payload.${field}`);
  return task(
    'plan',
    { run: RUN },
    {
      batches: answer('batches'),
      batchesKey: answer('batchesKey'),
      batchesAtOnce: answer('batchesAtOnce'),
      partsAtOnce: answer('partsAtOnce'),
      prepare: answer('prepare'),
      publish: answer('publish'),
    },
  );
}

function prepareChunks({ scope, task }: Kit): InlineMap {
  return InlineMap.jsonata(scope, other('Prepare chunks'), {
    items: ProvideItems.jsonata(jsonata('$prepare')),
    maxConcurrency: PREPARE_AT_ONCE,
    itemSelector: { run: RUN, chunk: item('chunk') } satisfies Payload<'prepare'>,
  }).itemProcessor(task('prepare', { run: input('run'), chunk: input('chunk') }));
}

/** No failure is tolerated (Step Functions' default): a map that tolerates some has succeeded, and is never redriven. */
function loadBatches(kit: Kit): DistributedMap {
  const { scope, bucket } = kit;
  return DistributedMap.jsonata(scope, other('Load batches'), {
    label: MAP_LABEL,
    mapExecutionType: StateMachineType.STANDARD,
    itemReader: new S3JsonLItemReader({ bucket, key: jsonata('$batchesKey') }),
    itemSelector: {
      run: RUN,
      partsAtOnce: jsonata('$partsAtOnce'),
      chunk: item('chunk'),
      reads: item('reads'),
    } satisfies Expressions<Child>,
    jsonataMaxConcurrency: jsonata('$batchesAtOnce'),
    resultWriterV2: new ResultWriterV2({ bucket, prefix: keyOfRun(artifactKeys.mapResults) }),
  }).itemProcessor(loadBatch(kit));
}

/** A child execution of the map: it sees nothing of its parent but its own input. */
function loadBatch({ scope, task }: Kit): IChainable {
  const item = { run: input('run'), chunk: input('chunk') };
  const readParts = InlineMap.jsonata(scope, other('Read parts'), {
    items: ProvideItems.jsonata(input('reads')),
    jsonataMaxConcurrency: input('partsAtOnce'),
    itemSelector: { ...item, parts: jsonata('$states.context.Map.Item.Value.parts') },
    outputs: { ...item, reads: jsonata('$states.result') } satisfies Payload<'copy'>,
  });
  readParts.itemProcessor(task('extract', { ...item, parts: input('parts'), attempt: jsonata(ATTEMPT) }));
  return readParts.next(task('copy', { ...item, reads: input('reads') }));
}

/** One after the other, in the plan's order: the first that fails keeps the later ones from becoming visible. */
function publishChunks({ scope, task }: Kit): InlineMap {
  return InlineMap.jsonata(scope, other('Publish chunks'), {
    items: ProvideItems.jsonata(jsonata('$publish')),
    maxConcurrency: 1,
    itemSelector: {
      run: RUN,
      publish: item('publish'),
      first: item('first'),
      last: item('last'),
    } satisfies Payload<'publish'>,
  }).itemProcessor(
    task('publish', { run: input('run'), publish: input('publish'), first: input('first'), last: input('last') }),
  );
}
