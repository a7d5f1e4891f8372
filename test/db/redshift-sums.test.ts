// `verify checksums` where Redshift is the source: is every value that changes behind Redshift's back found, whatever its type and
// its road, and is nothing published then? And is it said of which columns nobody could say so?

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { WrittenPart, WrittenPiece } from '../../core/pipeline.ts';
import type { PlanSummary } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import type { RedshiftServer } from '../../local/redshift/server.ts';
import { createDatabase, openSession, startTestPostgres } from '../support/database.ts';
import { EVERY_TYPE, type FromRedshift, startFromRedshift } from '../support/from-redshift.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { bucket } from '../support/redshift-stand-in.ts';
import { stepWorld } from '../support/step-world.ts';

let world: FromRedshift;
let postgres: PostgresServer;
beforeAll(async () => {
  [world, postgres] = await Promise.all([startFromRedshift({ profile: 'pessimistic' }), startTestPostgres()]);
});
afterAll(() => Promise.all([world.stop(), postgres.stop()]));

type Kind = 'redshift' | 'postgresql';

interface Target {
  readonly ports: Ports;
  readonly command: (clauses: string) => string;
  /** Runs statements there, and gives the first column of the last one's rows. */
  readonly ask: (sql: string) => Promise<unknown[]>;
}

async function targetOf(kind: Kind, name: string, source: RedshiftServer): Promise<Target> {
  if (kind === 'redshift') {
    const target = await world.target(name);
    return {
      ports: world.ports(source, target),
      command: (clauses) => world.command(clauses),
      ask: async (sql) => (await world.rows(target, sql)).map(([first]) => first),
    };
  }
  const database = await createDatabase(postgres, '');
  const session = await openSession(database.uri);
  const login = { port: postgres.port, user: postgres.user, password: postgres.password, database: database.name };
  const [atSource, atTarget] = [world.ports(source, source), stepWorld(world.s3, bucket, login).ports];
  return {
    ports: { ...atSource, connect: (end, how) => (end.end === 'source' ? atSource : atTarget).connect(end, how) },
    command: (clauses) => world.command(clauses).replace('INTO redshift', 'INTO postgresql'),
    ask: async (sql) => (await session.query(sql)).map((row) => Object.values(row)[0]),
  };
}

/** Puts a second copy of row 2 in the place of row 1: all of its columns have other values. */
async function swapStaged({ ask }: Target): Promise<void> {
  const [place] = await ask(
    `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname LIKE '_pgshift_%' AND a.attname = 'id'`,
  );
  await ask(`DELETE FROM ${place} WHERE id = 1`);
  await ask(`INSERT INTO ${place} SELECT * FROM ${place} WHERE id = 2`);
}

const notSummed = async (ports: Ports, run: string): Promise<(string | null)[]> => {
  const { hazards } = await ports.store.getJson<PlanSummary>(artifactKeys.plan(run));
  return hazards.flatMap(({ kind, place }) => (kind === 'NOT_SUMMED' ? [place] : []));
};

const EVERY = 'id i2 i4 d d19 d38 r f b v c day t tz ts tstz j bytes shape globe sketch'.split(' ');

describe.each<[Kind, string, readonly string[]]>([
  // This profile's UNLOAD writes 15 digits of a double, which are all that a REAL has.
  ['redshift', 'WITH verify checksums, read by unload', ['f', 'sketch']],
  ['postgresql', 'WITH verify checksums', ['sketch']],
])('into %s', (kind, clauses, left) => {
  test('a changed value of every type is found', async () => {
    const run = `every-${kind}`;
    const source = await world.source(`sums_every_${kind}`, EVERY_TYPE);
    const target = await targetOf(kind, `sums_every_${kind}_copy`, source);
    const changed = EVERY.filter((name) => !left.includes(name)).join(', ');
    await expect(
      loadBySteps(target.ports, run, target.command(clauses), () => swapStaged(target)),
    ).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: `s.every: what was read and what is staged differ in ${changed}.`,
    });
    // Of a document in jsonb only its kind counts, as keys have another order there.
    const lessSummed = kind === 'postgresql' ? ['j', ...left] : left;
    expect(await notSummed(target.ports, run)).toEqual(lessSummed.map((name) => `s.every.${name}`));
  });
});

