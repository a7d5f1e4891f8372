// Does the report put the reject files together once, and keep them when it is tried again?
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { PlanSummary } from '../../core/plan/model.ts';
import { report } from '../../lambdas/9-report/report.ts';
import { copyBatch as copy } from '../support/one-batch.ts';
import { type RejectWorld, sentinel, startRejectWorld } from '../support/reject-world.ts';

let world: RejectWorld;
beforeAll(async () => {
  world = await startRejectWorld('pessimistic');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.begin();
  const table = { table: 0, chunk: 0, source: 'public.T', target: 'sales.t', parts: 1, batches: 2 };
  const plan: Partial<PlanSummary> = { hazards: [], tables: [{ ...table, estimatedRows: 0, estimatedBytes: 0 }] };
  await world.ports().store.putJson(artifactKeys.plan(world.run()), plan);
  // The second batch is done before the first: the file is in the order of the batches.
  for (const batch of [1, 0]) {
    const written = [await world.part(batch, `${batch},"",${sentinel},"1"`, `bad ${batch},"",${sentinel},"1"`)];
    await copy(world.ports(), { ...world.input(written), batch });
  }
});

const rowsKey = () => artifactKeys.rejectedRows(world.run(), 'sales', 't');
const header = '"id","note","day","a ""b""\n"\n';

test('the rows of all batches stand in one file, in order, and the objects they came from are gone', async () => {
  const { store } = world.ports();
  expect(await report(world.ports(), { run: world.run() })).toMatchObject({
    outcome: 'succeeded with rejects',
    rows: 2,
    rejected: 2,
  });
  expect(await store.getText(rowsKey())).toBe(`${header}bad 0,"",,"1"\nbad 1,"",,"1"\n`);
  const log = await store.getText(artifactKeys.rejectedLog(world.run(), 'sales', 't'));
  expect(log.match(/row 2: column "id"/g)).toHaveLength(2);
  expect(await store.list(artifactKeys.partObjects(world.run()))).toEqual([]);
});

test('a report that is tried again after its answer was lost leaves the files as they are', async () => {
  const { store } = world.ports();
  const first = await report(world.ports(), { run: world.run() });
  const rows = await store.getText(rowsKey());
  expect(await report(world.ports(), { run: world.run() })).toEqual(first);
  expect(await store.getText(rowsKey())).toBe(rows);
});

test('rejected rows that are nowhere to be found are no success', async () => {
  const { store } = world.ports();
  await report(world.ports(), { run: world.run() });
  await store.remove([rowsKey()]);
  await expect(report(world.ports(), { run: world.run() })).rejects.toMatchObject({
    message: 'Rejected rows of public.T are gone from the bucket.',
  });
});

test('a run that failed has its reject files as well, and keeps its objects', async () => {
  const { store } = world.ports();
  const failure = { name: world.run(), status: 'FAILED', error: 'TooManyRejects', cause: 'x' } as const;
  expect(await report(world.ports(), failure)).toMatchObject({ outcome: 'failed', rejected: 2 });
  expect(await store.getText(rowsKey())).toBe(`${header}bad 0,"",,"1"\nbad 1,"",,"1"\n`);
  expect(await store.list(artifactKeys.partObjects(world.run()))).not.toEqual([]);
});

test('an S3 that breaks off while refused rows are read is tried again', async () => {
  const before = async (sql: string) => {
    if (!sql.includes('FROM sys_load_error_detail')) return;
    world.faults.add({ operation: 'GetObject', key: /\.csv\.zst$/, times: 1, answer: { cutAfterBytes: 9 } });
  };
  const written = [await world.part(7, `7,"",${sentinel},"1"`, `bad,"",${sentinel},"1"`)];
  const input = { ...world.input(written), batch: 7 };
  await expect(copy(world.ports({ before }), input)).rejects.toMatchObject({ name: 'StorageUnavailable' });
  expect(await copy(world.ports(), input)).toEqual({ batch: 7, rows: 1 });
});
