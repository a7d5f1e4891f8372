// Does WITH measure columns find what values take at most, size columns by it, and go on where an attempt ended?

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Measured } from '../../core/catalog/model.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { slicesOf } from '../../core/sql/measure.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { type Catalogs, discover } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { startTwoEnds, type TwoEnds } from '../support/two-ends.ts';
import { table } from '../unit/core/plan/planning.ts';

let ends: TwoEnds;
beforeAll(async () => {
  ends = await startTwoEnds();
});
afterAll(() => ends.stop());

const SETUP = `
  CREATE DOMAIN label AS varchar(30);
  CREATE TABLE "Texts" (id int, t text, "v ""x" varchar(100), c char(7), d label, blank text, none text, n numeric, big numeric, nan numeric, fixed numeric(9,2));
  INSERT INTO "Texts" VALUES
    (1, 'abc', '🐘🐘', 'a', 'dd', '', NULL, 12.50, 1e37, 'NaN', 1),
    (2, repeat('é', 20), 'x', 'é', NULL, '', NULL, -1234.5, 0.001, 7.0, 2),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  CREATE TABLE p (at int, note text) PARTITION BY RANGE (at);
  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
  CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
  INSERT INTO p VALUES (1, 'four'), (11, 'sixteen in all..');
  CREATE TABLE left_out (t text);
  INSERT INTO left_out VALUES ('not looked at');`;

const figuresOf = async (ports: Ports, run: string, name: string): Promise<Record<string, Measured | undefined>> => {
  const { source } = await ports.store.getJson<Catalogs>(artifactKeys.catalog(run));
  const columns = source.tables.find((each) => each.name === name)?.columns ?? [];
  return Object.fromEntries(columns.map((column) => [column.name, column.measured]));
};

describe.each(postgresVersions)('in $name', (version) => {
  let server: Awaited<ReturnType<typeof startTestPostgres>>;
  let source: TestDatabase;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    source = await createDatabase(server, SETUP);
  });
  afterAll(async () => {
    await source.drop();
    await server.stop();
  });

  const clauses = `WITH measure columns, workers = 1 MATERIALIZE VIEWS v AS $$ SELECT t || t AS twice FROM public."Texts" -- all of it $$
    EXCLUDING TABLE NAMES MATCHING 'left_out' IN SCHEMA 'public'`;

  async function begin(run: string, ports: Ports): Promise<void> {
    await detect(ports, { run, input: { command: ends.command(source, 'pessimistic', clauses) } });
  }

  test('every text in bytes and every bare number in digits, of the tables that take part', async () => {
    const ports = ends.ports(source, 'pessimistic');
    await begin(`measured-${version.major}`, ports);
    await discover(ports, { run: `measured-${version.major}`, snapshot: false });
    expect(await figuresOf(ports, `measured-${version.major}`, 'Texts')).toEqual({
      id: undefined,
      t: { bytes: 40 },
      'v "x': { bytes: 8 },
      c: { bytes: 8 },
      d: { bytes: 2 },
      blank: { bytes: 0 },
      none: {},
      n: { whole: 4, scale: 2, leastScale: 1 },
      big: { whole: 38, scale: 3, leastScale: 3 },
      // As many digits as no DECIMAL has.
      nan: { whole: 51, scale: 1, leastScale: 0 },
      fixed: undefined,
    });
    expect(await figuresOf(ports, `measured-${version.major}`, 'p')).toEqual({ at: undefined, note: { bytes: 16 } });
    expect(await figuresOf(ports, `measured-${version.major}`, 'v')).toEqual({ twice: { bytes: 80 } });
    expect(await figuresOf(ports, `measured-${version.major}`, 'left_out')).toEqual({ t: undefined });
  });

  test('what an attempt has found the next one does not look for again', async () => {
    const asked: string[] = [];
    const [first, second] = [0, 1].map(() => ends.ports(source, 'pessimistic'));
    if (first === undefined || second === undefined) throw new Error('no ports');
    // The catalog's session, that of the measures, and two slices.
    let left = 4;
    const tired: Ports = { ...first, remaining: () => (left-- > 0 ? 900_000 : 100_000) };
    await begin(`resumed-${version.major}`, first);
    const watched = (ports: Ports): Ports => ({
      ...ports,
      connect: async (...args) => {
        const session = await ports.connect(...args);
        const query: typeof session.query = async (sql, values) => {
          if (sql.startsWith('SELECT max(')) asked.push(sql);
          return session.query(sql, values);
        };
        return { ...session, query };
      },
    });
    await begin(`whole-${version.major}`, second);
    await discover(watched(second), { run: `whole-${version.major}`, snapshot: false });
    const all = asked.splice(0).length;
    await expect(discover(watched(tired), { run: `resumed-${version.major}`, snapshot: false })).rejects.toMatchObject({
      name: 'Unfinished',
    });
    const before = asked.splice(0).length;
    expect(before).toBe(2);
    expect(all).toBeGreaterThan(2);
    await discover(watched(first), { run: `resumed-${version.major}`, snapshot: false });
    expect(before + asked.length).toBe(all);
    expect(await figuresOf(first, `resumed-${version.major}`, 'Texts')).toEqual(
      await figuresOf(second, `whole-${version.major}`, 'Texts'),
    );
  });
});

