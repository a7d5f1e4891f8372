// A session with PostgreSQL or Redshift, on `pg`. Values travel as the server's own text; errors leave as our kinds.

import { PassThrough } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { connectFailureOf, failureOf, type ServerFailure } from '../core/dialect/server-error.ts';
import { PgshiftError } from '../core/errors.ts';
import type { Session, SessionOptions } from '../core/ports.ts';
import type { Connection } from './connection.ts';

/** In detect a wrong host must be told within 10 s, over both ends and the bucket at once; later patience is cheaper. */
const FIRST_CONTACT_MS = 5_000;
const CONNECT_MS = 15_000;
/** Networks between VPCs drop quiet connections after 350 s; a probe every 30 s keeps them. */
const KEEPALIVE_MS = 30_000;

/** Values as the server wrote them. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** Opens a session. Throws a PgshiftError that says what to mend. */
export async function openSession(connection: Connection, options: SessionOptions): Promise<Session> {
  const client = await connectClient(connection, options);
  const session = sessionOf(client, connection.end);
  await session.run(`SET statement_timeout TO ${Math.max(0, Math.floor(options.statementTimeoutMs))}`);
  return session;
}

async function connectClient(connection: Connection, options: SessionOptions): Promise<pg.Client> {
  const attempts = connection.tls === 'prefer' ? (['require', 'disable'] as const) : ([connection.tls] as const);
  for (const [index, tls] of attempts.entries()) {
    const client = new pg.Client({
      host: connection.host,
      port: connection.port,
      user: connection.user,
      database: connection.database,
      ...(connection.password === undefined ? {} : { password: connection.password }),
      ssl: tlsOptions(connection, tls),
      application_name: options.applicationName,
      connectionTimeoutMillis: options.firstContact ? FIRST_CONTACT_MS : CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_MS,
      types: AS_TEXT,
    });
    // A connection that breaks while nothing is asked of it must not end the process; the next query will say so.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const failure = failureFrom(error);
      if (index + 1 < attempts.length && /does not support SSL/i.test(failure.message)) continue;
      throw connectError(failure, connection, options);
    }
  }
  throw new PgshiftError('Unexpected', 'no way to connect was tried');
}

function connectError(failure: ServerFailure, connection: Connection, options: SessionOptions): PgshiftError {
  const where = `${connection.host}:${connection.port}, database "${connection.database}"`;
  const error = connectFailureOf(failure, connection.end, where, connection.user);
  // After detect has been there, a server that cannot be reached is an outage and not a wrong setting.
  if (error.kind === 'ServerUnreachable' && !options.firstContact)
    return new PgshiftError('ConnectionLost', error.message);
  return error;
}

function tlsOptions(connection: Connection, mode: Connection['tls']): pg.ClientConfig['ssl'] {
  if (mode === 'disable' || connection.host.startsWith('/')) return false;
  if (mode === 'require' || mode === 'prefer') return { rejectUnauthorized: false };
  const trusted = { ca: [...connection.authorities], rejectUnauthorized: true };
  // verify-ca trusts the certificate whatever its name; verify-full compares the name as well.
  return mode === 'verify-ca' ? { ...trusted, checkServerIdentity: () => undefined } : trusted;
}

function sessionOf(client: pg.Client, end: string): Session {
  const fail = (error: unknown, doing: string) => failureOf(failureFrom(error), end, doing);
  return {
    async query(sql, values) {
      try {
        const result = await client.query<Record<string, string | null>>(sql, values ? [...values] : []);
        return result.rows;
      } catch (error) {
        throw fail(error, 'answering a query');
      }
    },
    async run(sql) {
      try {
        await client.query(sql);
      } catch (error) {
        throw fail(error, 'running a statement');
      }
    },
    async describe(sql) {
      try {
        const { fields } = await client.query(`SELECT * FROM (${sql}\n) AS "described" LIMIT 0`);
        return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
          name,
          typeOid: dataTypeID,
          modifier: dataTypeModifier,
        }));
      } catch (error) {
        throw fail(error, 'describing a query');
      }
    },
    copyOut(sql) {
      return copyOut(client, sql, (error) => fail(error, 'reading rows'));
    },
    async close() {
      await client.end().catch(() => {});
    },
  };
}

function copyOut(client: pg.Client, sql: string, fail: (error: unknown) => PgshiftError) {
  const stream = client.query(copyTo(sql));
  const bytes = new PassThrough({ highWaterMark: 256 * 1024 });
  const rows = new Promise<number>((resolve, reject) => {
    const refuse = (error: unknown) => {
      const known = fail(error);
      bytes.destroy(known);
      reject(known);
    };
    const lost = () => refuse(new Error('Connection terminated'));
    client.once('end', lost);
    stream.on('error', refuse);
    stream.on('end', () => {
      client.off('end', lost);
      resolve(stream.rowCount);
    });
  });
  // Whoever reads `bytes` sees the failure there; without a reader of `rows` it must not end the process.
  rows.catch(() => {});
  stream.pipe(bytes);
  return { bytes, rows };
}

function failureFrom(error: unknown): ServerFailure {
  if (error instanceof AggregateError && error.errors.length > 0) return failureFrom(error.errors[0]);
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code: unknown = Reflect.get(error, 'code');
  return { code: typeof code === 'string' ? code : undefined, message: error.message };
}
