// A session with PostgreSQL or Redshift, on `pg`. Values travel as the server's own text; errors leave as our kinds.

import { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { refusedRow } from '../core/dialect/copy-refusal.ts';
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
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
      host: connection.host,
      port: connection.port,
      user: connection.user,
      database: connection.database,
      password: connection.password ?? noPassword,
      ssl: tlsOptions(connection, tls),
      application_name: options.applicationName,
      connectionTimeoutMillis: options.firstContact ? FIRST_CONTACT_MS : CONNECT_MS,
      // The server's own time-out needs a server that keeps it; what Detect asks at first contact takes no second.
      ...(options.firstContact && options.statementTimeoutMs > 0
        ? { query_timeout: Math.max(FIRST_CONTACT_MS, options.statementTimeoutMs) }
        : {}),
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
      // Not client.end(): it waits for the other side to say goodbye, and who is no PostgreSQL may never do.
      socket.destroy();
      const failure = failureFrom(error);
      if (index + 1 < attempts.length && /does not support SSL/i.test(failure.message)) continue;
      throw connectError(failure, connection, options);
    }
  }
  throw new PgshiftError('Unexpected', 'no way to connect was tried');
}

/** Called when the server wants a password and none is known; without it `pg` would look for one by itself. */
function noPassword(): string {
  throw new Error('no password is set');
}

function connectError(failure: ServerFailure, connection: Connection, options: SessionOptions): PgshiftError {
  const { host, port, user, database } = connection;
  const error = connectFailureOf(failure, connection.end, { where: `${host}:${port}`, user, database });
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
    copyOut(sql, refused) {
      const failure = (error: unknown) => refused?.(failureFrom(error).message) ?? fail(error, 'reading rows');
      return copyOut(client, sql, failure);
    },
    async copyIn(sql, bytes) {
      const into = client.query(copyFrom(sql));
      const read: { broken?: unknown } = {};
      try {
        await pipeline(readable(bytes, read), into);
        return { rows: into.rowCount };
      } catch (error) {
        // What the bytes' own stream threw is told as it is: COPY was only broken off because of it.
        if ('broken' in read) throw read.broken;
        const refused = refusedRow({ ...failureFrom(error), ...placeFrom(error) });
        if (refused !== undefined) return { refused };
        throw fail(error, 'loading rows');
      }
    },
    async close() {
      await client.end().catch(() => {});
    },
  };
}

/** The bytes, and what broke them: a pipeline gives all of its streams the error of the one that failed. */
async function* readable(bytes: Readable, read: { broken?: unknown }): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    read.broken = error;
    throw error;
  }
}

function copyOut(client: pg.Client, sql: string, fail: (error: unknown) => PgshiftError) {
  const bytes = client.query(new CopyOut(sql, fail));
  const rows = new Promise<number>((resolve, reject) => {
    bytes.once('error', reject);
    bytes.once('end', () => resolve(bytes.rowCount));
  });
  // Whoever reads `bytes` sees the failure there; without a reader of `rows` it must not end the process.
  rows.catch(() => {});
  return { bytes, rows };
}

/**
 * What is handed on at a time: 64 KiB. The server sends 8 KiB at a time, and each hand-over to the compressor's thread
 * and back costs as much as compressing 2 KiB.
 */
const PIECE_BYTES = 64 * 1024;
/** A type, and a length that counts itself but not the type. */
const HEAD_BYTES = 5;
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);
const ERROR_RESPONSE = 'E'.charCodeAt(0);

/**
 * `COPY … TO STDOUT` as a stream of bytes, in place of pg's own reading of the connection while rows come. Each row is
 * a message: its bytes are moved over the heads between them, so that a row costs no object.
 */
class CopyOut extends Readable {
  /** As the server counts them; known at the end. */
  rowCount = 0;
  private readonly sql: string;
  private readonly fail: (error: unknown) => PgshiftError;
  private socket: Duplex | undefined;
  private handBack: (rest: Buffer) => void = () => {};
  private readonly head = Buffer.alloc(HEAD_BYTES);
  private headFilled = 0;
  /** How much of the message at hand is still to come. */
  private bodyLeft = 0;
  private piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private filled = 0;

  constructor(sql: string, fail: (error: unknown) => PgshiftError) {
    super({ highWaterMark: PIECE_BYTES });
    this.sql = sql;
    this.fail = fail;
  }

  // --- what pg asks of a query

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[];
    const take = (chunk: Buffer) => this.readMessages(chunk);
    stream.removeAllListeners('data').on('data', take);
    this.socket = stream;
    this.handBack = (rest) => {
      stream.off('data', take);
      for (const listener of listeners) stream.on('data', listener);
      this.socket = undefined;
      stream.resume();
      for (const listener of listeners) listener(rest);
    };
    connection.query(this.sql);
  }

  handleError(error: unknown): void {
    this.destroy(this.fail(error));
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rowCount = Number(/^COPY (\d+)/.exec(text)?.[1]);
    this.handOn();
    this.push(null);
  }

  handleReadyForQuery(): void {}

  // --- what a reader asks of a stream

  override _read(): void {
    this.socket?.resume();
  }

  // --- bytes

  private readMessages(chunk: Buffer): void {
    let at = 0;
    let kept = 0;
    while (at < chunk.length) {
      if (this.bodyLeft > 0) {
        const length = Math.min(this.bodyLeft, chunk.length - at);
        if (this.head[0] === COPY_DATA) {
          chunk.copyWithin(kept, at, at + length);
          kept += length;
        }
        at += length;
        this.bodyLeft -= length;
        continue;
      }
      const length = Math.min(HEAD_BYTES - this.headFilled, chunk.length - at);
      for (let i = 0; i < length; i++) this.head[this.headFilled++] = chunk[at++] as number;
      if (this.headFilled < HEAD_BYTES) break;
      const [type] = this.head;
      if (type === COPY_DONE || type === ERROR_RESPONSE) {
        this.keep(chunk, kept);
        // From here on the messages are pg's: the end of the query, or what went wrong.
        this.handBack(type === COPY_DONE ? chunk.subarray(at) : Buffer.concat([this.head, chunk.subarray(at)]));
        return;
      }
      this.bodyLeft = this.head.readUInt32BE(1) - (HEAD_BYTES - 1);
      this.headFilled = 0;
    }
    this.keep(chunk, kept);
  }

  private keep(chunk: Buffer, length: number): void {
    for (let taken = 0; taken < length; ) {
      const copied = chunk.copy(this.piece, this.filled, taken, length);
      taken += copied;
      this.filled += copied;
      if (this.filled === PIECE_BYTES) this.handOn();
    }
  }

  private handOn(): void {
    const whole = this.piece.subarray(0, this.filled);
    this.piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.filled = 0;
    if (whole.length > 0 && !this.push(whole)) this.socket?.pause();
  }
}

/** Where in the rows the server says it was. */
function placeFrom(error: unknown): { readonly where?: string; readonly column?: string } {
  if (!(error instanceof Error)) return {};
  const [where, column]: unknown[] = [Reflect.get(error, 'where'), Reflect.get(error, 'column')];
  return {
    ...(typeof where === 'string' ? { where } : {}),
    ...(typeof column === 'string' ? { column } : {}),
  };
}

function failureFrom(error: unknown): ServerFailure {
  if (error instanceof AggregateError && error.errors.length > 0) return failureFrom(error.errors[0]);
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code: unknown = Reflect.get(error, 'code');
  return { code: typeof code === 'string' ? code : undefined, message: error.message };
}
