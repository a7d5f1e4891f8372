// Does copy load each batch into PostgreSQL once, whoever else tries, and put aside exactly the rows that PostgreSQL refuses?
import { Readable } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { postgresVersions } from '../support/database.ts';
import { copyBatch } from '../support/one-batch.ts';
import type { WorldOptions } from '../support/step-world.ts';
import { type Pair, startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';

const sentinel = '@N0123456789abcd@';
const column = (name: string, type: string, quoted: boolean) => ({
  ...{ source: name, target: name, type, quoted },
  notNull: false,
  expression: `"${name}"`,
});
const names = { staging: '_pgshift_0123456789ab_0', ledger: '_pgshift_0123456789ab_0_ledger' };
const table: PlannedTable = {
  ...{ table: 0, source: { schema: 'public', name: 't' }, target: { schema: 'public', name: 't' }, ...names },
  columns: [column('id', 'integer', false), column('note, it', 'text', true)],
  create: [
    `CREATE TABLE IF NOT EXISTS ${names.staging} (id smallint CHECK (id <> 13), "note, it" varchar(20) NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${names.ledger} (batch int, piece int, rows bigint, rejected bigint, cut text, PRIMARY KEY (batch, piece))`,
  ].map((sql) => sql.replaceAll('_pgshift', 'public._pgshift')),
  publish: 'create',
  ...{ dropForeignKeys: [], addKeys: [], addForeignKeys: [] },
  parts: [{ part: 0, from: '"public"."t"', estimatedBytes: 0 }],
  batches: [{ batch: 0, parts: [0] }],
};

describe.each(postgresVersions)('$name', (version) => {
  let two: TwoPostgres;
  let pair: Pair;
  let runs = 0;
  const run = () => `run-${version.major}-${runs}`;
  beforeAll(async () => {
    two = await startTwoPostgres(version);
  });
  afterAll(() => two.stop());

  beforeEach(async () => {
    runs += 1;
    pair = await two.pair();
    return () => pair.drop();
  });

  async function begin(onError: 'stop' | 'resume next' = 'stop'): Promise<void> {
    const { store } = pair.ports();
    const ends = { source: { end: 'source' }, target: { end: 'target' } };
    await store.putJson(artifactKeys.command(run()), { ...ends, options: { onError }, ...NO_CLAUSES });
    await store.putJson(artifactKeys.capabilities(run()), { target: { dialect: 'postgresql', major: version.major } });
    const chunk: PlanChunk = { chunk: 0, sentinels: [sentinel], schemas: [], tables: [table] };
    await store.putJson(artifactKeys.planChunk(run(), 0), chunk);
    await prepare(pair.ports(), { run: run(), chunk: 0, execution: '' });
  }

  async function load(lines: readonly string[], rows: number, options: WorldOptions = {}) {
    const key = artifactKeys.partObject(run(), 0, 0, 0);
    const csv = lines.map((line) => `${line}\n`).join('');
    await pair.ports().store.putStream(key, Readable.from([zstdCompressSync(csv)]));
    const written = [{ part: 0, rows, bytes: 1, csvBytes: csv.length, key, startedAt: 0, endedAt: 0 }];
    return copyBatch(pair.ports(options), { run: run(), batch: 0, chunk: 0, table: 0, written });
  }
  const staged = async () =>
    (await pair.target.session.query(`SELECT * FROM ${names.staging} ORDER BY id`)).map(Object.values);
  const record = async (): Promise<BatchRecord | undefined> =>
    (await pair.ports().store.getJson<BatchRecord[]>(artifactKeys.batchRecord(run(), 0, 0)))[0];

  test('NULL, empty texts, newlines, quotes and the end-of-data mark of old arrive as they left', async () => {
    await begin();
    await load(['1,""', `2,"${sentinel}"`, `${sentinel},"a ""b"", c\nd \\N"`, '4,"\\."', '5,"\n\\.\n"'], 5);
    const rows = [
      ['1', ''],
      ['2', sentinel],
      ['4', '\\.'],
      ['5', '\n\\.\n'],
      [null, 'a "b", c\nd \\N'],
    ];
    expect(await staged()).toEqual(rows);
  });

  test('a second attempt finds the first one’s row and does nothing; counts that differ load nothing', async () => {
    await begin();
    await expect(load(['1,"a"'], 2)).rejects.toMatchObject({ name: 'CountMismatch' });
    expect(await staged()).toEqual([]);
    await load(['1,"a"', '2,"b"'], 2);
    await load(['1,"a"', '2,"b"'], 2);
    expect(await staged()).toHaveLength(2);
    expect(await record()).toMatchObject({ rows: 2, rejected: 0 });
  });

  test('an attempt whose client is frozen is ended by the next one, and loads nothing', async () => {
    await begin();
    let resume = () => {};
    const frozen = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let holds = () => {};
    const holding = new Promise<void>((resolve) => {
      holds = resolve;
    });
    const before = async (sql: string) => {
      if (!sql.startsWith('COPY')) return;
      holds();
      await frozen;
    };
    const zombie = load(['1,"a"'], 1, { before });
    zombie.catch(() => {});
    await holding;
    await load(['1,"a"'], 1);
    resume();
    await expect(zombie).rejects.toMatchObject({ name: 'ConnectionLost' });
    expect(await staged()).toEqual([['1', 'a']]);
  });

  test('a refused row stops the load with its place and reason, and nothing of what it holds', async () => {
    await begin();
    const failure = load(['1,"a"', '2,"too long for the column"'], 2);
    const place = `line 2 of s3://staging/${artifactKeys.partObject(run(), 0, 0, 0)}`;
    await expect(failure).rejects.toMatchObject({
      name: 'RowRefused',
      message: `PostgreSQL refuses a row of public.t: ${place}: column "note, it": a text is too long for its column (22001).`,
    });
    expect(await staged()).toEqual([]);
  });

  test('with `resume next` refused rows go to the reject files, and every other row is loaded', async () => {
    await begin('resume next');
    const lines = [
      '1,"a\nb\nc"',
      '40000,"x"',
      '2,"\r\n"',
      `3,${sentinel}`,
      '13,"\n"',
      '4,"ok"',
      '5,"longer than it may be here"',
      '6,"end"',
    ];
    await load(lines, lines.length);
    expect(await staged()).toEqual([
      ['1', 'a\nb\nc'],
      ['2', '\r\n'],
      ['4', 'ok'],
      ['6', 'end'],
    ]);
    const { rows, rejected, cuts } = (await record()) ?? {};
    expect({ rows, rejected }).toEqual({ rows: 4, rejected: 4 });
    const [cut = ''] = cuts ?? [];
    const { store } = pair.ports();
    expect(await store.getText(artifactKeys.cutRows(run(), 0, cut))).toBe(
      '40000,"x"\n3,\n13,"\n"\n5,"longer than it may be here"\n',
    );
    const log = (await store.getText(artifactKeys.cutLog(run(), 0, cut)))
      .split('\n')
      .map((line) => line.replace(/^.*zst, /, ''));
    expect(log).toEqual([
      'row 2: column "id": a number is out of range (22003)',
      'row 4: column "note, it": NULL in a column that is NOT NULL (23502)',
      'row 5: a check constraint is violated (23514)',
      'row 7: column "note, it": a text is too long for its column (22001)',
      '',
    ]);
    await load(lines, lines.length);
    expect(await staged()).toHaveLength(4);
  });

  test('refused rows here and there among thousands are found', async () => {
    await begin('resume next');
    const lines = Array.from({ length: 12_000 }, (_, n) => `${n % 100 === 0 ? 99_999 : n % 13_000},"n\n"`).map((line) =>
      line.replace(/^13,/, '14,'),
    );
    await load(lines, lines.length);
    expect(await record()).toMatchObject({ rows: 11_880, rejected: 120 });
  });
});
