// Does RedriveExecution do here what its documentation says: run again what has failed, was stopped or never began, with the
// same input, and nothing else? No recording of a redrive on AWS was at hand.
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type States, startStates } from '../../local/states/api.ts';
import { StateError } from '../../local/states/errors.ts';
import type { Json } from '../../local/states/json.ts';

const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local' };
const region = 'eu-central-1';

let states: States;
let client: SFNClient;
/** What tasks were given, in order. */
let calls: string[];
/** Of those calls, which fail; and one that waits to be released. */
let failing: Set<string>;
let waiting: string | undefined;
let called: PromiseWithResolvers<void>;
let released: PromiseWithResolvers<void>;

const work = (what: string, next: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:eu-central-1:111111111111:function:work',
  Arguments: what,
  ...next,
});
/** A task; a map inside of the execution; a map of child executions, each of two tasks; a task that uses what was assigned. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: {
    First: work("{% 'first' %}", { Assign: { word: '{% $states.result %}' }, Next: 'Inline' }),
    Inline: {
      Type: 'Map',
      Items: [1, 2, 3],
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'In', States: { In: work("{% 'in ' & $states.input %}", { End: true }) } },
      Next: 'Children',
    },
    Children: {
      Type: 'Map',
      Label: 'c',
      Items: [1, 2, 3],
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Read',
        States: {
          Read: work("{% 'read ' & $states.input %}", { Output: '{% $states.input %}', Next: 'Copy' }),
          Copy: work("{% 'copy ' & $states.input & ' ' & $states.context.Execution.RedriveCount %}", { End: true }),
        },
      },
      Next: 'Last',
    },
    Last: work("{% 'last after ' & $word %}", { End: true }),
  },
};

beforeEach(async () => {
  calls = [];
  failing = new Set();
  waiting = undefined;
  called = Promise.withResolvers();
  released = Promise.withResolvers();
  const host = {
    async task({ payload }: { payload: Json }) {
      const what = String(payload);
      calls.push(what);
      if (what === waiting) {
        called.resolve();
        await released.promise;
      }
      if (failing.has(what)) throw new StateError('Broken', what);
      return what;
    },
    readObject: async () => Buffer.alloc(0),
    listObjects: async () => [],
    writeObject: async () => {},
  };
  states = await startStates({ host, credentials, region, accountId: '111111111111', timeScale: 0.001 });
  client = new SFNClient({ endpoint: states.endpoint, region, credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await states.close();
});

async function start(): Promise<string> {
  const stateMachineArn = states.register('m', JSON.stringify(definition));
  const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'r' }));
  return executionArn;
}

async function ended(executionArn: string) {
  for (;;) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (found.status !== 'RUNNING') return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function redrive(executionArn: string) {
  calls = [];
  await client.send(new RedriveExecutionCommand({ executionArn }));
  return ended(executionArn);
}

const mapRunOf = async (executionArn: string) => {
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  const arn = events.find(({ mapRunStartedEventDetails }) => mapRunStartedEventDetails)?.mapRunStartedEventDetails;
  return client.send(new DescribeMapRunCommand({ mapRunArn: arn?.mapRunArn }));
};

test('of the children of a map those run again that failed, from where they failed, and those that never began', async () => {
  failing.add('copy 2 0');
  const arn = await start();
  expect(await ended(arn)).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE', redriveCount: 0 });
  expect(calls).toEqual(['first', 'in 1', 'in 2', 'in 3', 'read 1', 'copy 1 0', 'read 2', 'copy 2 0']);
  const again = await redrive(arn);
  expect(again).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveStatus: 'NOT_REDRIVABLE' });
  expect(again.redriveDate).toBeInstanceOf(Date);
  // The third is a child that is new: it was not redriven itself.
  expect(calls).toEqual(['copy 2 1', 'read 3', 'copy 3 0', 'last after first']);
  const run = await mapRunOf(arn);
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    redriveCount: 1,
    itemCounts: { total: 3, succeeded: 3, failed: 0 },
  });
  const { executions = [] } = await client.send(new ListExecutionsCommand({ mapRunArn: run.mapRunArn }));
  expect(executions).toHaveLength(3);
});

test('of a map inside of the execution the iterations run again that failed, and those that never began', async () => {
  failing.add('in 2');
  const arn = await start();
  await ended(arn);
  failing.clear();
  expect(await redrive(arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(calls.slice(0, 3)).toEqual(['in 2', 'in 3', 'read 1']);
});

test('may be done again and again, and goes on each time from the last failure', async () => {
  failing = new Set(['copy 1 0', 'copy 1 1', 'last after first']);
  const arn = await start();
  expect(await ended(arn)).toMatchObject({ status: 'FAILED' });
  expect(await redrive(arn)).toMatchObject({ status: 'FAILED', redriveCount: 1 });
  expect(calls).toEqual(['copy 1 1']);
  expect(await redrive(arn)).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'last after first' });
  failing.clear();
  const last = await redrive(arn);
  expect(last).toMatchObject({ status: 'SUCCEEDED', redriveCount: 3 });
  expect(last.error).toBeUndefined();
  expect(calls).toEqual(['last after first']);
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn: arn }));
  const redriven = events.filter(({ type }) => type === 'ExecutionRedriven');
  expect(redriven.map((event) => event.executionRedrivenEventDetails?.redriveCount)).toEqual([1, 2, 3]);
});

test('tells of its end again, and is refused while it runs, after it succeeded, and for a child', async () => {
  failing.add('copy 2 0');
  let ends = 0;
  states.onExecutionEnded(() => {
    ends += 1;
  });
  waiting = 'first';
  const arn = await start();
  await called.promise;
  const refused = { name: 'ExecutionNotRedrivable' };
  await expect(client.send(new RedriveExecutionCommand({ executionArn: arn }))).rejects.toMatchObject(refused);
  released.resolve();
  await ended(arn);
  const { mapRunArn } = await mapRunOf(arn);
  const { executions = [] } = await client.send(new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED' }));
  const child = { executionArn: executions[0]?.executionArn };
  await expect(client.send(new RedriveExecutionCommand(child))).rejects.toMatchObject(refused);
  await redrive(arn);
  expect(ends).toBe(2);
  await expect(client.send(new RedriveExecutionCommand({ executionArn: arn }))).rejects.toMatchObject(refused);
});

test('goes on with what was stopped', async () => {
  waiting = 'read 2';
  const arn = await start();
  await called.promise;
  await client.send(new StopExecutionCommand({ executionArn: arn }));
  released.resolve();
  expect(await ended(arn)).toMatchObject({ status: 'ABORTED' });
  expect(await redrive(arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(calls).toEqual(['read 2', 'copy 2 1', 'read 3', 'copy 3 0', 'last after first']);
});
