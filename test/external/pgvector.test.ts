// Do vectors of a real pgvector arrive: in Redshift as lists of numbers, in PostgreSQL as vectors with their indexes?
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { pgshift } from '../e2e/command-line.ts';
import { type Servers, startServers } from '../e2e/servers.ts';
import { createDatabase, openSession, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { debianPostgres, dumpSchema } from './debian.ts';

const debian = debianPostgres();
let server: PostgresServer;
let source: TestDatabase;
let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
  server = await startTestPostgres(debian);
  source = await createDatabase(
    server,
    `CREATE EXTENSION vector;
     CREATE TABLE documents (id int PRIMARY KEY, meaning vector(3), coarse halfvec(2), thin sparsevec(100000), any_length vector);
     CREATE INDEX documents_meaning ON documents USING hnsw (meaning vector_cosine_ops) WITH (m = 8);
     INSERT INTO documents VALUES
       (1, '[1,2.5,-3]', '[0.1,65504]', '{1:0.5,100000:-2}/100000', '[1e-38,3.4028235e38]'),
       (2, '[0,0,0]', '[0,6e-8]', '{}/100000', '[0.1]'),
       (3, NULL, NULL, NULL, NULL);
     INSERT INTO documents (id, any_length) SELECT 4, ('[' || string_agg((n / 7.0)::real::text, ',') || ']')::vector
       FROM generate_series(1, 2000) n`,
  );
});
afterAll(async () => {
  await source.drop();
  await server.stop();
  await servers.stop();
  rmSync(debian.binaries ?? '', { recursive: true, force: true });
});

const AS_TEXT = `SELECT id, meaning::text, coarse::text, thin::text, any_length::text FROM documents ORDER BY id`;

test('in Redshift as lists of the same numbers, sparse ones as text', async () => {
  const loaded = await pgshift(['load', source.uri, servers.target], servers.env());
  expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
  const target = await openSession(servers.target);
  const there = await target.query(
    'SELECT id, json_serialize(meaning) AS meaning, json_serialize(coarse) AS coarse, thin, json_serialize(any_length) AS any_length FROM public.documents ORDER BY id',
  );
  await target.close();
  const numbers = (text: string | null | undefined) => (text == null ? text : (JSON.parse(text) as number[]));
  const lists = (row: (typeof there)[number]) => ({
    ...row,
    ...{ meaning: numbers(row.meaning), coarse: numbers(row.coarse), any_length: numbers(row.any_length) },
  });
  expect(there.map(lists)).toEqual((await source.session.query(AS_TEXT)).map(lists));
  expect(await pgshift(['compare', source.uri, servers.target], servers.env())).toMatchObject({ code: 0 });
});

test('in PostgreSQL as they are: the extension is made, the index is built', async () => {
  const copied = await createDatabase(server);
  const loaded = await pgshift(['load', source.uri, copied.uri], servers.env());
  expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
  expect(await copied.session.query(AS_TEXT)).toEqual(await source.session.query(AS_TEXT));
  expect(dumpSchema(debian.programs, copied.uri)).toBe(dumpSchema(debian.programs, source.uri));
  await copied.drop();
});
