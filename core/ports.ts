// What a step may ask of the world. Adapters implement these; tests may too. Steps see nothing else.

import type { Readable } from 'node:stream';
import type { Endpoint } from './command/model.ts';
import type { RefusedRow } from './dialect/copy-refusal.ts';
import type { PgshiftError } from './errors.ts';

/** One connection to a server. Errors are PgshiftErrors; SQL text and values never appear in them. */
export interface Session {
  /** Rows as objects of text values: the server's own text, nothing parsed. NULL is null. */
  query(sql: string, values?: readonly (string | number | null)[]): Promise<Record<string, string | null>[]>;
  /** Several statements in one round trip, no results: for DDL. */
  run(sql: string): Promise<void>;
  /** The columns that a query would give, without a row of it. */
  describe(sql: string): Promise<DescribedColumn[]>;
  /**
   * `COPY … TO STDOUT` as bytes. `rows` settles with the server's own count after the last byte. `refused` reads what the
   * server says when it fails: the error of a statement that was made to fail, undefined for all others.
   */
  copyOut(
    sql: string,
    refused?: (message: string) => PgshiftError | undefined,
  ): { readonly bytes: Readable; readonly rows: Promise<number> };
  /**
   * `COPY … FROM STDIN` of bytes: how many rows the server counts, or the row that it refuses; then the transaction is broken.
   * What is wrong with the bytes' own stream is thrown as it is.
   */
  copyIn(sql: string, bytes: Readable): Promise<{ readonly rows: number } | { readonly refused: RefusedRow }>;
  /** Ends the session; never throws. */
  close(): Promise<void>;
}

/** One column of a query's result: its type's oid, and the type's modifier, -1 without one. */
export interface DescribedColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly modifier: number;
}

export interface SessionOptions {
  /** Shown in pg_stat_activity: who of which run is connected. */
  readonly applicationName: string;
  /** In detect, what fails to connect is a wrong setting; later it is an outage, and is tried again. */
  readonly firstContact?: boolean;
  /** The server gives up on a statement after this many milliseconds. 0: never. */
  readonly statementTimeoutMs: number;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** An upload in parts that nobody has completed or aborted: no object, but what it has received is kept. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly id: string;
}

/** The run's bucket. */
export interface Store {
  readonly bucket: string;
  /** It is no bucket at all, and no server can write into it. */
  readonly imagined?: true;
  putText(key: string, text: string): Promise<void>;
  putJson(key: string, value: unknown): Promise<void>;
  /** Stores it only where nothing is stored yet, whoever else tries at the same time; says whether it did. */
  putNew(key: string, text: string): Promise<boolean>;
  getText(key: string): Promise<string>;
  /** Undefined when there is no such object. */
  findText(key: string): Promise<string | undefined>;
  getJson<Value>(key: string): Promise<Value>;
  /** An object's bytes. The stream fails with a PgshiftError. */
  getStream(key: string): Promise<Readable>;
  /** Stores a stream; nothing is visible unless all of it arrived. Gives the bytes stored. */
  putStream(key: string, body: Readable): Promise<number>;
  list(prefix: string): Promise<StoredObject[]>;
  remove(keys: readonly string[]): Promise<void>;
  listUnfinished(prefix: string): Promise<UnfinishedUpload[]>;
  abortUnfinished(uploads: readonly UnfinishedUpload[]): Promise<void>;
  /** The bucket's own region, for COPY. Also proves that the bucket is there and ours. */
  region(): Promise<string>;
}

/** How Redshift is allowed to read the bucket, or to write into it. */
export type CopyAuthorization =
  | { readonly role: string }
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

export interface Log {
  info(event: string, facts?: Record<string, string | number | boolean | null>): void;
}

export type RunState = 'running' | 'ended' | 'unknown';

/** Whether other runs still run. */
export interface Runs {
  /** What others are told of a run, to find out whether it runs. */
  signOf(run: string, execution: string): string;
  /** `unknown` where it cannot be told. */
  look(sign: string): Promise<RunState>;
}

export interface Ports {
  readonly store: Store;
  readonly runs: Runs;
  readonly log: Log;
  connect(endpoint: Endpoint, options: SessionOptions): Promise<Session>;
  /** Of a COPY at the target, or of an UNLOAD at the source. */
  copyAuthorization(end?: Endpoint['end']): Promise<CopyAuthorization>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds this invocation may still take. */
  remaining(): number;
  /** `bytes` random bytes in lower-case hexadecimal. */
  randomHex(bytes: number): string;
}
