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
  type PublishItem,
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

const other = (name: keyof typeof OTHER_STATES): string => name;

/** `Payload.<field>` of a step that has just run. */
const answer = <Name extends StepName>(_step: Name, field: keyof StepOutput<Name> & string): string =>
  jsonata(`$states.result.Payload.${field}`);

/** A field of the state's input, or of the map item at hand. */
const input = <Value>(field: keyof Value & string): string => jsonata(`$states.input.${field}`);
const item = <Value>(field: keyof Value & string): string => jsonata(`$states.context.Map.Item.Value.${field}`);

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

/** Builds the states of a load below `scope` and gives their chain, ready for `DefinitionBody.fromChainable`. */
export function buildWorkflow(scope: Construct, { functions, bucket }: WorkflowProps): IChainable {
  function task<Name extends StepName>(
    name: Name,
    payload: Expressions<Extract<StepInput<Name>, InRun>>,
    assign: Record<string, string> = {},
  ): LambdaInvoke {
    const definition = STEPS.find((step) => step.name === name);
    if (definition === undefined) throw new Error(`step ${name}: not in STEPS of core/pipeline.ts`);
    const state = LambdaInvoke.jsonata(scope, definition.state, {
      lambdaFunction: functions[name],
      payload: TaskInput.fromObject({ ...payload }),
      outputs: jsonata('$states.result.Payload'),
      retryOnServiceExceptions: false,
      taskTimeout: Timeout.duration(Duration.seconds(definition.timeoutSeconds + TASK_GRACE_SECONDS)),
      ...(Object.keys(assign).length > 0 ? { assign } : {}),
    });
    for (const retry of retriesOfPolicy()) state.addRetry(retry);
    return state;
  }

  const run = jsonata('$run');

  const begin = Pass.jsonata(scope, other('Begin'), { assign: { run: jsonata('$states.context.Execution.Name') } });
  const detect = task('detect', { run, input: jsonata('$states.input') });
  const discover = task('discover', { run });
  const plan = task(
    'plan',
    { run },
    {
      batches: answer('plan', 'batches'),
      batchesKey: answer('plan', 'batchesKey'),
      batchesAtOnce: answer('plan', 'batchesAtOnce'),
      partsAtOnce: answer('plan', 'partsAtOnce'),
      prepare: answer('plan', 'prepare'),
      publish: answer('plan', 'publish'),
    },
  );

  const prepareChunks = InlineMap.jsonata(scope, other('Prepare chunks'), {
    items: ProvideItems.jsonata(jsonata('$prepare')),
    maxConcurrency: PREPARE_AT_ONCE,
    itemSelector: { run, chunk: item<{ chunk: number }>('chunk') } satisfies Expressions<StepInput<'prepare'>>,
  }).itemProcessor(
    task('prepare', { run: input<StepInput<'prepare'>>('run'), chunk: input<StepInput<'prepare'>>('chunk') }),
  );

  // No failure is tolerated (Step Functions' default): a map that tolerates some has succeeded, and cannot be redriven.
  const loadBatches = DistributedMap.jsonata(scope, other('Load batches'), {
    label: MAP_LABEL,
    mapExecutionType: StateMachineType.STANDARD,
    itemReader: new S3JsonLItemReader({ bucket, key: jsonata('$batchesKey') }),
    itemSelector: {
      run,
      partsAtOnce: jsonata('$partsAtOnce'),
      batch: item<BatchItem>('batch'),
      chunk: item<BatchItem>('chunk'),
      table: item<BatchItem>('table'),
      parts: item<BatchItem>('parts'),
    } satisfies Expressions<Child>,
    jsonataMaxConcurrency: jsonata('$batchesAtOnce'),
    resultWriterV2: new ResultWriterV2({ bucket, prefix: keyOfRun(artifactKeys.mapResults) }),
  }).itemProcessor(loadBatch());

  /** A child execution of the map: it sees nothing of its parent but its own input. */
  function loadBatch(): IChainable {
    const ofChild = {
      run: input<Child>('run'),
      batch: input<Child>('batch'),
      chunk: input<Child>('chunk'),
      table: input<Child>('table'),
    };
    const readParts = InlineMap.jsonata(scope, other('Read parts'), {
      items: ProvideItems.jsonata(input<Child>('parts')),
      jsonataMaxConcurrency: input<Child>('partsAtOnce'),
      itemSelector: { ...ofChild, part: jsonata('$states.context.Map.Item.Value') },
      outputs: { ...ofChild, written: jsonata('$states.result') },
    });
    const ofPart = { ...ofChild, part: input<StepInput<'extract'>>('part') };
    readParts.itemProcessor(task('extract', { ...ofPart, attempt: jsonata(ATTEMPT) }));
    return readParts.next(task('copy', { ...ofChild, written: input<StepInput<'copy'>>('written') }));
  }

  const publishChunks = InlineMap.jsonata(scope, other('Publish chunks'), {
    items: ProvideItems.jsonata(jsonata('$publish')),
    // One after the other, in the plan's order: the first that fails keeps the later ones from becoming visible.
    maxConcurrency: 1,
    itemSelector: {
      run,
      publish: item<PublishItem>('publish'),
      first: item<PublishItem>('first'),
      last: item<PublishItem>('last'),
    } satisfies Expressions<StepInput<'publish'>>,
  }).itemProcessor(
    task('publish', {
      run: input<StepInput<'publish'>>('run'),
      publish: input<StepInput<'publish'>>('publish'),
      first: input<StepInput<'publish'>>('first'),
      last: input<StepInput<'publish'>>('last'),
    }),
  );

  publishChunks.next(task('report', { run }));
  const anyBatches = Choice.jsonata(scope, other('Any batches?'))
    .when(Condition.jsonata(jsonata('$batches > 0')), loadBatches.next(publishChunks))
    .otherwise(publishChunks);
  return begin.next(detect).next(discover).next(plan).next(prepareChunks).next(anyBatches);
}

/** What a child execution of the map starts with. */
type Child = InRun & BatchItem & Pick<StepOutput<'plan'>, 'partsAtOnce'>;
