// Does a whole database of Debian's PostgreSQL, a version between the newest and the oldest, arrive in the stand-in?
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareDatabases } from '../../cli/demo/compare.ts';
import { createSample } from '../../cli/demo/sample.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { pgshift } from '../e2e/command-line.ts';
import { type Servers, startServers } from '../e2e/servers.ts';
import { createDatabase, startTestPostgres } from '../support/database.ts';
import { debianPostgres } from './debian.ts';

const debian = debianPostgres();
let server: PostgresServer;
let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
  server = await startTestPostgres(debian);
});
afterAll(async () => {
  await server.stop();
  await servers.stop();
  rmSync(debian.binaries ?? '', { recursive: true, force: true });
});

test(`a whole database of ${debian.name} arrives equal, row for row`, async () => {
  const source = await createDatabase(server);
  await createSample(source.uri, 0.001);
  expect(await pgshift(['load', source.uri, servers.target], servers.env())).toMatchObject({ code: 0 });
  const compared = await compareDatabases(source.uri, servers.target);
  expect(compared.differences).toEqual([]);
  expect(compared.tables).toBe(19);
  await source.drop();
});
