// Is the state machine what core/pipeline.ts and the error policy say, and may its role do what that takes?
import validate from 'asl-validator';
import { expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { kindsOf, PLATFORM_ERRORS, RETRIES } from '../../core/errors.ts';
import { STEPS } from '../../core/pipeline.ts';
import { allStates, definitionOf, one, statementsOf, synthesized } from './synthesized.ts';

const template = synthesized();
const { text, definition } = definitionOf(template, 'PgshiftLoad');
const states = Object.fromEntries(allStates(definition));
const mine = STEPS.filter((step) => step.machine === 'load');
const bucket = Object.keys(template.resources).find(
  (id) => id.startsWith('PgshiftStagingBucket') && !id.includes('Policy'),
);

const jsonata = (expression: string): string => `{% ${expression} %}`;

/** What asl-validator says of a copy: it writes into what it is given. */
const problems = (machine: object): readonly unknown[] =>
  validate(structuredClone(machine), { checkArn: false }).errors;

test('the definition is valid Amazon States Language', () => {
  expect(problems(definition)).toEqual([]);
});

test('the validator would notice', () => {
  expect(problems({ ...definition, StartAt: 'Nowhere' })).not.toEqual([]);
});

test('everything is JSONata', () => {
  expect(definition.QueryLanguage).toBe('JSONata');
  expect(text).not.toMatch(/"(Parameters|ResultPath|ResultSelector|InputPath|OutputPath|ItemsPath)"|"[^"]+\.\$":/);
});

test('no state catches: a caught failure could not be redriven', () => {
  expect(allStates(definition).filter(([, state]) => 'Catch' in state)).toEqual([]);
});

test('every task retries exactly as the error policy says', () => {
  const expected = (['transient', 'busy'] as const).map((retry) => ({
    ErrorEquals: [...kindsOf(retry), ...PLATFORM_ERRORS[retry]],
    IntervalSeconds: RETRIES[retry].firstSeconds,
    BackoffRate: RETRIES[retry].rate,
    MaxAttempts: RETRIES[retry].attempts,
    MaxDelaySeconds: RETRIES[retry].mostSeconds,
    JitterStrategy: 'FULL',
  }));
  for (const state of [...mine.map((step) => step.state), 'Release'])
    expect(states[state]?.Retry, state).toEqual(expected);
});

test('every task waits a little longer than its function may take, and gives on the answer alone', () => {
  for (const { state, timeoutSeconds } of mine) {
    expect(states[state]).toMatchObject({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      TimeoutSeconds: timeoutSeconds + 60,
      Output: jsonata('$states.result.Payload'),
    });
    expect(states[state]?.Arguments?.FunctionName).toMatch(new RegExp(`^<Pgshift${state}Function\\w+\\.Arn>$`));
  }
});

test('batches are a distributed map over the lines of batches.jsonl, its results beside them', () => {
  const { ItemProcessor, ...map } = states['Load batches'] ?? {};
  expect(map).toEqual({
    Type: 'Map',
    Label: 'load',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: `<${bucket}>`, Key: jsonata('$batchesKey') },
    },
    ItemSelector: {
      run: jsonata('$run'),
      snapshot: jsonata('$snapshot'),
      partsAtOnce: jsonata('$partsAtOnce'),
      resumed: jsonata('$resumed'),
      chunk: jsonata('$states.context.Map.Item.Value.chunk'),
      reads: jsonata('$states.context.Map.Item.Value.reads'),
    },
    MaxConcurrency: jsonata('$batchesAtOnce'),
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: `<${bucket}>`, Prefix: jsonata("'runs/' & $run & '/results'") },
    },
    Next: 'Any snapshot?',
  });
  expect(ItemProcessor?.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
  expect(artifactKeys.mapResults('night')).toBe('runs/night/results');
});

test('what is read of an item is an inline map, as many at once as the plan says', () => {
  expect(states['Read parts']).toMatchObject({
    Items: jsonata('$states.input.reads'),
    MaxConcurrency: jsonata('$states.input.partsAtOnce'),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' } },
  });
});

test('publishing is one transaction after the other', () => {
  expect(states['Publish chunks']).toMatchObject({ Items: jsonata('$publish'), MaxConcurrency: 1 });
});

test('the log has every event and no data, and executions are traced', () => {
  const { LoggingConfiguration, TracingConfiguration, StateMachineType } = one(
    template,
    'AWS::StepFunctions::StateMachine',
    'PgshiftLoad',
  ).Properties;
  expect(LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
  expect(TracingConfiguration).toEqual({ Enabled: true });
  expect(StateMachineType).toBe('STANDARD');
  const { LogGroupName, RetentionInDays } = one(template, 'AWS::Logs::LogGroup', 'PgshiftLoadLogs').Properties;
  expect(LogGroupName).toMatch(/^\/aws\/vendedlogs\/states\/PgshiftLoad\w+-/);
  expect(RetentionInDays).toBe(30);
});

test('the role may write its log before the machine is created', () => {
  const machine = one(template, 'AWS::StepFunctions::StateMachine', 'PgshiftLoad');
  const first = machine.DependsOn?.map((id) => template.resources[id]).filter(
    ({ Type } = { Type: '', Properties: {} }) => Type === 'AWS::IAM::Policy',
  );
  expect(JSON.stringify(first)).toContain('logs:CreateLogDelivery');
});

test('the role may call the steps, read batches, write results, run its own children and start the relay', () => {
  const functions = mine.map(({ state }) => states[state]?.Arguments?.FunctionName).sort();
  const relay = Object.keys(template.resources).find((id) => id.startsWith('PgshiftRelayStateMachine'));
  const machine = Object.keys(template.resources).find((id) => id.startsWith('PgshiftLoadStateMachine'));
  const execution = `arn:aws:states:<AWS::Region>:<AWS::AccountId>:execution:<${machine}.Name>`;
  const statements = statementsOf(template, 'PgshiftLoadRole').filter(({ Resource }) => !Resource.includes('*'));
  expect(statements).toEqual([
    { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: functions },
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`<${bucket}.Arn>/runs/*/batches.jsonl`] },
    {
      Effect: 'Allow',
      Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
      Resource: [`<${bucket}.Arn>/runs/*/results/*`],
    },
    { Effect: 'Allow', Action: ['states:StartExecution'], Resource: [`<${machine}>`, `<${relay}>`] },
    { Effect: 'Allow', Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: [`${execution}:*`] },
    { Effect: 'Allow', Action: ['states:RedriveExecution'], Resource: [`${execution}/load:*`] },
  ]);
});

test('the outputs say what is needed to start a run', () => {
  const machine = Object.keys(template.resources).find((id) => id.startsWith('PgshiftLoadStateMachine'));
  expect(template.outputs).toMatchObject({
    StateMachineArn: { Value: `<${machine}>` },
    BucketName: { Value: `<${bucket}>` },
    FailureTopicArn: { Value: expect.stringMatching(/^<PgshiftFailuresTopic\w+>$/) },
    StartCommand: {
      Value: `aws stepfunctions start-execution --state-machine-arn <${machine}> --input '{"commandKey":"commands/NAME.load"}'`,
    },
  });
});
