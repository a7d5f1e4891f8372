// Can a state machine start an execution of another one and look at it, and only as far as its role's policies go?
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { removeAssemblies, writeAssembly } from './assembly-fixture.ts';

const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local-secret' };
const region = 'eu-central-1';
const accountId = '111111111111';
const OTHER = `arn:aws:states:${region}:${accountId}:stateMachine:other`;

let runtime: Runtime | undefined;
let client: SFNClient;

afterEach(async () => {
  client.destroy();
  await runtime?.close();
  runtime = undefined;
  removeAssemblies();
});

const waits = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } };
const succeeds = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };

const statement = (action: string, resource: unknown) => ({ Effect: 'Allow', Action: action, Resource: resource });
/** As the CDK writes them: a machine by Ref, its executions by its name. */
const mayStart = statement('states:StartExecution', { Ref: 'Other' });
const mayLook = statement('states:DescribeExecution', {
  'Fn::Join': ['', [`arn:aws:states:${region}:${accountId}:execution:`, { 'Fn::GetAtt': ['Other', 'Name'] }, ':*']],
});

/** Runs states of the machine `machine`, whose role has the statements, beside the machine `other`. */
async function run(States: object, statements: readonly object[], other: object = waits) {
  const assembly = writeAssembly({
    functions: {},
    definition: { StartAt: Object.keys(States)[0] ?? '', States },
    resources: {
      Other: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'other',
          DefinitionString: JSON.stringify({ QueryLanguage: 'JSONata', ...other }),
        },
      },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'MachineRole' }], PolicyDocument: { Statement: statements } },
      },
    },
  });
  runtime = await startRuntime({
    assembly,
    physical: {},
    env: process.env,
    ...{ credentials, region, accountId, timeScale: 0.001 },
    s3: new S3Client({ region, credentials }),
  });
  client = new SFNClient({ endpoint: runtime.endpoint, region, credentials });
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn: runtime.stateMachines.Machine, name: 'run-1' }),
  );
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== 'RUNNING') return described;
  }
}

const start = (extra: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution',
  Arguments: {
    StateMachineArn: OTHER,
    Name: '{% $states.context.Execution.Name %}',
    Input: { by: '{% $states.context.Execution.Id %}' },
  },
  Output: '{% $states.result.ExecutionArn %}',
  End: true,
  ...extra,
});
const look = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:sfn:describeExecution',
  Arguments: { ExecutionArn: '{% $states.input %}' },
  End: true,
};

test('starts one with a name and an input, and does not wait for its end', async () => {
  const result = await run({ Start: start() }, [mayStart]);
  expect(result).toMatchObject({ status: 'SUCCEEDED' });
  const other = await client.send(new DescribeExecutionCommand({ executionArn: JSON.parse(result.output ?? '') }));
  expect(other).toMatchObject({ name: 'run-1', stateMachineArn: OTHER, status: 'RUNNING' });
  expect(JSON.parse(other.input ?? '')).toEqual({ by: result.executionArn });
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn: result.executionArn }));
  const scheduled = events?.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails;
  expect(scheduled).toMatchObject({ resourceType: 'states', resource: 'startExecution' });
});

test('a start that is repeated while it runs is the same execution', async () => {
  const result = await run({ Start: start({ End: undefined, Next: 'Again' }), Again: start() }, [mayStart]);
  expect(result).toMatchObject({ status: 'SUCCEEDED' });
});

test('a name that has been used is refused, as the service names it', async () => {
  const states = {
    Start: start({ End: undefined, Next: 'Wait' }),
    Wait: { Type: 'Wait', Seconds: 50, Next: 'Again' },
    Again: start(),
  };
  const result = await run(states, [mayStart], succeeds);
  expect(result).toMatchObject({ status: 'FAILED', error: 'StepFunctions.ExecutionAlreadyExistsException' });
});

test('looks at one that runs, and at one that has ended', async () => {
  const states = { Start: start({ End: undefined, Next: 'Look' }), Look: look };
  const running = await run(states, [mayStart, mayLook]);
  expect(JSON.parse(running.output ?? '')).toEqual({
    ExecutionArn: expect.stringContaining(':execution:other:run-1'),
    StateMachineArn: OTHER,
    Name: 'run-1',
    Status: 'RUNNING',
    StartDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  await runtime?.close();
  const waiting = {
    Start: start({ End: undefined, Next: 'Wait' }),
    Wait: { Type: 'Wait', Seconds: 50, Next: 'Look' },
    Look: look,
  };
  const ended = await run(waiting, [mayStart, mayLook], succeeds);
  expect(JSON.parse(ended.output ?? '')).toMatchObject({
    Status: 'SUCCEEDED',
    StopDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

test.each([
  ['no policy', []],
  ['the right to another action', [statement('states:StopExecution', '*')]],
  ['the right on another machine', [statement('states:StartExecution', `${OTHER}s`)]],
])('is denied with %s', async (_name, statements) => {
  expect(await run({ Start: start() }, statements)).toMatchObject({
    status: 'FAILED',
    error: 'StepFunctions.AWSStepFunctionsException',
    cause: expect.stringMatching(
      /not authorized to perform: states:StartExecution on resource: .*:stateMachine:other$/,
    ),
  });
});

test('is denied a look at executions of another machine', async () => {
  const states = {
    Start: start({ End: undefined, Next: 'Look' }),
    Look: { ...look, Arguments: { ExecutionArn: '{% $states.context.Execution.Id %}' } },
  };
  expect(await run(states, [mayStart, mayLook])).toMatchObject({
    status: 'FAILED',
    error: 'Sfn.SfnException',
    cause: expect.stringMatching(/states:DescribeExecution/),
  });
});

test('what is not there is told by the names that the service has', async () => {
  const gone = start({ Arguments: { StateMachineArn: `${OTHER}s` } });
  expect(await run({ Start: gone }, [statement('states:StartExecution', '*')])).toMatchObject({
    error: 'StepFunctions.StateMachineDoesNotExistException',
  });
  await runtime?.close();
  const never = { ...look, Arguments: { ExecutionArn: `${OTHER.replace('stateMachine', 'execution')}:never` } };
  expect(await run({ Look: never }, [mayLook])).toMatchObject({ error: 'Sfn.ExecutionDoesNotExistException' });
});

test('a statement that is not understood stops the start', async () => {
  await expect(run({ Start: start() }, [{ ...mayStart, Effect: 'Deny' }])).rejects.toThrow(/Deny.*not understood/);
});
