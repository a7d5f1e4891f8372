// What is measured against: psql, or where it is not installed, the same bytes by the driver alone.
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { secondsOf, shell } from './measure.ts';

export interface Reference {
  readonly what: string;
  /** Seconds. */
  run(): Promise<number>;
}

function psqlVersion(): string | undefined {
  try {
    return /\d+(\.\d+)?/.exec(execFileSync('psql', ['--version'], { encoding: 'utf8' }))?.[0];
  } catch {
    return undefined;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Reads a whole table as CSV and throws it away. */
export function readTable(uri: string, table: string): Reference {
  const sql = `COPY ${table} TO STDOUT (FORMAT csv)`;
  const version = psqlVersion();
  if (version !== undefined) {
    const line = `psql -X -q -d ${quoted(uri)} -c ${quoted(sql)} > /dev/null`;
    return { what: `psql ${version} -c '${sql}' > /dev/null`, run: () => secondsOf(() => shell(line)) };
  }
  const discard = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  return {
    what: `pg-copy-streams, ${sql} (psql is not installed here)`,
    run: () => secondsOf(() => withClients([uri], ([client]) => pipeline(need(client).query(copyTo(sql)), discard()))),
  };
}

/** Copies a table into the table of the same name at another place, which is emptied first (not counted). */
export function pipeTable(uri: string, table: string, targetUri: string): Reference {
  const [out, into] = [`COPY ${table} TO STDOUT (FORMAT csv)`, `COPY ${table} FROM STDIN (FORMAT csv)`];
  const empty = () => withClients([targetUri], ([client]) => need(client).query(`TRUNCATE ${table}`));
  const version = psqlVersion();
  const psql = (where: string, sql: string) => `psql -X -q -v ON_ERROR_STOP=1 -d ${quoted(where)} -c ${quoted(sql)}`;
  const copy =
    version === undefined
      ? () =>
          withClients([uri, targetUri], ([left, right]) =>
            pipeline(need(left).query(copyTo(out)), need(right).query(copyFrom(into))),
          )
      : () => shell(`${psql(uri, out)} | ${psql(targetUri, into)}`);
  return {
    what:
      version === undefined
        ? 'pg-copy-streams to itself (psql is not installed here)'
        : `psql ${version} COPY TO | psql COPY FROM`,
    run: async () => {
      await empty();
      return secondsOf(copy);
    },
  };
}

/** Loads a CSV file into a table, which is emptied first (not counted). */
export function loadFile(file: string, uri: string, table: string, options: string): Reference {
  const sql = `COPY ${table} FROM STDIN ${options}`;
  const version = psqlVersion();
  const load =
    version === undefined
      ? () => withClients([uri], ([client]) => pipeline(createReadStream(file), need(client).query(copyFrom(sql))))
      : () => shell(`psql -X -q -v ON_ERROR_STOP=1 -d ${quoted(uri)} -c ${quoted(sql)} < ${quoted(file)}`);
  return {
    what: version === undefined ? 'pg-copy-streams (psql is not installed here)' : `psql ${version} COPY FROM STDIN`,
    run: async () => {
      await withClients([uri], ([client]) => need(client).query(`TRUNCATE ${table}`));
      return secondsOf(load);
    },
  };
}

async function withClients(uris: readonly string[], work: (clients: readonly pg.Client[]) => Promise<unknown>) {
  const clients = uris.map((connectionString) => new pg.Client({ connectionString }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await work(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

function need(client: pg.Client | undefined): pg.Client {
  if (client === undefined) throw new Error('no connection');
  return client;
}
