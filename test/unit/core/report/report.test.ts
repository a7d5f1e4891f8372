import { expect, test } from 'vitest';
import type { PlanSummary } from '../../../../core/plan/model.ts';
import { buildReport } from '../../../../core/report/build.ts';
import type { BatchRecord, ErrorRecord } from '../../../../core/report/model.ts';
import { reportText, size, time } from '../../../../core/report/text.ts';

const tableOf = (table: number, source: string) => ({
  table,
  chunk: 0,
  source,
  target: source,
  parts: 1,
  batches: 1,
  estimatedRows: 0,
  estimatedBytes: 0,
});
const plan: PlanSummary = {
  run: 'r',
  source: 'PostgreSQL 18.4, database shop',
  target: 'Redshift 1.0.1, database dev',
  hazards: [],
  tables: [tableOf(0, 'public.orders'), tableOf(1, 'public.été 🐘')],
  chunks: 1,
  publish: [{ publish: 0, first: 0, last: 0 }],
  batchesAtOnce: 4,
  partsAtOnce: 1,
  batches: 2,
};
const batch = (over: Partial<BatchRecord>): BatchRecord => ({
  batch: 0,
  table: 0,
  rows: 0,
  rejected: 0,
  cuts: [],
  csvBytes: 0,
  objects: 1,
  startedAt: 1_000,
  endedAt: 2_500,
  readMilliseconds: 1_000,
  writeMilliseconds: 400,
  ...over,
});
const records = {
  run: 'r',
  plan,
  steps: [
    { step: 'detect', startedAt: 0, endedAt: 144, count: 2 },
    { step: 'prepare', startedAt: 300, endedAt: 400, count: 1 },
    { step: 'prepare', startedAt: 350, endedAt: 500, count: 1 },
    { step: 'publish', startedAt: 3_000, endedAt: 3_050, count: 2 },
  ],
  batches: [
    batch({ rows: 3, csvBytes: 12 }),
    batch({ batch: 1, table: 1, rows: 1_200_000, csvBytes: 3.7 * 1024 * 1024 }),
  ],
  rejects: [],
  errors: [],
  failure: undefined,
  live: new Set<number>(),
  failedBefore: 0,
  now: 65_208,
};

test('prints pgloader’s summary: its columns, its sections, its footer', () => {
  expect(reportText(buildReport(records))).toBe(
    `\
       table name     errors       rows      bytes      total time
-----------------  ---------  ---------  ---------  --------------
           detect          0          2                     0.144s
          prepare          0          2                     0.200s
-----------------  ---------  ---------  ---------  --------------
    public.orders          0          3     0.0 kB          1.500s
    public.été 🐘          0    1200000     3.7 MB          1.500s
-----------------  ---------  ---------  ---------  --------------
          publish          0          2                     0.050s
-----------------  ---------  ---------  ---------  --------------
Total import time          ✓    1200003     3.7 MB        1m5.208s
`,
  );
});

test('says the same in JSON, with rows and bytes per table', () => {
  const report = buildReport(records);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(report.data.map(({ name, rows, read, bytes }) => [name, rows, read, bytes])).toEqual([
    ['public.orders', 3, 3, 12],
    ['public.été 🐘', 1_200_000, 1_200_000, 3.7 * 1024 * 1024],
  ]);
  expect(report).toMatchObject({ outcome: 'succeeded', rows: 1_200_003, errs: 0, secs: 65.208, error: null });
});

test('tells rejected rows apart from loaded ones, and where they are', () => {
  const report = buildReport({
    ...records,
    batches: [
      batch({ rows: 3, rejected: 2, cuts: ['1.a'] }),
      batch({ batch: 1, table: 1, rejected: 1, cuts: ['1.b'] }),
    ],
    rejects: [
      {
        table: 'public.orders',
        rows: 2,
        csv: 's3://b/rejects/public.orders.csv',
        log: 's3://b/rejects/public.orders.log',
      },
      { table: 'public.été\n', rows: 1, csv: 's3://b/rejects/x.csv', log: 's3://b/rejects/x.log' },
    ],
  });
  expect(report).toMatchObject({ outcome: 'succeeded with rejects', rows: 3, rejected: 3, errs: 3, error: null });
  expect(report.data.map(({ read, rows, errs }) => [read, rows, errs])).toEqual([
    [5, 3, 2],
    [1, 0, 1],
  ]);
  const text = reportText(report);
  expect(text).toMatch(/public\.orders {10}2 {10}3 /);
  expect(text).toMatch(/Total import time {10}3 {10}3 /);
  expect(text).toMatch(
    /\n3 rejected rows; beside each file a \.log says why, line for line:\n {2}public\.orders: 2 in s3:\/\/b\/rejects\/public\.orders\.csv\n {2}public\.été\\n: 1 in s3:\/\/b\/rejects\/x\.csv\n$/,
  );
});

