// Does a Distributed Map read, select, batch, tolerate, write and report as the service does?
import { expect, test } from 'vitest';
import type { Execution } from '../../../../local/states/execution.ts';
import { call, failure, machine, outputOf, run, typesOf } from './machine.ts';

const end = { Type: 'Pass', End: true };
const READ = { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'b', Key: '{% $states.input.key %}' } };
const reading = (config: object) => ({ ItemReader: { ...READ, ReaderConfig: config } });
const writing = (config?: object) => ({
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: { Bucket: 'b', Prefix: 'out' },
    ...(config && { WriterConfig: config }),
  },
});

const distributed = (extra: object, states: object = { A: end }) => ({
  Type: 'Map',
  Label: 'each',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: Object.keys(states)[0],
    States: states,
  },
  End: true,
  ...extra,
});

const read = (config: object, content: string, extra: object = {}) =>
  outputOf(
    machine({ M: distributed({ ...reading(config), ...extra }) }),
    { key: 'k' },
    { objects: { 'b/k': content } },
  );

test('reads JSON, JSON below a pointer, and the entries of an object', async () => {
  expect(await read({ InputType: 'JSON' }, '[1,{"a":2}]')).toEqual([1, { a: 2 }]);
  expect(await read({ InputType: 'JSON', ItemsPointer: '/a/1/b' }, '{"a":[0,{"b":[7]}]}')).toEqual([7]);
  expect(await read({ InputType: 'JSON' }, '{"x":1,"y":2}')).toEqual([
    { Key: 'x', Value: 1 },
    { Key: 'y', Value: 2 },
  ]);
});

test('reads JSON lines, with or without a last newline', async () => {
  expect(await read({ InputType: 'JSONL' }, '{"n":1}\n{"n":"ü"}\n')).toEqual([{ n: 1 }, { n: 'ü' }]);
  expect(await read({ InputType: 'JSONL' }, '1\r\n2')).toEqual([1, 2]);
});

test('reads CSV: quotes, delimiters, given headers', async () => {
  expect(await read({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, 'a,b\n1,"x,\n""y"""\n2,\n')).toEqual([
    { a: '1', b: 'x,\n"y"' },
    { a: '2', b: '' },
  ]);
  const given = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['p', 'q'], CSVDelimiter: 'PIPE' };
  expect(await read(given, '1|2\r\n3|4')).toEqual([
    { p: '1', q: '2' },
    { p: '3', q: '4' },
  ]);
});

