// Which states does a load consist of, and what does each pass to the next? A pure function from the steps' functions
// to a chain of states. JSONata throughout; payloads are typed by the contracts of core/pipeline.ts.
//
// No state catches errors: a caught state has ended, and RedriveExecution could not resume it. A failed execution is
// reported by an EventBridge rule instead (failures.ts).
import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  type IChainable,
  Map as InlineMap,
  type IStateMachine,
  Pass,
  ProvideItems,
  ResultWriterV2,
  S3JsonLItemReader,
  StateMachineType,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { type LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { artifactKeys } from '../core/artifacts.ts';
import {
  type BatchItem,
  type InRun,
  type InSnapshot,
  type OTHER_STATES,
  type RelayInput,
  type StepName,
  type StepOutput,
  TURN_SECONDS,
} from '../core/pipeline.ts';
import { type Expressions, jsonata, type Payload, RETRY_CALLS, type StepTaskProps, stepTask } from './step-task.ts';

export interface WorkflowProps {
  readonly functions: Readonly<Record<StepName, IFunction>>;
  /** The staging bucket, which holds the map's items and gets its results. */
  readonly bucket: IBucket;
  /** Keeps the source's snapshot for runs that want one. */
  readonly relay: IStateMachine;
  /** For so long when the run has stopped. */
  readonly keepSnapshot: Duration;
}

/** The map's label: the part of its children's execution ARNs that the state machine's role is scoped to. */
export const MAP_LABEL = 'load';

/**
 * How many chunks are prepared at once. A chunk is about a hundred tables of DDL over one connection, some ten seconds:
 * 10,000 tables = 100 chunks / 4 at once × 10 s = about 4 minutes, with 4 of the target's connections.
 */
const PREPARE_AT_ONCE = 4;

/** Retries of one execution attempt stay below this: 6 transient and 20 busy ones. */
const RETRIES_PER_REDRIVE = 1000;
/** As many as Step Functions allows of a map's children. */
const REDRIVES_PER_EXECUTION = 1000;

/**
 * Which try at a part, a batch or a chunk this is. A retry counts up within one attempt of the child execution and starts again at 0 when
 * the execution is redriven, so the redrives have to be part of it: else the redriven Extract would write the very
 * object that its predecessor, which Lambda lets run to its timeout, may still be writing. So have the executions by which
 * a run was resumed, which is how a laptop does it. `$sum` leaves out what does not exist: outside a redriven execution the
 * context need not have a RedriveCount.
 */
const ATTEMPT = `$sum([$states.input.resumed * ${RETRIES_PER_REDRIVE * REDRIVES_PER_EXECUTION}, $states.context.Execution.RedriveCount * ${RETRIES_PER_REDRIVE}, $states.context.State.RetryCount])`;

const RUN = jsonata('$run');
const EXECUTION = jsonata('$states.context.Execution.Id');

const other = (name: keyof typeof OTHER_STATES): string => name;

/** A field of the map item at hand, and of the state's own input. */
const item = (field: string): string => jsonata(`$states.context.Map.Item.Value.${field}`);
const input = (field: string): string => jsonata(`$states.input.${field}`);

/** The expression of a key that core/artifacts.ts builds: `'runs/' & $run & '/results'`. */
function keyOfRun(key: (run: string) => string): string {
  const [before, after] = key('RUN').split('RUN');
  return jsonata(`'${before}' & $run & '${after}'`);
}

/** What the states are made with: where they go, and how a step becomes a Task. */
interface Kit {
  readonly scope: Construct;
  readonly bucket: IBucket;
  readonly task: <Name extends StepName>(
    name: Name,
    payload: Payload<Name>,
    more?: Pick<StepTaskProps<Name>, 'assign' | 'state'>,
  ) => Task;
}

type Task = LambdaInvoke;

/** What a child execution of the map starts with. */
type Child = InRun & InSnapshot & BatchItem & Pick<StepOutput<'plan'>, 'partsAtOnce'> & { readonly resumed: number };

/** Builds the states of a load below `scope` and gives their chain, ready for `DefinitionBody.fromChainable`. */
export function buildWorkflow(scope: Construct, props: WorkflowProps): IChainable {
  const { functions, bucket, relay, keepSnapshot } = props;
  const kit: Kit = {
    scope,
    bucket,
    task: (name, payload, { assign, state } = {}) =>
      stepTask(scope, {
        name,
        function: functions[name],
        payload,
        ...(assign === undefined ? {} : { assign }),
        ...(state === undefined ? {} : { state }),
      }),
  };
  const begin = Pass.jsonata(scope, other('Begin'), {
    assign: { run: jsonata('$states.context.Execution.Name'), resumed: jsonata('$sum([$states.input.resumed])') },
  });
  const detect = kit.task(
    'detect',
    { run: RUN, input: jsonata('$states.input') },
    { assign: { snapshot: jsonata('$states.result.Payload.snapshot') } },
  );
  const publish = publishChunks(kit).next(kit.task('report', { run: RUN }));
  const release = kit.task('hold', { run: RUN, release: jsonata('true') }, { state: other('Release') }).next(publish);
  const anySnapshot = Choice.jsonata(scope, other('Any snapshot?')).when(SNAPSHOT, release).otherwise(publish);
  const anyBatches = Choice.jsonata(scope, other('Any batches?'))
    .when(Condition.jsonata(jsonata('$batches > 0')), loadBatches(kit).next(anySnapshot))
    .otherwise(anySnapshot);
  const discover = kit
    .task('discover', { run: RUN, snapshot: jsonata('$snapshot') })
    .next(plan(kit))
    .next(prepareChunks(kit))
    .next(anyBatches);
  const hold = startRelay(scope, relay, keepSnapshot).next(kit.task('hold', { run: RUN, release: jsonata('false') }));
  const oneMoment = Choice.jsonata(scope, other('One moment?')).when(SNAPSHOT, hold.next(discover)).otherwise(discover);
  return begin.next(detect).next(oneMoment);
}

const SNAPSHOT = Condition.jsonata(jsonata('$snapshot'));

/** Named as the run: a start whose answer was lost is the same start when it is tried again. */
function startRelay(scope: Construct, relay: IStateMachine, keepSnapshot: Duration): StepFunctionsStartExecution {
  const start = StepFunctionsStartExecution.jsonata(scope, other('Start relay'), {
    stateMachine: relay,
    name: RUN,
    input: TaskInput.fromObject({
      run: RUN,
      turnSeconds: TURN_SECONDS,
      keepSeconds: keepSnapshot.toSeconds(),
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: jsonata('$states.context.Execution.Id'),
    } satisfies Record<keyof RelayInput, unknown>),
  });
  start.addRetry(RETRY_CALLS);
  return start;
}

/** The plan's answer is kept in variables: it says how everything after it is done. */
function plan({ task }: Kit): Task {
  const answer = (field: keyof StepOutput<'plan'>): string => jsonata(`$states.result.Payload.${field}`);
  return task(
    'plan',
    { run: RUN },
    {
      assign: {
        batches: answer('batches'),
        batchesKey: answer('batchesKey'),
        batchesAtOnce: answer('batchesAtOnce'),
        partsAtOnce: answer('partsAtOnce'),
        prepare: answer('prepare'),
        publish: answer('publish'),
      },
    },
  );
}

function prepareChunks({ scope, task }: Kit): InlineMap {
  return InlineMap.jsonata(scope, other('Prepare chunks'), {
    items: ProvideItems.jsonata(jsonata('$prepare')),
    maxConcurrency: PREPARE_AT_ONCE,
    itemSelector: { run: RUN, chunk: item('chunk'), resumed: jsonata('$resumed') },
  }).itemProcessor(
    task('prepare', {
      run: input('run'),
      chunk: input('chunk'),
      execution: EXECUTION,
      resumed: input('resumed'),
      attempt: jsonata(ATTEMPT),
    }),
  );
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
      snapshot: jsonata('$snapshot'),
      partsAtOnce: jsonata('$partsAtOnce'),
      resumed: jsonata('$resumed'),
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
    itemSelector: {
      ...item,
      snapshot: input('snapshot'),
      resumed: input('resumed'),
      parts: jsonata('$states.context.Map.Item.Value.parts'),
    },
    outputs: { ...item, resumed: input('resumed'), reads: jsonata('$states.result') },
  });
  readParts.itemProcessor(
    task('extract', { ...item, snapshot: input('snapshot'), parts: input('parts'), attempt: jsonata(ATTEMPT) }),
  );
  return readParts.next(task('copy', { ...item, reads: input('reads'), attempt: jsonata(ATTEMPT) }));
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
      resumed: jsonata('$resumed'),
    },
  }).itemProcessor(
    task('publish', {
      run: input('run'),
      publish: input('publish'),
      first: input('first'),
      last: input('last'),
      attempt: jsonata(ATTEMPT),
    }),
  );
}
