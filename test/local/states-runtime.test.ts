// Does a synthesized assembly run whole on this machine: the definition that was synthesized, its functions, its rules?
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { type Fixture, removeAssemblies, writeAssembly } from './assembly-fixture.ts';

const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local-secret' };
const region = 'eu-central-1';

/** Just enough of S3 to hold what a Distributed Map reads and writes, by path. */
let objects: Map<string, string>;
let storage: Server;
let runtime: Runtime | undefined;
let client: SFNClient;
let log: string[];
let logged: (line: string) => void;

beforeEach(async () => {
  objects = new Map();
  log = [];
  logged = () => {};
  storage = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      objects.set(path, Buffer.concat(chunks).toString());
      response.end();
      return;
    }
    response.writeHead(objects.has(path) ? 200 : 404).end(objects.get(path));
  });
  storage.listen(0, '127.0.0.1');
  await once(storage, 'listening');
});

afterEach(async () => {
  client?.destroy();
  await runtime?.close();
  runtime = undefined;
  storage.close();
  removeAssemblies();
});

async function start(fixture: Fixture): Promise<Runtime> {
  const address = storage.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  runtime = await startRuntime({
    assembly: writeAssembly(fixture),
    physical: { Bucket: 'staging' },
    env: process.env,
    ...{ credentials, region, accountId: '111111111111', timeScale: 0.001 },
    s3: new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    }),
    log(line) {
      log.push(line);
      logged(line);
    },
  });
  client = new SFNClient({ endpoint: runtime.endpoint, region, credentials });
  return runtime;
}

/** Starts the machine and waits for its end. */
async function run(fixture: Fixture, input: object = {}) {
  const { stateMachines } = await start(fixture);
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn: stateMachines.Machine, input: JSON.stringify(input), name: 'run-1' }),
  );
  return ended(executionArn);
}

async function ended(executionArn: string | undefined) {
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== 'RUNNING') return described;
  }
}

const invoke = (target: string, extra: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: target, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...extra,
});

const functions = {
  Right: { code: 'exports.handler = async (event) => ({ by: "right", got: event });' },
  Wrong: { code: 'exports.handler = async () => { throw new TypeError("not this one"); };' },
};

test('runs the synthesized definition: pointing a state at another function changes the outcome', async () => {
  const one = await run({ functions, definition: { StartAt: 'Go', States: { Go: invoke('@Right') } } }, { a: 1 });
  expect(one).toMatchObject({ status: 'SUCCEEDED', output: '{"by":"right","got":{"a":1}}' });
  await runtime?.close();
  const other = await run({ functions, definition: { StartAt: 'Go', States: { Go: invoke('@Wrong') } } }, { a: 1 });
  expect(other).toMatchObject({ status: 'FAILED', error: 'TypeError' });
  expect(JSON.parse(other.cause ?? '')).toMatchObject({ errorType: 'TypeError', errorMessage: 'not this one' });
});

test('retries a function by its error type and then goes on', async () => {
  const code = `let calls = 0;
    exports.handler = async () => { calls += 1; if (calls < 3) { const e = new Error('busy'); e.name = 'Busy'; throw e; } return calls; };`;
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 2 }];
  const definition = { StartAt: 'Go', States: { Go: invoke('@Work', { Retry, End: true }) } };
  const result = await run({ functions: { Work: { code } }, definition });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: '3' });
  const history = await client.send(new GetExecutionHistoryCommand({ executionArn: result.executionArn }));
  expect(history.events?.filter(({ type }) => type === 'TaskFailed')).toHaveLength(2);
});

test('shows a function that ran into its timeout, and one that ended by itself, as AWS does', async () => {
  const Slow = { code: 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));', timeoutSeconds: 1 };
  const Exits = { code: 'exports.handler = async () => process.exit(3);' };
  const first = await run({ functions: { Slow }, definition: { StartAt: 'Go', States: { Go: invoke('@Slow') } } });
  expect(first).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
  await runtime?.close();
  const second = await run({ functions: { Exits }, definition: { StartAt: 'Go', States: { Go: invoke('@Exits') } } });
  expect(second).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
});