test('values arrive in the columns that were measured for them', async () => {
  const source = await createDatabase(
    ends.source,
    `CREATE TABLE t (id int, note text, n numeric);
     INSERT INTO t VALUES (1, 'twenty bytes of text', 1234.5), (2, '', 0.25), (3, NULL, NULL)`,
  );
  const ports = ends.ports(source, 'pessimistic');
  await loadBySteps(ports, 'sized', ends.command(source, 'pessimistic', 'WITH measure columns'));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk('sized', 0));
  expect(chunk.tables[0]?.columns.map(({ type, measured }) => [type, measured])).toEqual([
    ['INTEGER', undefined],
    ['VARCHAR(32)', { bytes: 20 }],
    ['DECIMAL(8,2)', { whole: 4, scale: 2, leastScale: 2 }],
  ]);
  expect(await ends.arrived('pessimistic', 'SELECT * FROM public.t ORDER BY id')).toEqual([
    ['1', 'twenty bytes of text', '1234.50'],
    ['2', '', '0.25'],
    ['3', null, null],
  ]);
  await source.drop();
});

test('what cannot be measured is told by its table', async () => {
  const source = await createDatabase(
    ends.source,
    `CREATE VIEW broken AS SELECT (1 / (n - 1))::text AS t FROM generate_series(1, 2) n`,
  );
  const ports = ends.ports(source, 'pessimistic');
  await detect(ports, {
    run: 'broken',
    input: { command: ends.command(source, 'pessimistic', `WITH measure columns MATERIALIZE VIEWS public.broken`) },
  });
  await expect(discover(ports, { run: 'broken', snapshot: false })).rejects.toMatchObject({
    kind: 'StatementRefused',
    message: expect.stringMatching(/^public\.broken: .*division by zero/),
  });
  await source.drop();
});

test('large heaps are measured in slices of pages that stay where they are while the heap grows', () => {
  const of = (pages: number) =>
    slicesOf(table('t', { columns: [{ name: 'c', type: { ...TEXT }, notNull: false }], heap: { oid: 7, pages } }), {
      dialect: 'postgresql',
      major: 18,
    });
  expect(of(524_288).map(({ from }) => from)).toEqual(['ONLY "public"."t"']);
  const [grown, once] = [of(1_400_000), of(1_048_576)].map((slices) => slices.map(({ key, from }) => [key, from]));
  expect(once).toEqual([
    ['7/0-524288/0', `ONLY "public"."t" WHERE ctid < '(524288,0)'::tid`],
    ['7/524288-end/0', `ONLY "public"."t" WHERE ctid >= '(524288,0)'::tid`],
  ]);
  expect(grown?.[0]).toEqual(once?.[0]);
  expect(grown?.[1]?.[0]).toBe('7/524288-1048576/0');
  expect(
    slicesOf(table('t', { columns: [{ name: 'c', type: TEXT, notNull: false }], heap: { pages: 1e7 } }), {
      dialect: 'postgresql',
      major: 13,
    }),
  ).toHaveLength(1);
});

const TEXT = { schema: 'pg_catalog', name: 'text', sql: 'text', kind: 'base', modifier: -1 } as const;
