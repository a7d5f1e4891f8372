// Does `on error resume next` load what Redshift takes, keep what it refuses, and say so, in the local run of the machine?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import type { Report } from '../../core/report/model.ts';
import { qualified } from '../../core/sql/quote.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { type Finished, looksLikeStackTrace, pgshift } from './command-line.ts';
import { bucket, type Servers, startServers, targetContent } from './servers.ts';

let servers: Servers;
let target: Session;
let s3: S3Client;
beforeAll(async () => {
  servers = await startServers();
  target = await openSession(servers.target);
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_DEFAULT_REGION = '' } = servers.env();
  s3 = new S3Client({
    endpoint: servers.s3.endpoint,
    region: AWS_DEFAULT_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    forcePathStyle: true,
  });
});
afterAll(async () => {
  s3.destroy();
  await target.close();
  await servers.stop();
});

/** Rows 2, 4 and 5 of `events` are refused for three reasons, row 3 holds newlines; the other tables have one or none. */
const content = `
  CREATE TABLE events (id int NOT NULL, day text, note text, raw bytea);
  INSERT INTO events VALUES (1, '2024-05-06', 'fine', '\\x'), (2, 'hunter2 is no date', 'fine', '\\x00ff'),
    (3, NULL, E'"a",\\nb\\n', NULL), (4, '2024-05-07', 'hunter2 is too long', NULL), (5, NULL, '', '\\x0102030405');
  CREATE TABLE "Odd %.name" (n text, "the ""day""" text); INSERT INTO "Odd %.name" VALUES ('', NULL), ('x', '2024-02-30');
  CREATE TABLE good (id int); INSERT INTO good VALUES (1), (2);`;
const casts = `CAST column events.day to date, column events.note to varchar(8), column events.raw to "varbyte(4)",
  column "Odd %.name"."the ""day""" to date`;

let source: TestDatabase;
beforeEach(async () => {
  source = await createDatabase(servers.source, content);
});
afterEach(async () => {
  await source.drop();
  for (const { name } of await target.query(targetContent)) {
    const [schema = '', ...table] = name?.split('.') ?? [];
    await target.run(`DROP TABLE ${qualified(schema, table.join('.'))} CASCADE`);
  }
});

let files = 0;
function load(...clauses: readonly string[]): Promise<Finished> {
  files += 1;
  const file = join(servers.folder, `rejects-${files}.load`);
  const commands = clauses.map((clause) => `LOAD DATABASE FROM ${source.uri} INTO ${servers.target}\n${clause};\n`);
  writeFileSync(file, commands.join(''));
  return pgshift(['load', file], servers.env());
}

const runOf = ({ stderr }: Finished): string => /run (\S+)/.exec(stderr)?.[1] ?? 'no run';

async function textOf(url: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: url.replace(`s3://${bucket}/`, '') }));
  return (await Body?.transformToString()) ?? '';
}

const rejectsOf = ({ rejects }: Report, table: string) => rejects.find((files) => files.table === table);

const reportOf = async (finished: Finished): Promise<Report> =>
  JSON.parse(await textOf(`runs/${runOf(finished)}/report.json`));

/** The rows of a reject file as PostgreSQL reads them, with nothing said but that it is CSV with a header. */
async function readBack(csv: string, columns: readonly string[]): Promise<Record<string, string | null>[]> {
  const client = new pg.Client({ connectionString: source.uri });
  await client.connect();
  await client.query(`CREATE TEMP TABLE back (${columns.map((column) => `${column} text`).join(', ')})`);
  await pipeline(Readable.from([csv]), client.query(copyFrom('COPY back FROM STDIN (FORMAT csv, HEADER match)')));
  const { rows } = await client.query('SELECT * FROM back');
  await client.end();
  return rows;
}

const loaded = () => target.query('SELECT id, day, note FROM public.events ORDER BY id');

