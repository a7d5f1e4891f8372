// Does NULL stay apart from every value, the sentinel's own text among them, however Redshift reads what is quoted?
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { PROFILES, type Profile, startTwoEnds, type TwoEnds } from '../support/two-ends.ts';

let ends: TwoEnds;
let source: TestDatabase;
beforeAll(async () => {
  ends = await startTwoEnds();
});
afterEach(() => source.drop());
afterAll(() => ends.stop());

/** What the plan draws: the same in each run, so that a row can hold it. */
const sentinels = ['@N00000000000001@', '@N00000000000002@', '@N00000000000003@'];

let runs = 0;

/** Loads all of the source, and says which sentinel each part was written with. */
async function load(profile: Profile, clauses = ''): Promise<{ draws: number[] }> {
  runs += 1;
  const command = ends.command(source, profile, clauses);
  const written = await loadBySteps(ends.ports(source, profile), `run-${runs}`, command);
  return { draws: written.map(({ draw = 0 }) => draw) };
}

const arrived = (profile: Profile) => ends.arrived(profile, 'SELECT * FROM public.t ORDER BY id');
const sent = async () => (await source.session.query('SELECT * FROM t ORDER BY id')).map((row) => Object.values(row));

describe.each(PROFILES)('read by the %s profile, a text that is the sentinel', (profile) => {
  /** Texts that may be taken for it, or for NULL. */
  const look = `
    INSERT INTO t SELECT n, CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '"${sentinels[0]}"'
      WHEN 3 THEN ' ${sentinels[0]}' WHEN 4 THEN '${sentinels[0]},' || chr(10) ELSE 'NULL' END FROM generate_series(1, 3000) n;`;
  const withTable = async (last: string) => {
    source = await createDatabase(ends.source, `CREATE TABLE t (id text, note text); ${look} ${last}; ANALYZE t`);
  };

  test('arrives when it is the last value of its part', async () => {
    await withTable(`INSERT INTO t VALUES ('z', '${sentinels[0]}')`);
    expect((await load(profile)).draws).toEqual([1]);
    expect(await arrived(profile)).toEqual(await sent());
  });

  test('arrives with the rows of other parts, of which only its own is written twice', async () => {
    await withTable(`INSERT INTO t VALUES ('z', '${sentinels[0]}')`);
    const { draws } = await load(profile, 'WITH rows per range = 500');
    expect(draws.length).toBeGreaterThan(3);
    expect(draws).toEqual([...draws.slice(1).fill(0), 1]);
    expect(await arrived(profile)).toEqual(await sent());
  });

  test('arrives where batches are bounded', async () => {
    await withTable(`INSERT INTO t VALUES ('z', '${sentinels[0]}')`);
    expect((await load(profile, 'WITH batch rows = 700')).draws).toEqual([1]);
    expect(await arrived(profile)).toEqual(await sent());
  });

  test('arrives when the second is a value as well', async () => {
    await withTable(`INSERT INTO t VALUES ('y', '${sentinels[1]}'), ('z', '${sentinels[0]}')`);
    expect((await load(profile)).draws).toEqual([2]);
    expect(await arrived(profile)).toEqual(await sent());
  });

  test('is told from texts that only contain it', async () => {
    await withTable('');
    expect((await load(profile)).draws).toEqual([0]);
    expect(await arrived(profile)).toEqual(await sent());
  });
});

describe.each(PROFILES)('read by the %s profile, an empty bytea', (profile) => {
  /** Values that a mark for an empty one may be taken for, in a column that has room for no mark. */
  const values = `(1, '', ''), (2, NULL, '\\x00'), (3, '\\x00', '\\x0000'), (4, '\\xff', ''), (5, '', '\\x01')`;
  const tables = `CREATE TABLE t (id int, one bytea, required bytea NOT NULL); INSERT INTO t VALUES ${values};
    INSERT INTO t SELECT n, '\\x7f', decode(md5(n::text), 'hex') FROM generate_series(6, 3000) n;`;
  const cast = 'CAST column t.one TO varbyte(1)';
  const inHex = () =>
    source.session.query(`SELECT id, encode(one, 'hex') AS a, encode(required, 'hex') AS b FROM t ORDER BY id`);
  const asSent = async () => (await inHex()).map((row) => Object.values(row));

  test('arrives as an empty VARBYTE, beside NULL and values of zero bytes, in columns without room', async () => {
    source = await createDatabase(ends.source, tables);
    expect((await load(profile, cast)).draws).toEqual([1]);
    expect(await arrived(profile)).toEqual(await asSent());
  });

  test('arrives in parts and pieces, and what has none is written once', async () => {
    source = await createDatabase(ends.source, `${tables} ANALYZE t`);
    const { draws } = await load(profile, `WITH rows per range = 700, batch rows = 300 ${cast}`);
    expect(draws.length).toBeGreaterThan(3);
    expect(draws).toEqual([1, ...draws.slice(1).fill(0)]);
    expect(await arrived(profile)).toEqual(await asSent());
  });

  test('arrives beside a text that is the sentinel', async () => {
    source = await createDatabase(
      ends.source,
      `CREATE TABLE t (id int, data bytea, note text); INSERT INTO t VALUES (1, '', NULL), (2, NULL, '${sentinels[1]}'), (3, '\\x61', '')`,
    );
    expect((await load(profile)).draws).toEqual([2]);
    expect(await arrived(profile)).toEqual([
      ['1', '', null],
      ['2', null, sentinels[1]],
      ['3', '61', ''],
    ]);
  });

  test('is what an empty text becomes that is cast to VARBYTE, and NULL what is cast to a number, a date or a shape', async () => {
    const point = '0101000000000000000000F03F0000000000000040';
    source = await createDatabase(
      ends.source,
      `CREATE TABLE t (id int, bytes text, number varchar(5), day text, shape text);
       INSERT INTO t VALUES (1, '', '', '', ''), (2, NULL, NULL, NULL, NULL), (3, 'é', '7', '2024-05-06', '${point}')`,
    );
    await load(
      profile,
      'CAST column t.bytes TO varbyte(2), column t.number TO integer, column t.day TO date, column t.shape TO geometry',
    );
    expect(await arrived(profile)).toEqual([
      ['1', '', null, null, null],
      ['2', null, null, null, null],
      ['3', 'c3a9', '7', '2024-05-06', point],
    ]);
  });
});

test('a source that answers with whatever sentinel it is asked with is refused, and nothing of it is stored', async () => {
  source = await createDatabase(
    ends.source,
    `CREATE TABLE t (id int); CREATE VIEW mirror AS SELECT n AS id, substring(current_query() from '@N[0-9a-f]{14}@') AS note FROM generate_series(1, 9) n`,
  );
  await expect(load('pessimistic', 'MATERIALIZE VIEWS mirror')).rejects.toMatchObject({
    name: 'SentinelCollision',
    message: expect.stringMatching(/public\.mirror .* all 3 /),
  });
  const { store } = ends.ports(source, 'pessimistic');
  expect(await store.list(artifactKeys.partObjects(`run-${runs}`))).toEqual([]);
});
