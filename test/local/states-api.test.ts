// Does the unmodified SDK client work against the local Step Functions service, and is it refused where AWS refuses?
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidDefinition,
  InvalidExecutionInput,
  InvalidName,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
  TaskDoesNotExist,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type States, startStates } from '../../local/states/api.ts';
import type { Execution } from '../../local/states/execution.ts';
import type { Host, TaskCall } from '../../local/states/host.ts';

const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local+secret/key' };
const region = 'eu-central-1';
const echo = { QueryLanguage: 'JSONata', StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } };
const task = (resource: string, extra: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: resource, ...extra, End: true } },
});
const plainTask = task('arn:aws:lambda:eu-central-1:111111111111:function:work');

let states: States;
let client: SFNClient;
let runTask: (call: TaskCall) => ReturnType<Host['task']>;

const host: Host = {
  task: (call) => runTask(call),
  readObject: async () => Buffer.from('[1,2,3]'),
  listObjects: async () => [],
  writeObject: async () => {},
};

/** A task that never answers, and a promise that it was called. */
function endless(): { called: Promise<TaskCall> } {
  const called = Promise.withResolvers<TaskCall>();
  runTask = (call) => {
    called.resolve(call);
    return new Promise(() => {});
  };
  return { called: called.promise };
}

const newClient = (secretAccessKey = credentials.secretAccessKey) =>
  new SFNClient({
    endpoint: states.endpoint,
    region,
    credentials: { ...credentials, secretAccessKey },
    maxAttempts: 1,
  });

/** Registers the definition, starts it, and waits for its end. */
async function run(definition: object, input: unknown = {}): Promise<Execution> {
  const stateMachineArn = states.register(`machine-${crypto.randomUUID()}`, JSON.stringify(definition));
  const ended = Promise.withResolvers<Execution>();
  states.onExecutionEnded((execution) => {
    if (execution.identity.machineArn === stateMachineArn) ended.resolve(execution);
  });
  await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  return ended.promise;
}

beforeEach(async () => {
  runTask = async ({ payload }) => payload;
  states = await startStates({ host, credentials, region, accountId: '111111111111', timeScale: 0.001 });
  client = newClient();
});

afterEach(async () => {
  client.destroy();
  await states.close();
});

test('creates, describes and lists a state machine, and starts it', async () => {
  const definition = JSON.stringify(echo);
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name: 'echo', definition, roleArn: 'arn:aws:iam::111111111111:role/r' }),
  );
  expect(stateMachineArn).toBe('arn:aws:states:eu-central-1:111111111111:stateMachine:echo');
  expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
    ...{ definition, name: 'echo', status: 'ACTIVE', type: 'STANDARD' },
  });
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines?.map(({ name }) => name)).toEqual(['echo']);
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }));
  expect(executionArn).toBe('arn:aws:states:eu-central-1:111111111111:execution:echo:one');
});

test('describes an execution with its input, output and dates', async () => {
  const { identity } = await run(echo, { a: 1 });
  const described = await client.send(new DescribeExecutionCommand({ executionArn: identity.arn }));
  expect(described).toMatchObject({ status: 'SUCCEEDED', input: '{"a":1}', output: '{"a":1}' });
  expect(described.startDate).toBeInstanceOf(Date);
  expect(described.stopDate).toBeInstanceOf(Date);
  const machine = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn: identity.arn }));
  expect(machine.definition).toBe(JSON.stringify(echo));
});

test('refuses a definition with an unknown field, by both ways in', async () => {
  const definition = JSON.stringify({ ...echo, States: { Echo: { Type: 'Pass', End: true, InputPath: '$' } } });
  const create = new CreateStateMachineCommand({ name: 'bad', definition, roleArn: 'arn:aws:iam::1:role/r' });
  await expect(client.send(create)).rejects.toThrow(InvalidDefinition);
  const answer = await client.send(new ValidateStateMachineDefinitionCommand({ definition }));
  expect(answer.result).toBe('FAIL');
  expect(answer.diagnostics?.[0]?.message).toContain("'InputPath' is not supported at /States/Echo");
});

test('starts one execution for one name and input, and refuses the name for another input', async () => {
  endless();
  const stateMachineArn = states.register('same', JSON.stringify(plainTask));
  const start = (input: string) => client.send(new StartExecutionCommand({ stateMachineArn, name: 'once', input }));
  const first = await start('{"a":1}');
  expect(await start('{"a":1}')).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
  await expect(start('{"a":2}')).rejects.toThrow(ExecutionAlreadyExists);
  await client.send(new StopExecutionCommand({ executionArn: first.executionArn }));
  await expect(start('{"a":1}')).rejects.toThrow(ExecutionAlreadyExists);
});

test('refuses a missing machine, a missing execution, input that is not JSON, and a bad name', async () => {
  const stateMachineArn = states.register('echo', JSON.stringify(echo));
  const start = (fields: object) => client.send(new StartExecutionCommand({ stateMachineArn, ...fields }));
  await expect(start({ stateMachineArn: `${stateMachineArn}x` })).rejects.toThrow(StateMachineDoesNotExist);
  await expect(start({ input: '{' })).rejects.toThrow(InvalidExecutionInput);
  await expect(start({ name: 'a b' })).rejects.toThrow(InvalidName);
  await expect(start({ name: 'x'.repeat(81) })).rejects.toThrow(InvalidName);
  await expect(client.send(new DescribeExecutionCommand({ executionArn: 'arn:nothing' }))).rejects.toThrow(
    ExecutionDoesNotExist,
  );
});