describe('on error resume next', () => {
  it('loads every other row, keeps the refused ones with their reasons, and exits 3', async () => {
    const finished = await load(`WITH on error resume next ${casts}`);
    expect(finished.code, finished.stderr).toBe(3);
    expect(finished.stderr).not.toMatch(looksLikeStackTrace);
    expect(await loaded()).toEqual([
      { id: '1', day: '2024-05-06', note: 'fine' },
      { id: '3', day: null, note: '"a",\nb\n' },
    ]);
    expect(await target.query('SELECT n FROM public."odd %.name"')).toEqual([{ n: '' }]);
    expect(await target.query('SELECT count(*) AS rows FROM public.good')).toEqual([{ rows: '2' }]);

    const folder = `s3://${bucket}/runs/${runOf(finished)}/rejects`;
    expect(finished.stdout).toMatch(/public\.events +3 +2 /);
    expect(finished.stdout).toMatch(/public\.good +0 +2 /);
    expect(finished.stdout).toMatch(/Total import time +4 +5 /);
    expect(finished.stdout).toContain(`public.events: 3 in ${folder}/public.events.csv`);
    const report = await reportOf(finished);
    expect(report).toMatchObject({ outcome: 'succeeded with rejects', rows: 5, rejected: 4, errs: 4 });
    expect(report.rejects).toEqual([
      {
        table: 'public.Odd %.name',
        rows: 1,
        csv: `${folder}/public.odd=20=25=2Ename.csv`,
        log: `${folder}/public.odd=20=25=2Ename.log`,
      },
      { table: 'public.events', rows: 3, csv: `${folder}/public.events.csv`, log: `${folder}/public.events.log` },
    ]);

    const [odd, events] = report.rejects;
    expect(await readBack(await textOf(events?.csv ?? ''), ['id', 'day', 'note', 'raw'])).toEqual([
      { id: '2', day: 'hunter2 is no date', note: 'fine', raw: '00ff' },
      { id: '4', day: '2024-05-07', note: 'hunter2 is too long', raw: null },
      { id: '5', day: null, note: '', raw: '0102030405' },
    ]);
    expect(await readBack(await textOf(odd?.csv ?? ''), ['n', '"the ""day"""'])).toEqual([
      { n: 'x', 'the "day"': '2024-02-30' },
    ]);
    const reasons = (await textOf(events?.log ?? '')).split('\n');
    expect(reasons).toEqual([
      expect.stringMatching(/^s3:\/\/.*\.zst, row 2: column "day": .*\(code 1205\)$/),
      expect.stringMatching(/^s3:\/\/.*\.zst, row 4: column "note": .*\(code 1204\)$/),
      expect.stringMatching(/^s3:\/\/.*\.zst, row 5: column "raw": .*\(code 1204\)$/),
      '',
    ]);
  });

  it('tells nobody what refused rows hold, and keeps them when the data objects go', async () => {
    const finished = await load(`WITH on error resume next ${casts}`);
    expect(finished.stdout + finished.stderr).not.toMatch(/hunter2/);
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `runs/${runOf(finished)}/` }));
    const keys = (listed.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    expect(keys.filter((key) => key.includes('/parts/'))).toEqual([]);
    expect(keys.filter((key) => key.includes('/rejects/'))).toHaveLength(4);
    for (const key of keys) if (!key.endsWith('.csv')) expect(await textOf(key), key).not.toMatch(/hunter2/);
  });

  it('finds the refused rows of every piece', async () => {
    const finished = await load(`WITH on error resume next, batch rows = 2, keep files ${casts}`);
    expect(finished.code, finished.stderr).toBe(3);
    expect((await loaded()).map(({ id }) => id)).toEqual(['1', '3']);
    const events = rejectsOf(await reportOf(finished), 'public.events');
    expect((await textOf(events?.log ?? '')).match(/row \d/g)).toEqual(['row 2', 'row 2', 'row 1']);
  });

  it('is a success without rejects where Redshift refuses nothing', async () => {
    const finished = await load('WITH on error resume next');
    expect(finished.code, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/Total import time +✓ +9 /);
    expect(await reportOf(finished)).toMatchObject({ outcome: 'succeeded', rejected: 0, rejects: [] });
  });

  it('goes on with the next command of a file, and the file exits 3', async () => {
    const finished = await load(`WITH on error resume next ${casts}`, 'WITH include drop');
    expect(finished.code, finished.stderr).toBe(3);
    expect(await target.query('SELECT count(*) AS rows FROM public.events')).toEqual([{ rows: '5' }]);
  });

  it('speaks of rows: SQL of the command that fails stops the run all the same', async () => {
    const finished = await load(`WITH on error resume next ${casts} BEFORE LOAD DO $$ SELECT 1/0 $$`);
    expect(finished.code).toBe(1);
    expect(finished.stderr).toMatch(/BEFORE LOAD, block 1, statement 1/);
    const left = (await target.query(targetContent)).filter(({ name }) => name !== 'public._pgshift_claims');
    expect(left).toEqual([{ name: expect.stringMatching(/_pgshift_\w+_blocks/) }]);
  });
});

describe('max rejects', () => {
  it('fails a run with more, with nothing published and the rows kept', async () => {
    await target.run('CREATE TABLE public.events (mine integer); INSERT INTO public.events VALUES (42)');
    for (const most of [1, 3]) {
      const finished = await load(`WITH on error resume next, max rejects = ${most} ${casts}`);
      expect(finished.code).toBe(1);
      const who = most === 1 ? 'Batch \\d of public\\.events alone has 3' : 'The run has 4';
      expect(finished.stderr).toMatch(new RegExp(`${who} rejected rows, and \`max rejects\` allows ${most}\\.`));
      expect(await target.query('SELECT mine FROM public.events')).toEqual([{ mine: '42' }]);
      expect(finished.stderr).toMatch(
        /Rejected rows of public\.events, 3 of them: s3:\/\/\S+\/rejects\/public\.events\.csv\n/,
      );
      const report = await reportOf(finished);
      expect(report).toMatchObject({ outcome: 'failed', error: { kind: 'TooManyRejects' } });
      expect((await textOf(rejectsOf(report, 'public.events')?.csv ?? '')).match(/hunter2/g)).toHaveLength(2);
    }
  });

  it('lets a run with as many pass', async () => {
    const finished = await load(`WITH on error resume next, max rejects = 4 ${casts}`);
    expect(finished.code, finished.stderr).toBe(3);
    expect(await loaded()).toHaveLength(2);
  });
});

describe('on error stop', () => {
  it('names the first refused row of a table and publishes nothing', async () => {
    // What the source can tell by itself stops the run before Redshift sees it.
    const finished = await load(`WITH on long text keep, on long bytes keep ${casts}`);
    expect(finished.code).toBe(1);
    expect(finished.stderr).toMatch(
      /Redshift refuses a row of public\.(events: line 2 of s3:\/\/\S+: column "day"|odd %\.name: line 2 of s3:\/\/\S+: column "the "day""): the value is no date that Redshift takes \(code 1205\)\./,
    );
    expect(finished.stderr).toMatch(/Mend the row in the source/);
    expect(finished.stderr).not.toMatch(/hunter2/);
    expect((await target.query(targetContent)).filter(({ name }) => !name?.includes('_pgshift_'))).toEqual([]);
  });
});