const CASTS = `
  CREATE TABLE cast_all (
    id INTEGER, i INTEGER, ii SMALLINT, d DECIMAL(12,3), dd DECIMAL(12,3), ddd DECIMAL(9,2), b BOOLEAN, bb BOOLEAN, v VARCHAR(20), vv VARCHAR(20), vvv VARCHAR(20),
    c CHAR(6), day DATE, ts TIMESTAMP, tss TIMESTAMP, tsss TIMESTAMP, tz TIMESTAMPTZ, r REAL, f FLOAT8, j SUPER, x VARBYTE(8),
    y INTERVAL YEAR TO MONTH, s INTERVAL DAY TO SECOND);
  INSERT INTO cast_all VALUES
    (1, -7, 12, 1.5, 1.25, 99.90, true, false, '', ' b ', '12', 'ab', '2024-02-29', '2024-02-29 12:34:56.789', '1999-01-01 00:00:00.1', '0001-01-01 23:59:59',
     '2024-02-29 12:00:00+05:30', 1000.00006, 0.1, JSON_PARSE('{"b":1,"a":[1.50,"é"]}'), FROM_HEX('00ff'),
     INTERVAL '-14' MONTH, INTERVAL '3' DAY),
    (2, 0, 0, 0.001, 0.05, -0.01, false, true, 'x', 'é', '7', '', '0001-01-01', '2024-01-01', '2024-01-01', '2024-01-01',
     '9999-12-31 23:59:59.999999+00', -0.1, 5e-324, JSON_PARSE('[]'), FROM_HEX(''), NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;

/** Each column's rule; of `vvv` it is the target's business what the text is read as. */
const RULES = `CAST column cast_all.i to varchar(20), column cast_all.ii to bigint, column cast_all.d to varchar(20),
  column cast_all.ddd to decimal(12,4), column cast_all.b to integer, column cast_all.bb to varchar(5),
  column cast_all.v using empty-string-to-null, column cast_all.vvv to integer,
  column cast_all.c to varchar(6), column cast_all.day to timestamp, column cast_all.ts to timestamptz,
  column cast_all.tss to date, column cast_all.tsss to varchar(40), column cast_all.tz to timestamp,
  column cast_all.r to float8, column cast_all.f to varchar(40), column cast_all.x to varchar(20)`;

test.each<[Kind, string]>([
  [
    'redshift',
    `${RULES}, column cast_all.dd to decimal(12,1) on extra digits clamp, column cast_all.j to varchar(80),
    column cast_all.vv to char(20) on multibyte null`,
  ],
  [
    'postgresql',
    `${RULES}, column cast_all.dd to "numeric(12,1)", column cast_all.j to json, column cast_all.vv to char(20)`,
  ],
])('what casts make is summed, into %s, and what cannot be is said', async (kind, casts) => {
  const source = await world.source(`sums_cast_${kind}`, CASTS, { profile: 'optimistic' });
  const target = await targetOf(kind, `sums_cast_${kind}_copy`, source);
  const clauses = `WITH verify checksums ${casts}`;
  await loadBySteps(target.ports, `cast-${kind}-good`, target.command(clauses));
  expect(await notSummed(target.ports, `cast-${kind}-good`)).toEqual(
    ['vvv', 'y', 's'].map((name) => `public.cast_all.${name}`),
  );
  const intervals = "SELECT y::VARCHAR || ', ' || s::VARCHAR FROM cast_all WHERE id = 1";
  expect(await target.ask(intervals)).toEqual(['-1 years -2 mons, 3 days']);
  const summed = 'id, i, ii, d, dd, ddd, b, bb, v, vv, c, day, ts, tss, tsss, tz, r, f, j, x';
  await expect(
    loadBySteps(target.ports, `cast-${kind}-bad`, target.command(clauses), () => swapStaged(target)),
  ).rejects.toMatchObject({ message: expect.stringMatching(`differ in ${summed}\\.$`) });
});

/** Changes what was written, in the bucket, and keeps the rows. */
async function tamper({ store }: Ports, written: readonly WrittenPart[], change: (csv: string) => string) {
  for (const { key, objects } of written) {
    if (key === null) continue;
    const keys = objects === undefined ? [key] : (await store.getJson<WrittenPiece[]>(key)).map((piece) => piece.key);
    for (const Key of keys) {
      const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const csv = zstdDecompressSync((await Body?.transformToByteArray()) ?? '').toString('latin1');
      const changed = zstdCompressSync(Buffer.from(change(csv), 'latin1'));
      await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: changed }));
    }
  }
}

const LONG = `
  CREATE TABLE long_bytes (id INTEGER, note VARCHAR(9), bytes VARBYTE(100000));
  INSERT INTO long_bytes SELECT n, 'note' || n, FROM_HEX(REPEAT('ab', 30000))::VARBYTE FROM (SELECT 1 AS n UNION ALL SELECT 2) AS rows`;

describe.each<[Kind, string]>([
  ['redshift', 'unload'],
  ['redshift', 'cursor'],
  ['postgresql', 'unload'],
  ['postgresql', 'cursor'],
])('into %s by %s', (kind, road) => {
  test('an object that changed in the bucket is found, and nothing is published', async () => {
    const name = `tampered_${kind}_${road}`;
    const source = await world.source(name, LONG);
    const target = await targetOf(kind, `${name}_copy`, source);
    const load = target.command(`WITH verify checksums, read by ${road}`);
    const last = async (written: readonly WrittenPart[]) =>
      tamper(target.ports, written, (csv) => csv.replace(/ab("?\n)$/, 'ac$1'));
    await expect(loadBySteps(target.ports, `t-${kind}-${road}`, load, undefined, last)).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: 'public.long_bytes: what was read and what is staged differ in bytes.',
    });
    expect(await target.ask("SELECT COUNT(*) FROM pg_class WHERE relname = 'long_bytes'")).toEqual(['0']);
  });
});
