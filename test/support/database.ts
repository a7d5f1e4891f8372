// How does a test get a real PostgreSQL, a database of its own, and a session on it?
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Session } from '../../core/ports.ts';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';

export interface PostgresVersion {
  readonly name: string;
  readonly major: number;
  /** npm package of the programs; absent: the one that the product itself installs. */
  readonly binaries?: string;
}

/** The versions that are installed here: the newest everywhere, the oldest where npm has it, those between by hand. */
export const postgresVersions: readonly PostgresVersion[] = [
  { name: 'PostgreSQL 18', major: 18 },
  ...[13, 14, 15, 16, 17]
    .map((major) => ({ name: `PostgreSQL ${major}`, major, binaries: `postgres-${major}-linux-x64` }))
    .filter(({ binaries }) => isInstalled(binaries)),
];

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Starts a server for one test file: call in beforeAll, and `stop` in afterAll, which also removes its folder. */
export async function startTestPostgres(version?: PostgresVersion): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'pgshift-test-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const server = await startPostgres({ directory, ...(version?.binaries && { binaries: version.binaries }) });
    return { ...server, stop: () => server.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

export interface TestDatabase {
  readonly name: string;
  readonly uri: string;
  readonly session: Session;
  /** Closes the session and drops the database, whoever else is connected. */
  drop(): Promise<void>;
}

let databases = 0;

/** Creates a database, runs `sql` in it and opens a session on it as superuser. */
export async function createDatabase(server: PostgresServer, sql = ''): Promise<TestDatabase> {
  databases += 1;
  const name = `test_${databases}`;
  const administer = async (statement: string) => {
    const administrator = await openSession(server.uri());
    await administrator.run(statement).finally(() => administrator.close());
  };
  await administer(`CREATE DATABASE ${name}`);
  const uri = server.uri(name);
  const session = await openSession(uri);
  if (sql !== '') await session.run(sql);
  return {
    name,
    uri,
    session,
    drop: async () => {
      await session.close();
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** A plain session on any server that speaks PostgreSQL's protocol. Errors are those of `pg`. */
export async function openSession(uri: string): Promise<Session> {
  // Every value as the server's own text.
  const types = { getTypeParser: () => (value: string | Buffer) => value };
  const client = new pg.Client({ connectionString: uri, types });
  // A connection that the server ends shows in the next query.
  client.on('error', () => {});
  await client.connect();
  return {
    query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
    run: async (sql) => {
      await client.query(sql);
    },
    describe: async (sql) => {
      const { fields } = await client.query(`SELECT * FROM (${sql}) AS "described" LIMIT 0`);
      return fields.map((field) => ({
        name: field.name,
        typeOid: field.dataTypeID,
        modifier: field.dataTypeModifier,
      }));
    },
    copyOut: (sql) => {
      const bytes = client.query(copyTo(sql));
      const rows = new Promise<number>((resolve, reject) => {
        bytes.once('end', () => resolve(bytes.rowCount)).once('error', reject);
      });
      return { bytes, rows };
    },
    copyIn: async (sql, bytes) => {
      const into = client.query(copyFrom(sql));
      await pipeline(bytes, into);
      return { rows: into.rowCount };
    },
    close: () => client.end().catch(() => {}),
  };
}