test('takes an input of 256 KiB and refuses one byte more', async () => {
  const stateMachineArn = states.register('echo', JSON.stringify(echo));
  const ofBytes = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
  const start = (bytes: number) => client.send(new StartExecutionCommand({ stateMachineArn, input: ofBytes(bytes) }));
  await expect(start(262_144)).resolves.toHaveProperty('executionArn');
  await expect(start(262_145)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('pages the history forwards and backwards, each event once', async () => {
  const { identity } = await run(echo);
  const read = async (reverseOrder: boolean) => {
    const input = { executionArn: identity.arn, reverseOrder };
    const types: (string | undefined)[] = [];
    for await (const page of paginateGetExecutionHistory({ client, pageSize: 3 }, input)) {
      types.push(...(page.events ?? []).map(({ type }) => type));
    }
    return types;
  };
  const forwards = await read(false);
  expect(forwards).toEqual(['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded']);
  expect(await read(true)).toEqual(forwards.toReversed());
});

test('leaves the data out of the history when asked to', async () => {
  const { identity } = await run(echo, { secret: 'planted' });
  const read = async (includeExecutionData: boolean) => {
    const pages = paginateGetExecutionHistory({ client }, { executionArn: identity.arn, includeExecutionData });
    const events: unknown[] = [];
    for await (const page of pages) events.push(...(page.events ?? []));
    return JSON.stringify(events);
  };
  expect(await read(true)).toContain('planted');
  expect(await read(false)).not.toContain('planted');
});

test('lists executions newest first, by status, in pages', async () => {
  const stateMachineArn = states.register('echo', JSON.stringify(echo));
  for (const name of ['a', 'b', 'c']) {
    await client.send(new StartExecutionCommand({ stateMachineArn, name }));
  }
  const names: (string | undefined)[] = [];
  for await (const page of paginateListExecutions({ client, pageSize: 2 }, { stateMachineArn })) {
    names.push(...(page.executions ?? []).map(({ name }) => name));
  }
  expect(names).toEqual(['c', 'b', 'a']);
  const failed = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }));
  expect(failed.executions).toEqual([]);
});

test('aborts the running task when an execution is stopped', async () => {
  const { called } = endless();
  const stateMachineArn = states.register('slow', JSON.stringify(plainTask));
  const ended = new Promise((resolve) => states.onExecutionEnded(resolve));
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
  const { signal } = await called;
  await client.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'asked to' }));
  await ended;
  expect(signal.aborted).toBe(true);
  const described = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(described).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'asked to' });
});

test('counts the items and children of a map run, and gives each child its own history', async () => {
  const execution = await run({
    QueryLanguage: 'JSONata',
    StartAt: 'All',
    States: {
      All: {
        Type: 'Map',
        Label: 'all',
        Items: [1, 2, 3],
        ItemBatcher: { MaxItemsPerBatch: 2 },
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...echoGraph },
        End: true,
      },
    },
  });
  const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn: execution.identity.arn }));
  const mapRunArn = mapRuns?.[0]?.mapRunArn;
  const run1 = await client.send(new DescribeMapRunCommand({ mapRunArn }));
  expect(run1.itemCounts).toMatchObject({ total: 3, succeeded: 3, pending: 0 });
  expect(run1.executionCounts).toMatchObject({ total: 2, succeeded: 2, pending: 0 });
  const { executions } = await client.send(new ListExecutionsCommand({ mapRunArn }));
  expect(executions).toHaveLength(2);
  const child = executions?.[0]?.executionArn;
  expect(child).toMatch(/:execution:machine-[\w-]+\/all:[\w-]+$/);
  expect(await client.send(new DescribeExecutionCommand({ executionArn: child }))).toMatchObject({
    ...{ status: 'SUCCEEDED', mapRunArn },
  });
});

const echoGraph = { StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } };

test('ends a waiting task by its token, once', async () => {
  const waiting = task('arn:aws:states:::lambda:invoke.waitForTaskToken', {
    Arguments: { FunctionName: 'work', Payload: { token: '{% $states.context.Task.Token %}' } },
  });
  const { called } = endless();
  const finished = run(waiting);
  const { payload } = await called;
  const taskToken = String((payload as { token: string }).token);
  await client.send(new SendTaskHeartbeatCommand({ taskToken }));
  await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"done":true}' }));
  expect((await finished).output).toEqual({ done: true });
  await expect(client.send(new SendTaskFailureCommand({ taskToken }))).rejects.toThrow(TaskDoesNotExist);
});

test('refuses a wrong secret, an unknown key, another region, and no signature', async () => {
  const refused = async (other: SFNClient, name: string) => {
    await expect(other.send(new ListStateMachinesCommand({}))).rejects.toMatchObject({ name });
    other.destroy();
  };
  await refused(newClient('wrong'), 'InvalidSignatureException');
  const options = { endpoint: states.endpoint, maxAttempts: 1 };
  const stranger = { accessKeyId: 'SOMEBODY', secretAccessKey: 'x' };
  await refused(new SFNClient({ ...options, region, credentials: stranger }), 'UnrecognizedClientException');
  await refused(new SFNClient({ ...options, region: 'us-east-1', credentials }), 'InvalidSignatureException');
  const plain = await fetch(states.endpoint, { method: 'POST', body: '{}' });
  expect(plain.status).toBe(400);
  expect(await plain.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
});
