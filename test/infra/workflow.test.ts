// Run as a whole with functions that only take note: does the machine give each step exactly its contract's input, in
// the right order, and retry as the policy says? The interpreter is the laptop's; the definition is the synthesized one.
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import jsonata from 'jsonata';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { kindsOf } from '../../core/errors.ts';
import { type BatchItem, type PartAddress, STEPS, type StepName, type StepOutput } from '../../core/pipeline.ts';
import { type States, startStates } from '../../local/states/api.ts';
import { StateError } from '../../local/states/errors.ts';
import type { Execution } from '../../local/states/execution.ts';
import type { Host } from '../../local/states/host.ts';
import { allStates, definitionOf, SCHEDULE, synthesized } from './synthesized.ts';

const RUN = 'night';
const part = (batch: number, table: number, number: number): PartAddress => ({ batch, table, part: number });
/** A batch of two parts, then those of two small tables. */
const BATCHES: BatchItem[] = [
  { chunk: 0, reads: [{ parts: [part(0, 0, 0)] }, { parts: [part(0, 0, 1)] }] },
  { chunk: 1, reads: [{ parts: [part(1, 1, 0), part(2, 2, 0)] }] },
];
const PLAN: StepOutput<'plan'> = {
  tables: 2,
  batches: 3,
  batchesKey: artifactKeys.batches(RUN),
  batchesAtOnce: 1,
  partsAtOnce: 1,
  prepare: [{ chunk: 0 }, { chunk: 1 }],
  publish: [{ publish: 0, first: 0, last: 1 }],
};
const written = (parts: readonly PartAddress[]): StepOutput<'extract'> => ({
  written: parts.map((address) => ({
    ...address,
    rows: 1,
    bytes: 2,
    csvBytes: 3,
    key: `part-${address.batch}-${address.part}`,
    startedAt: 4,
    endedAt: 5,
  })),
});

