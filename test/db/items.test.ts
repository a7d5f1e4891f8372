// Are small tables that share an item of the map read and loaded as if each had its own, also when the item breaks off?
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { BatchItem, StepOutput } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { readBatches } from '../../lambdas/read-records.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { WorldOptions } from '../support/step-world.ts';
import { startTwoEnds, type TwoEnds } from '../support/two-ends.ts';

const TABLES = 9;

let ends: TwoEnds;
let source: TestDatabase;
beforeAll(async () => {
  ends = await startTwoEnds();
  const tables = Array.from(
    { length: TABLES },
    // The third has no rows, and the fifth a value that is the first sentinel.
    (_, n) =>
      `CREATE TABLE t${n} (id int, note text);
       INSERT INTO t${n} SELECT n, CASE WHEN ${n} = 5 THEN '@N00000000000001@' END FROM generate_series(1, ${n === 3 ? 0 : n + 1}) n;`,
  );
  source = await createDatabase(ends.source, `CREATE TABLE big (id int); ${tables.join('\n')}`);
});
afterAll(async () => {
  await source.drop();
  await ends.stop();
});

let run: string;
let runs = 0;
let items: BatchItem[];
let opened: number;

/** Three workers, so that the tables share three items. */
beforeEach(async () => {
  runs += 1;
  run = `run-${runs}`;
  await ends.arrived('pessimistic', 'DROP SCHEMA public CASCADE');
  await ends.arrived('pessimistic', 'CREATE SCHEMA public');
  const command = ends.command(source, 'pessimistic', 'WITH workers = 3');
  await detect(ports(), { run, input: { command } });
  await discover(ports(), { run, snapshot: false });
  const planned = await plan(ports(), { run });
  for (const { chunk } of planned.prepare) await prepare(ports(), { run, chunk, execution: '' });
  const lines = (await ports().store.getText(planned.batchesKey)).trim().split('\n');
  items = lines.map((line) => JSON.parse(line));
  opened = 0;
});

/** `before` comes before statements to the target. */
function ports(options: WorldOptions = {}): Ports {
  const between = ends.ports(source, 'pessimistic', options);
  return {
    ...between,
    connect: (endpoint, opening) => {
      opened += 1;
      return between.connect(endpoint, opening);
    },
  };
}

const read = async ({ chunk, reads }: BatchItem): Promise<StepOutput<'extract'>[]> =>
  Promise.all(reads.map(({ parts }) => extract(ports(), { run, snapshot: false, chunk, parts, attempt: 0 })));

const arrived = async () => {
  const counts: number[] = [];
  for (let n = 0; n < TABLES; n += 1) {
    const [[count] = []] = await ends.arrived('pessimistic', `SELECT COUNT(*) FROM t${n}`);
    counts.push(Number(count));
  }
  return counts;
};
const sent = Array.from({ length: TABLES }, (_, n) => (n === 3 ? 0 : n + 1));

test('each table arrives with its rows, whatever else is in its item', async () => {
  expect(items.map(({ reads }) => reads.map(({ parts }) => parts.length))).toEqual([[4], [4], [2]]);
  for (const item of items) {
    const { chunk } = item;
    const input = { run, chunk, reads: await read(item) };
    await copy(ports(), input);
    // As Step Functions does when the answer got lost.
    await copy(ports(), input);
  }
  await publish(ports(), { run, publish: 0, first: 0, last: 0 });
  expect(await arrived()).toEqual(sent);
});

test('an item that breaks off keeps what is loaded and tells of it, and goes on with the rest', async () => {
  for (const [number, item] of items.entries()) {
    const input = { run, chunk: item.chunk, reads: await read(item) };
    if (number === 0) {
      let commits = 0;
      const before = async (sql: string) => {
        if (sql === 'COMMIT') commits += 1;
        if (commits === 2) throw new PgshiftError('ConnectionLost', 'gone');
      };
      await expect(copy(ports({ before }), input)).rejects.toMatchObject({ name: 'ConnectionLost' });
      const records = await ports().store.getJson<BatchRecord[]>(artifactKeys.batchRecord(run, 0, 0));
      expect(records.map(({ batch }) => batch)).toEqual([0]);
      expect(await copy(ports(), input)).toMatchObject({ batches: 4 });
    } else await copy(ports(), input);
  }
  await publish(ports(), { run, publish: 0, first: 0, last: 0 });
  expect(await arrived()).toEqual(sent);
});

test('a Copy that was given up takes nothing away from what its retry has told', async () => {
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  const input = { run, chunk: item.chunk, reads: await read(item) };
  let commits = 0;
  const before = async (sql: string) => {
    if (sql === 'COMMIT') commits += 1;
    if (commits < 2) return;
    // It stands still, while the retry does all of it; then it breaks off, and has loaded one batch.
    await copy(ports(), { ...input, attempt: 1 });
    throw new PgshiftError('ConnectionLost', 'gone');
  };
  await expect(copy(ports({ before }), { ...input, attempt: 0 })).rejects.toMatchObject({ name: 'ConnectionLost' });
  expect((await readBatches(ports().store, run)).map(({ batch }) => batch)).toEqual([0, 1, 2, 3]);
});

test('a Copy without time for the next table stops to be tried again', async () => {
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  const input = { run, chunk: item.chunk, reads: await read(item) };
  await expect(copy({ ...ports(), remaining: () => 100_000 }, input)).rejects.toMatchObject({
    name: 'Unfinished',
    message: 'Batch 1 and those after it are not loaded yet.',
  });
});

test('an item takes one connection to each end', async () => {
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  opened = 0;
  const reads = await read(item);
  expect(opened).toBe(1);
  await copy(ports(), { run, chunk: item.chunk, reads });
  expect(opened).toBe(2);
});