test('fails a state whose function answers with more than 256 KiB', async () => {
  const Large = { code: 'exports.handler = async () => "x".repeat(300000);' };
  const result = await run({ functions: { Large }, definition: { StartAt: 'Go', States: { Go: invoke('@Large') } } });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('maps over the lines of an object and writes the results beside it', async () => {
  objects.set('/staging/items.jsonl', '{"n":1}\n{"n":2}\n{"n":3}\n');
  const Double = { code: 'exports.handler = async ({ n }) => ({ n: n * 2 });' };
  const Each = {
    Type: 'Map',
    Label: 'each',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: 'staging', Key: '{% $states.input.key %}' },
    },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Double',
      States: { Double: invoke('@Double') },
    },
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'staging', Prefix: 'results' },
      WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSONL' },
    },
    Output: '{% $states.result.ResultWriterDetails.Key %}',
    End: true,
  };
  const definition = { StartAt: 'Each', States: { Each } };
  const result = await run({ functions: { Double }, definition }, { key: 'items.jsonl' });
  expect(result).toMatchObject({ status: 'SUCCEEDED' });
  const manifest = JSON.parse(objects.get(`/staging/${JSON.parse(result.output ?? '')}`) ?? '');
  const written = objects.get(`/staging/${manifest.ResultFiles.SUCCEEDED[0].Key}`);
  expect(written).toBe('{"n":2}\n{"n":4}\n{"n":6}\n');
});

const failureRule = {
  FailureRule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [{ Ref: 'Machine' }], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      Targets: [
        { Id: 'A', Arn: { 'Fn::GetAtt': ['Report', 'Arn'] }, InputPath: '$.detail' },
        {
          Id: 'B',
          Arn: { Ref: 'Topic' },
          InputTransformer: { InputPathsMap: { n: '$.detail.name' }, InputTemplate: '"run <n> failed"' },
        },
      ],
    },
  },
  Topic: { Type: 'AWS::SNS::Topic' },
};
const Report = { code: 'exports.handler = async (event) => { console.log(JSON.stringify(event)); };' };

test('tells the targets of a matching rule that an execution failed, and waits for them', async () => {
  const States = { Go: invoke('@Wrong') };
  const fixture = {
    functions: { ...functions, Report },
    definition: { StartAt: 'Go', States },
    resources: failureRule,
  };
  const reported = new Promise<string>((resolve) => {
    logged = (line) => line.startsWith('Report: ') && resolve(line.slice('Report: '.length));
  });
  const { executionArn } = await run(fixture, { a: 1 });
  await runtime?.settled();
  expect(JSON.parse(await reported)).toMatchObject({
    ...{ executionArn, name: 'run-1', status: 'FAILED', error: 'TypeError', input: '{"a":1}', output: null },
    stateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:machine',
  });
  expect(log).toContainEqual('notice to arn:aws:sns:eu-central-1:111111111111:Topic: "run run-1 failed"');
});

test('leaves the targets alone when an execution succeeded', async () => {
  const States = { Go: invoke('@Right') };
  await run({ functions: { ...functions, Report }, definition: { StartAt: 'Go', States }, resources: failureRule });
  await runtime?.settled();
  expect(log).toEqual([]);
});

test('stops a running execution at once, and its function with it', async () => {
  const Stuck = {
    code: 'exports.handler = () => { console.log(process.pid); return new Promise(() => setInterval(() => {}, 1000)); };',
  };
  const { stateMachines } = await start({
    functions: { Stuck },
    definition: { StartAt: 'Go', States: { Go: invoke('@Stuck') } },
  });
  const running = new Promise<number>((resolve) => {
    logged = (line) => resolve(Number(line.slice('Stuck: '.length)));
  });
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: stateMachines.machine }));
  const pid = await running;
  await client.send(new StopExecutionCommand({ executionArn }));
  expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED' });
  await runtime?.close();
  expect(() => process.kill(pid, 0)).toThrow();
});

test('says which machine does not run here, and starts the others', async () => {
  const guard = {
    Guard: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"x","End":true}}}' },
    },
  };
  const States = { Go: invoke('@Right') };
  const { stateMachines, refused } = await start({
    functions,
    definition: { StartAt: 'Go', States },
    resources: guard,
  });
  expect(Object.keys(stateMachines)).toEqual(['Machine', 'machine']);
  expect(refused.Guard).toContain('JSONPath');
});