test('lists objects below a prefix', async () => {
  const listed = ['in/1', 'in/2', 'other'].map((Key) => ({
    Key,
    Size: 1,
    Etag: 'e',
    LastModified: 0,
    StorageClass: 'STANDARD',
  }));
  const ItemReader = { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b', Prefix: 'in/' } };
  const A = { ...end, Output: '{% $states.input.Key %}' };
  expect(await outputOf(machine({ M: distributed({ ItemReader }, { A }) }), {}, { listed })).toEqual(['in/1', 'in/2']);
});

test('stops reading at MaxItems, also when it is computed', async () => {
  expect(await read({ InputType: 'JSONL', MaxItems: 2 }, '1\n2\n3')).toEqual([1, 2]);
  expect(await read({ InputType: 'JSONL', MaxItems: '{% 1 + 1 %}' }, '1\n2\n3')).toEqual([1, 2]);
});

test.each<[string, object, string]>([
  ['a line that is no JSON', { InputType: 'JSONL' }, '1\nx'],
  ['no list', { InputType: 'JSON' }, '7'],
  ['two equal headers', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, 'a,a\n1,2'],
  ['an open quote', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, 'a\n"1'],
])('fails the run on %s', async (_name, config, content) => {
  const M = distributed(reading(config));
  const execution = await run(machine({ M }), { key: 'k' }, { objects: { 'b/k': content } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
});

test('fails the run when the object is missing, with the events of a run that started', async () => {
  const execution = await run(machine({ M: distributed(reading({ InputType: 'JSONL' })) }), { key: 'k' });
  expect(typesOf(execution)).toEqual([
    ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted'],
    ...['MapRunFailed', 'MapStateFailed', 'ExecutionFailed'],
  ]);
});

test('batches by count, and gives every batch the shared input', async () => {
  const ItemBatcher = { MaxItemsPerBatch: '{% 2 %}', BatchInput: { run: '{% $states.input.run %}' } };
  const M = distributed({ Items: [1, 2, 3], ItemBatcher });
  expect(await outputOf(machine({ M }), { run: 'r' })).toEqual([
    { BatchInput: { run: 'r' }, Items: [1, 2] },
    { BatchInput: { run: 'r' }, Items: [3] },
  ]);
});

test('batches by bytes: {"Items":[1,2,3]} has 17', async () => {
  const batches = (MaxInputBytesPerBatch: number) =>
    outputOf(machine({ M: distributed({ Items: [1, 2, 3], ItemBatcher: { MaxInputBytesPerBatch } }) }));
  expect(await batches(17)).toEqual([{ Items: [1, 2, 3] }]);
  expect(await batches(16)).toEqual([{ Items: [1, 2] }, { Items: [3] }]);
});

test('selects before it batches', async () => {
  const ItemSelector = { v: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' };
  const M = distributed({ Items: ['a', 'b'], ItemSelector, ItemBatcher: { MaxItemsPerBatch: 5 } });
  expect(await outputOf(machine({ M }))).toEqual([
    {
      Items: [
        { v: 'a', i: 0 },
        { v: 'b', i: 1 },
      ],
    },
  ]);
});

test('gives a child its own ARN, history and context, and none of its parent’s variables', async () => {
  const children: Execution[] = [];
  const A = {
    ...end,
    Output: '{% [$exists($outer), $states.context.Execution.Input, $states.context.StateMachine.Name] %}',
  };
  const definition = machine({
    S: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' },
    M: distributed({ Items: [5] }, { A }),
  });
  const parent = await run(definition, {}, {}, children);
  expect(parent.output).toEqual([[false, 5, 'test/each']]);
  expect(typesOf(parent)).not.toContain('MapIterationStarted');
  const [child] = children;
  expect(child?.identity.arn).toMatch(/:execution:test\/each:[0-9a-f-]{36}$/);
  expect(child && typesOf(child)).toEqual([
    'ExecutionStarted',
    'PassStateEntered',
    'PassStateExited',
    'ExecutionSucceeded',
  ]);
});

/** Fails for the items whose value is `bad`. */
const picky = ({ payload }: { payload: unknown }) => {
  if (payload === 'bad') throw failure('Bad', 'it is');
  return String(payload);
};
const items = (bad: number, good: number) => [...Array(bad).fill('bad'), ...Array(good).fill('good')];

test.each<[string, object, number, string]>([
  ['nothing by default', {}, 1, 'FAILED'],
  ['as many as the count', { ToleratedFailureCount: 2 }, 2, 'SUCCEEDED'],
  ['not one more', { ToleratedFailureCount: 2 }, 3, 'FAILED'],
  ['up to the percentage', { ToleratedFailurePercentage: 20 }, 2, 'SUCCEEDED'],
  ['not beyond the percentage', { ToleratedFailurePercentage: '{% 20 %}' }, 3, 'FAILED'],
  ['only what both thresholds allow', { ToleratedFailureCount: 5, ToleratedFailurePercentage: 20 }, 3, 'FAILED'],
])('tolerates %s', async (_name, tolerance, bad, status) => {
  const M = distributed({ Items: items(bad, 10 - bad), ...tolerance }, { A: call('picky') });
  const execution = await run(machine({ M }), {}, { functions: { picky } });
  expect(execution.status).toBe(status);
  if (status === 'FAILED') expect(execution.error).toBe('States.ExceedToleratedFailureThreshold');
  else expect(execution.output).toEqual(Array(10 - bad).fill('good'));
});

test('counts every item of a failed batch', async () => {
  const fails = ({ payload }: { payload: unknown }) => picky({ payload: (payload as { Items: string[] }).Items[0] });
  const M = distributed(
    { Items: items(3, 3), ItemBatcher: { MaxItemsPerBatch: 3 }, ToleratedFailureCount: 2 },
    { A: call('fails') },
  );
  const execution = await run(machine({ M }), {}, { functions: { fails } });
  expect(execution.status).toBe('FAILED');
  expect(execution.mapRuns[0]?.itemCounts).toMatchObject({ total: 6, failed: 3 });
  expect(execution.mapRuns[0]?.executionCounts).toMatchObject({ total: 2, failed: 1 });
});

test('ends running children and starts no more when the threshold is passed', async () => {
  const children: Execution[] = [];
  const slow = ({ payload, signal }: { payload: unknown; signal: AbortSignal }) =>
    payload === 'bad' ? picky({ payload }) : new Promise<never>(() => signal.addEventListener('abort', () => {}));
  const M = distributed({ Items: ['good', 'bad', 'late'], MaxConcurrency: 2 }, { A: call('slow') });
  const execution = await run(machine({ M }), {}, { functions: { slow } }, children);
  expect(execution.status).toBe('FAILED');
  expect(children.map(({ status }) => status)).toEqual(['ABORTED', 'FAILED']);
  expect(execution.mapRuns[0]).toMatchObject({ status: 'FAILED' });
  expect(execution.mapRuns[0]?.itemCounts).toMatchObject({ pending: 1, aborted: 1, failed: 1, total: 3 });
});

test('does not succeed without the result of a child that somebody stopped', async () => {
  const children: Execution[] = [];
  const work = ({ payload, signal }: { payload: unknown; signal: AbortSignal }) => {
    if (payload !== 'stop') return 'done';
    children.find(({ input }) => input === 'stop')?.stop();
    return new Promise<never>((_, reject) => signal.throwIfAborted() ?? reject(new Error('not stopped')));
  };
  const M = distributed({ Items: ['go', 'stop'] }, { A: call('work') });
  const execution = await run(machine({ M }), {}, { functions: { work } }, children);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
  expect(children.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED']);
});

test('runs no more than MaxConcurrency children at once', async () => {
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return null;
  };
  const M = distributed({ Items: [1, 2, 3, 4, 5], MaxConcurrency: '{% $states.input %}' }, { A: call('work') });
  await outputOf(machine({ M }), 2, { functions: { work } });
  expect(most).toBe(2);
});

/** Runs a map with a writer and gives its output, the manifest, and the files by name. */
async function written(extra: object, bad: number, config?: object) {
  const objects: Record<string, string> = {};
  const M = distributed({ Items: items(bad, 2), ...writing(config), ...extra }, { A: call('picky') });
  const execution = await run(machine({ M }), {}, { functions: { picky }, objects });
  const key = Object.keys(objects).find((name) => name.endsWith('/manifest.json')) ?? '';
  const manifest = JSON.parse(objects[key] ?? '{}');
  const contentOf = (kind: string) => objects[`b/${manifest.ResultFiles[kind][0]?.Key}`] ?? '';
  return { execution, key, manifest, contentOf };
}

test('writes what each child did, and gives the place of the manifest', async () => {
  const { execution, key, manifest, contentOf } = await written({ ToleratedFailureCount: 1 }, 1);
  expect(execution.output).toEqual({
    MapRunArn: expect.stringMatching(/:mapRun:test\/each:[0-9a-f-]{36}$/),
    ResultWriterDetails: { Bucket: 'b', Key: key.slice('b/'.length) },
  });
  expect(key).toMatch(/^b\/out\/[0-9a-f-]{36}\/manifest\.json$/);
  expect(manifest).toMatchObject({ DestinationBucket: 'b', ResultFiles: { PENDING: [] } });
  const [succeeded] = JSON.parse(contentOf('SUCCEEDED'));
  expect(succeeded).toMatchObject({ Status: 'SUCCEEDED', Input: '"good"', Output: '"good"' });
  const [failed, ...others] = JSON.parse(contentOf('FAILED'));
  expect(failed).toMatchObject({ Status: 'FAILED', Input: '"bad"', Error: 'Bad', Cause: 'it is' });
  expect(others).toEqual([]);
  expect(manifest.ResultFiles.FAILED[0].Size).toBe(Buffer.byteLength(contentOf('FAILED')));
});

test('writes outputs alone, as an array or line by line, when compact', async () => {
  const array = await written({}, 0, { Transformation: 'COMPACT', OutputType: 'JSON' });
  expect(array.contentOf('SUCCEEDED')).toBe('["good","good"]');
  const lines = await written({}, 0, { Transformation: 'COMPACT', OutputType: 'JSONL' });
  expect(lines.contentOf('SUCCEEDED')).toBe('"good"\n"good"\n');
  expect(lines.manifest.ResultFiles.SUCCEEDED[0].Key).toMatch(/SUCCEEDED_0\.jsonl$/);
});

test('writes the results of a failed run, too: what failed and what was never started', async () => {
  const { execution, manifest, contentOf } = await written({ MaxConcurrency: 1 }, 1);
  expect(execution.status).toBe('FAILED');
  expect(JSON.parse(contentOf('FAILED'))).toHaveLength(1);
  expect(JSON.parse(contentOf('PENDING')).map(({ Input }: { Input: string }) => Input)).toEqual(['"good"', '"good"']);
  expect(manifest.ResultFiles.SUCCEEDED).toEqual([]);
});

test('gives the metadata of children instead of their outputs when told to, without writing', async () => {
  const WriterConfig = { Transformation: 'NONE', OutputType: 'JSON' };
  const M = distributed({ Items: [1], ResultWriter: { WriterConfig } });
  expect(await outputOf(machine({ M }))).toMatchObject([{ Status: 'SUCCEEDED', Input: '1', Output: '1' }]);
});

test('fails a map whose results pass 256 KiB without a writer', async () => {
  const work = () => 'x'.repeat(200_000);
  const M = distributed({ Items: [1, 2] }, { A: call('work', { End: true }) });
  const execution = await run(machine({ M }), {}, { functions: { work } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('succeeds with nothing when there are no items', async () => {
  expect(await outputOf(machine({ M: distributed({ Items: [] }) }))).toEqual([]);
});

test('tries a failed run again as a run of its own', async () => {
  let calls = 0;
  const work = () => {
    calls += 1;
    if (calls === 1) throw failure('Once');
    return 'well';
  };
  const Retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'] }];
  const execution = await run(
    machine({ M: distributed({ Items: [1], Retry }, { A: call('work') }) }),
    {},
    { functions: { work } },
  );
  expect(execution.output).toEqual(['well']);
  expect(execution.mapRuns.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
});