test('counts the failure of a run beside its rejected rows', () => {
  const failure = { name: 'r', status: 'FAILED', error: 'TooManyRejects', cause: 'x' } as const;
  const report = buildReport({ ...records, batches: [batch({ rows: 3, rejected: 2, cuts: ['1.a'] })], failure });
  expect(report).toMatchObject({ outcome: 'failed', rejected: 2, errs: 3 });
});

test('names the error that decided a failed run, not what the map said of it', () => {
  const report = buildReport({
    ...records,
    batches: [],
    errors: [
      { step: 'copy', kind: 'ConnectionLost', message: 'The target went away.', at: 1 },
      { step: 'copy', kind: 'RowRefused', message: 'Redshift refuses a row of public.orders.', at: 3 },
    ],
    failure: { name: 'r', status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold', cause: 'too many' },
  });
  expect(report.outcome).toBe('failed');
  expect(report.error).toMatchObject({
    kind: 'RowRefused',
    step: 'copy',
    message: 'Redshift refuses a row of public.orders.',
  });
  expect(reportText(report)).toMatch(/Failed in copy: RowRefused\nRedshift refuses a row/);
});

test('a run that was resumed failed for what went wrong since, and not for what had before', () => {
  const errors = [
    { step: 'copy', kind: 'RowRefused', message: 'Long mended.', at: 10 },
    { step: 'publish', kind: 'DependentsExist', message: 'A view is in the way.', at: 30 },
  ];
  const failure = { name: 'r', status: 'FAILED', error: 'DependentsExist', cause: '', startDate: 1 } as const;
  const redriven = buildReport({ ...records, errors, failure, failedBefore: 20 });
  expect(redriven.error).toMatchObject({ kind: 'DependentsExist' });
  const resumed = buildReport({ ...records, errors, failure: { ...failure, startDate: 20, stopDate: 40 } });
  expect(resumed).toMatchObject({ error: { kind: 'DependentsExist' }, failedAt: 40 });
});

test('a run that failed between its publications is partly published, and says what is not live', () => {
  const failure = { name: 'r', status: 'FAILED', error: 'LockTimeout', cause: 'x' } as const;
  const outcomes = [[], [0], [0, 1]].map((live) => buildReport({ ...records, failure, live: new Set(live) }));
  expect(outcomes.map(({ outcome, unpublished }) => [outcome, unpublished])).toEqual([
    ['failed', []],
    ['partly published', ['public.été 🐘']],
    ['failed', []],
  ]);
  expect(outcomes.map(reportText)[1]).toMatch(
    /\n\nPartly published: 1 of 2 tables are live, and these are not yet\. .* run r publishes them:\n {2}public\.été 🐘\n$/,
  );
  expect(buildReport({ ...records, live: new Set([0, 1]) }).unpublished).toEqual([]);
});

test('a snapshot that nobody needed any more when it was lost is not why a run failed', () => {
  const lost = { kind: 'SnapshotLost', message: 'It is lost.' };
  const report = (errors: readonly ErrorRecord[]) =>
    buildReport({
      ...records,
      errors,
      failure: { name: 'r', status: 'FAILED', error: 'RowRefused', cause: '' },
    });
  const refused = { step: 'copy', kind: 'RowRefused', message: 'Redshift refuses a row.', at: 3 };
  expect(report([{ ...lost, step: 'keep', at: 1 }, refused]).error).toMatchObject({ kind: 'RowRefused' });
  expect(report([{ ...lost, step: 'extract', at: 1 }, refused]).error).toMatchObject(lost);
});

test('reports a run that left nothing but its failure', () => {
  const cause = JSON.stringify({ errorType: 'ServerUnreachable', errorMessage: 'The source cannot be reached.' });
  const failure = { name: 'r', status: 'FAILED', error: 'ServerUnreachable', cause } as const;
  const report = buildReport({
    run: 'r',
    plan: undefined,
    steps: [],
    batches: [],
    rejects: [],
    errors: [],
    failure,
    live: new Set(),
    failedBefore: 0,
    now: 9,
  });
  expect(report.error).toMatchObject({ kind: 'ServerUnreachable', message: 'The source cannot be reached.' });
  expect(report.error?.hint).toMatch(/security groups/);
  expect(reportText(report)).toMatch(/Total import time {10}1/);
});

test('keeps a table’s name on one line', () => {
  const odd = { ...plan, tables: [tableOf(0, 'public.a\nb')] };
  expect(buildReport({ ...records, plan: odd }).data[0]?.name).toBe('public.a\\nb');
});

test.each([
  [0, ''],
  [12, '0.0 kB'],
  [2048, '2.0 kB'],
  [3.7 * 1024 ** 2, '3.7 MB'],
  [5 * 1024 ** 4, '5.0 TB'],
])('prints %d bytes as %j', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test.each([
  [0.144, '0.144s'],
  [59.9996, '60.000s'],
  [65.2, '1m5.200s'],
  [3_600, '1h0.000s'],
  [90_061.5, '1 days 1h1m1.500s'],
])('prints %d seconds as %j', (seconds, text) => {
  expect(time(seconds)).toBe(text);
});