const template = synthesized();
const { text: definition, definition: machine } = definitionOf(template, 'PgshiftLoad');
const relay = definitionOf(template, 'PgshiftRelay').text;
const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';
/** The only one that its role may start. */
const relayArn = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:relay`;
const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local' };

let states: States;
let client: SFNClient;
let calls: [step: string, payload: unknown][];
/** What the relay's holders were given. */
let kept: unknown[];
let answers: { [Name in StepName]: (payload: Record<string, unknown>) => StepOutput<Name> };
let objects: Map<string, Buffer>;

const host: Host = {
  async task({ state, payload }) {
    if (/ holds$/.test(state)) kept.push(payload);
    else calls.push([state, payload]);
    const name = / holds$/.test(state) ? 'keep' : state === 'Release' ? 'hold' : undefined;
    const step = STEPS.find((each) => each.state === state || each.name === name);
    if (step === undefined) throw new Error(`${state} is no step`);
    return JSON.parse(JSON.stringify(answers[step.name](payload as Record<string, unknown>)));
  },
  async readObject(_bucket, key) {
    return objects.get(key) ?? Buffer.alloc(0);
  },
  async listObjects() {
    return [];
  },
  async writeObject(_bucket, key, body) {
    objects.set(key, body);
  },
};

beforeEach(async () => {
  calls = [];
  kept = [];
  objects = new Map([[PLAN.batchesKey, Buffer.from(BATCHES.map((batch) => `${JSON.stringify(batch)}\n`).join(''))]]);
  answers = {
    detect: () => ({ source: 'postgresql', target: 'redshift', snapshot: true }),
    hold: ({ release }) => ({ takenAt: release ? null : 1 }),
    keep: () => ({ over: true }),
    discover: () => ({ tables: 2 }),
    plan: () => PLAN,
    prepare: () => ({ tables: 1 }),
    extract: ({ parts }) => written(parts as PartAddress[]),
    copy: () => ({ batches: 1, rows: 1 }),
    publish: () => ({ tables: 2 }),
    report: () => ({ outcome: 'succeeded', rows: 3, rejected: 0, reportKey: artifactKeys.reportJson(RUN) }),
  };
  states = await startStates({
    host,
    credentials,
    region: REGION,
    accountId: ACCOUNT,
    timeScale: 0.0001,
  });
  client = new SFNClient({ endpoint: states.endpoint, region: REGION, credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await states.close();
});

async function run(input: object = { command: 'LOAD …' }): Promise<Execution> {
  const allows = (action: string, resource: string) => action === 'states:StartExecution' && resource === relayArn;
  const stateMachineArn = states.register(
    'load',
    definition.replace(/<PgshiftRelayStateMachine\w+>/, relayArn),
    allows,
  );
  states.register('relay', relay);
  const ended = Promise.withResolvers<Execution>();
  states.onExecutionEnded((execution) => {
    if (execution.identity.machineArn === stateMachineArn) ended.resolve(execution);
  });
  await client.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input: JSON.stringify(input) }));
  return await ended.promise;
}

const payloadsOf = (step: string): unknown[] => calls.filter(([name]) => name === step).map(([, payload]) => payload);

test('each step gets its contract’s input, in order', async () => {
  const execution = (await run()).identity.arn;
  expect(execution).toBe(`arn:aws:states:eu-central-1:111111111111:execution:load:${RUN}`);
  expect(calls).toEqual([
    ['Detect', { run: RUN, input: { command: 'LOAD …' } }],
    ['Hold', { run: RUN, release: false }],
    ['Discover', { run: RUN, snapshot: true }],
    ['Plan', { run: RUN }],
    ['Prepare', { run: RUN, chunk: 0, execution, resumed: 0, attempt: 0 }],
    ['Prepare', { run: RUN, chunk: 1, execution, resumed: 0, attempt: 0 }],
    ['Extract', { run: RUN, snapshot: true, chunk: 0, parts: [part(0, 0, 0)], attempt: 0 }],
    ['Extract', { run: RUN, snapshot: true, chunk: 0, parts: [part(0, 0, 1)], attempt: 0 }],
    ['Copy', { run: RUN, chunk: 0, reads: [written([part(0, 0, 0)]), written([part(0, 0, 1)])], attempt: 0 }],
    ['Extract', { run: RUN, snapshot: true, chunk: 1, parts: [part(1, 1, 0), part(2, 2, 0)], attempt: 0 }],
    ['Copy', { run: RUN, chunk: 1, reads: [written([part(1, 1, 0), part(2, 2, 0)])], attempt: 0 }],
    ['Release', { run: RUN, release: true }],
    ['Publish', { run: RUN, publish: 0, first: 0, last: 1, attempt: 0 }],
    ['Report', { run: RUN }],
  ]);
});

test('a run without a snapshot starts no relay and releases nothing', async () => {
  answers.detect = () => ({ source: 'postgresql', target: 'redshift', snapshot: false });
  await run();
  expect(calls.map(([step]) => step)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Hold|Release/)]));
  expect(payloadsOf('Discover')).toEqual([{ run: RUN, snapshot: false }]);
  expect(kept).toEqual([]);
});

test('the relay has two holders, and the second’s first turn is half as long', async () => {
  await run();
  expect(kept).toHaveLength(2);
  expect(kept).toEqual(
    expect.arrayContaining([
      { run: RUN, holder: 'first', take: true, seconds: 840, until: 0 },
      { run: RUN, holder: 'second', take: false, seconds: 420, until: 0 },
    ]),
  );
});

test("the report's answer is the execution's output", async () => {
  const { output } = await run();
  expect(output).toEqual({ outcome: 'succeeded', rows: 3, rejected: 0, reportKey: artifactKeys.reportJson(RUN) });
});

test('a command may come from the bucket', async () => {
  await run({ commandKey: 'commands/a.load' });
  expect(payloadsOf('Detect')).toEqual([{ run: RUN, input: { commandKey: 'commands/a.load' } }]);
});

test('without batches there is no map, and all else happens', async () => {
  answers.plan = () => ({ ...PLAN, batches: 0, batchesAtOnce: 0, partsAtOnce: 0, prepare: [], publish: [] });
  const { output } = await run();
  expect(calls.map(([step]) => step)).toEqual(['Detect', 'Hold', 'Discover', 'Plan', 'Release', 'Report']);
  expect(output).toMatchObject({ outcome: 'succeeded' });
});

test('results of the map are written below the run', async () => {
  await run();
  const keys = [...objects.keys()].filter((key) => key !== PLAN.batchesKey);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) expect(key.startsWith(`${artifactKeys.mapResults(RUN)}/`), key).toBe(true);
});

test('what is read again has another number each time', async () => {
  let failures = 3;
  answers.extract = ({ parts }) => {
    failures -= 1;
    if (failures >= 0) throw new StateError(failures === 1 ? 'TooManyConnections' : 'ConnectionLost', 'gone');
    return written(parts as PartAddress[]);
  };
  await run();
  const attempts = payloadsOf('Extract').slice(0, 4) as { attempt: number; parts: PartAddress[] }[];
  expect(attempts.map(({ parts, attempt }) => [parts[0]?.part, attempt])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 3],
  ]);
});

test('a run that is resumed begins with numbers that no earlier execution had', async () => {
  await run({ command: 'LOAD …', resumed: 3 });
  expect(payloadsOf('Prepare')).toMatchObject([{ resumed: 3 }, { resumed: 3 }]);
  const again = { attempt: 3e6 };
  expect(payloadsOf('Prepare')).toMatchObject([again, again]);
  expect(payloadsOf('Extract')).toMatchObject([again, again, again]);
  expect(payloadsOf('Copy')).toMatchObject([again, again]);
  expect(payloadsOf('Publish')).toMatchObject([again]);
});

test('a final error fails the run at once, and neither publish nor report runs', async () => {
  answers.copy = () => {
    throw new StateError('RowRefused', 'row 1');
  };
  const { output } = await run();
  expect(output).toBeUndefined();
  expect(payloadsOf('Copy')).toHaveLength(1);
  expect(payloadsOf('Publish')).toEqual([]);
  expect(payloadsOf('Report')).toEqual([]);
});

describe('of every kind of error a step is', () => {
  test.each([
    ...kindsOf('final').map((kind) => [kind, 'never tried again', 1] as const),
    ...kindsOf('transient').map((kind) => [kind, 'tried seven times in all', 7] as const),
    ...kindsOf('busy').map((kind) => [kind, 'tried twenty-one times in all', 21] as const),
  ])('%s: %s', async (kind, _promise, tries) => {
    answers.discover = () => {
      throw new StateError(kind, 'no');
    };
    expect((await run()).error).toBe(kind);
    expect(payloadsOf('Discover')).toHaveLength(tries);
  });
});

const evaluate = (expression: string, states: object): Promise<unknown> =>
  jsonata(expression.replace(/^\{%|%\}$/g, '')).evaluate({}, { states });

test.each([
  [{ Execution: { RedriveCount: 0 }, State: { RetryCount: 0 } }, 0],
  [{ Execution: { RedriveCount: 0 }, State: { RetryCount: 26 } }, 26],
  [{ Execution: { RedriveCount: 1 }, State: { RetryCount: 0 } }, 1000],
  [{ Execution: { RedriveCount: 2 }, State: { RetryCount: 5 } }, 2005],
  [{ Execution: {}, State: { RetryCount: 3 } }, 3],
])('in %j the attempt is %i', async (context, attempt) => {
  const extract = Object.fromEntries(allStates(machine)).Extract;
  expect(await evaluate(extract?.Arguments?.Payload?.attempt ?? '', { context })).toBe(attempt);
});

test('the guard counts what is running and names the run after the tick', async () => {
  const guard = definitionOf(synthesized(SCHEDULE), 'PgshiftScheduled').definition;
  const { running, name } = (guard.States['List running']?.Assign ?? {}) as Record<string, string>;
  const at = (Executions: object[]) => ({ input: { scheduledAt: '2026-11-22T12:00:00Z' }, result: { Executions } });
  expect(await evaluate(running ?? '', at([]))).toBe(0);
  expect(await evaluate(running ?? '', at([{ Name: 'x' }]))).toBe(1);
  expect(await evaluate(name ?? '', at([]))).toBe('scheduled-2026-11-22T12-00-00Z');
});
