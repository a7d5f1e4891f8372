// Does `pgshift plan --scan` count what a load would stop at, or change, and leave both ends alone?
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../support/database.ts';
import { pgshift } from './command-line.ts';
import { type Servers, startServers } from './servers.ts';

let servers: Servers;
let source: string;
beforeAll(async () => {
  servers = await startServers();
  source = servers.source.uri('postgres');
  const session = await openSession(source);
  await session.run(`
    CREATE TABLE days (id int PRIMARY KEY, day date, at timestamp, note text) PARTITION BY RANGE (id);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (100);
    CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM (100) TO (200);
    INSERT INTO days SELECT n, CASE WHEN n % 50 = 0 THEN 'infinity'::date ELSE '2024-01-01' END,
      CASE WHEN n = 7 THEN '0044-03-15 BC' WHEN n = 8 THEN '-infinity' END::timestamp, repeat('x', CASE n WHEN 3 THEN 70000 ELSE 1 END)
      FROM generate_series(0, 199) n;
    CREATE TABLE fine (id int, price numeric(10,2), "it's" varchar(10));
    INSERT INTO fine VALUES (1, 1.5, 'a');
    CREATE VIEW seen AS SELECT day AS "the day" FROM days WHERE id < 51;`);
  await session.close();
});
afterAll(() => servers.stop());

const plan = (...flags: string[]) => pgshift(['plan', source, servers.target, '--scan', ...flags], servers.env());

test('counts each hazard of each column over all partitions, and exits 1 where a load would stop', async () => {
  const { code, stdout, stderr } = await plan();
  const scanned = stdout.slice(stdout.indexOf('-- Scanned'));
  expect(scanned.trimEnd().split('\n').toSorted()).toEqual([
    '--   STOPS  public.days.at: 1 date out of range, which stop a load',
    '--   STOPS  public.days.at: 1 infinity, which stop a load',
    '--   STOPS  public.days.day: 4 infinity, which stop a load',
    '--   STOPS  public.days.note: 1 long text, which stop a load',
    '-- Scanned: values that Redshift refuses or alters',
  ]);
  expect(stderr).toMatch(/A load would stop: 7 values in 4 places/);
  expect(code).toBe(1);
});

test('says what becomes of them where the command does, and exits 0', async () => {
  const policies = 'on infinity null, on date out of range clamp, on long text truncate';
  const { code, stdout } = await plan('--with', policies, '--json');
  expect(JSON.parse(stdout).scan).toEqual(
    expect.arrayContaining([
      { place: 'public.days.day', hazard: 'infinity', policy: 'null', values: 4 },
      { place: 'public.days.at', hazard: 'date out of range', policy: 'clamp', values: 1 },
      { place: 'public.days.note', hazard: 'long text', policy: 'truncate', values: 1 },
    ]),
  );
  expect(code).toBe(0);
});

test('finds nothing where there is nothing to find', async () => {
  const { code, stdout } = await plan('--including-only', 'fine');
  expect(stdout).toContain('-- Scanned: no value that Redshift refuses or alters');
  expect(code).toBe(0);
});

test('asks a Redshift source as well, in its own words', async () => {
  const session = await openSession(servers.target);
  await session.run(
    "CREATE TABLE far (day DATE, v VARCHAR(9)); INSERT INTO far VALUES ('10000-01-01', 'a'), (NULL, 'b')",
  );
  await session.close();
  const args = ['plan', servers.target, servers.target, '--scan', '--including-only', 'far'];
  const { code, stdout } = await pgshift(args, servers.env());
  expect(stdout).toContain('-- read by UNLOAD, all in one transaction');
  expect(stdout).toContain('--   STOPS  public.far.day: 1 date out of range, which stop a load');
  expect(code).toBe(1);
});
