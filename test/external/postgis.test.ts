// Do shapes of a real PostGIS arrive in Redshift as they are, by the state machine?
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../core/ports.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { pgshift } from '../e2e/command-line.ts';
import { type Servers, startServers } from '../e2e/servers.ts';
import { createDatabase, openSession, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { debianPostgres } from './debian.ts';

const debian = debianPostgres();
let server: PostgresServer;
let source: TestDatabase;
let servers: Servers;
let target: Session;
beforeAll(async () => {
  servers = await startServers();
  server = await startTestPostgres(debian);
  target = await openSession(servers.target);
  source = await createDatabase(server, 'CREATE EXTENSION postgis');
});
afterAll(async () => {
  await source.drop();
  await target.close();
  await server.stop();
  await servers.stop();
  rmSync(debian.binaries ?? '', { recursive: true, force: true });
});

const SHAPES = [
  'POINT(1 2)',
  'POINT EMPTY',
  'POINT Z (1 2 3)',
  'POINT ZM (1 2 3 4)',
  'LINESTRING(0 0, 1.5 -2.25, 1e300 1e-300)',
  'POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))',
  'MULTIPOINT((0 0), (1 1))',
  'MULTILINESTRING((0 0, 1 1), (2 2, 3 3))',
  'MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))',
  'GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))',
];
const list = SHAPES.map((shape, n) => `(${n}, '${shape}')`).join(', ');

test('geometry and geography, with and without a reference system, empty and NULL', async () => {
  await source.session.run(`CREATE TABLE shapes (id int, plain geometry, wgs geometry(Geometry, 4326), globe geography);
    CREATE TABLE flat (id int, shape geometry(Point, 3857));
    INSERT INTO shapes SELECT n, s::geometry FROM (VALUES ${list}) v(n, s);
    UPDATE shapes SET wgs = ST_SetSRID(plain, 4326) WHERE ST_NDims(plain) = 2;
    UPDATE shapes SET globe = ST_SetSRID(plain, 4326)::geography WHERE ST_NDims(plain) = 2 AND id <> 4;
    INSERT INTO flat VALUES (1, ST_SetSRID(ST_MakePoint(1, 2), 3857)), (2, NULL)`);
  const loaded = await pgshift(['load', source.uri, servers.target, '--excluding', 'spatial_ref_sys'], servers.env());
  expect(loaded).toMatchObject({ code: 0 });
  const asked = (table: string, columns: readonly string[]) =>
    `SELECT id, ${columns.map((name) => `UPPER(${name}::text) AS ${name}`).join(', ')} FROM public.${table} ORDER BY id`;
  for (const [table, columns] of [
    ['shapes', ['plain', 'wgs', 'globe']],
    ['flat', ['shape']],
  ] as const) {
    expect(await target.query(asked(table, columns))).toEqual(await source.session.query(asked(table, columns)));
  }
});
