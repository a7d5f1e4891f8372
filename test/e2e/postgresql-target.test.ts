// Does `pgshift load` bring a database from one PostgreSQL into another, through the synthesized machine, as it does into Redshift?
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { pgshift } from './command-line.ts';
import { type Servers, startServers } from './servers.ts';

let servers: Servers;
let source: TestDatabase;
let target: TestDatabase;

beforeAll(async () => {
  servers = await startServers();
  source = await createDatabase(
    servers.source,
    `CREATE TYPE mood AS ENUM ('sad', 'glad');
     CREATE TABLE "Person" (id serial PRIMARY KEY, mood mood NOT NULL, name text);
     CREATE INDEX ON "Person" (lower(name));
     CREATE TABLE visit (person int REFERENCES "Person", at timestamptz DEFAULT now());
     INSERT INTO "Person" (mood, name) SELECT 'glad', 'n' || n FROM generate_series(1, 1000) n;
     INSERT INTO visit (person) SELECT n FROM generate_series(1, 500) n;
     CREATE TABLE narrow (n int);
     INSERT INTO narrow SELECT 30000 + n FROM generate_series(1, 3000) n`,
  );
  target = await createDatabase(servers.source);
});
afterAll(async () => {
  await source.drop();
  await target.drop();
  await servers.stop();
});

const numbers = async (sql: string): Promise<unknown> =>
  Object.values((await target.session.query(sql))[0] ?? {}).map(Number);

test('a database arrives with its types, keys and sequences, but for refused rows; nothing is said of Redshift', async () => {
  const clauses = [
    '--with',
    'on error resume next',
    '--with',
    'reset sequences',
    '--cast',
    'column narrow.n to smallint',
  ];
  const loaded = await pgshift(['load', source.uri, target.uri, ...clauses], servers.env());
  expect(loaded.stdout + loaded.stderr).not.toMatch(/Redshift/);
  expect(loaded.code).toBe(3);
  expect(await numbers('SELECT (SELECT count(*) FROM "Person") AS a, (SELECT count(*) FROM visit) AS b')).toEqual([
    1000, 500,
  ]);
  expect(await numbers(`INSERT INTO "Person" (mood) VALUES ('sad') RETURNING id`)).toEqual([1001]);
  await expect(target.session.run('INSERT INTO visit VALUES (5000)')).rejects.toThrow(/visit_person_fkey/);
  expect(loaded.stdout).toMatch(/233/);
  expect(await numbers('SELECT count(*), max(n) FROM narrow')).toEqual([2767, 32767]);
});
