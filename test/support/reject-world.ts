// What do tests of refused rows need? A run whose staging table is made, objects for its batch, and what came of them.
import { zstdCompressSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import type { PartWritten } from './one-batch.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from './redshift-stand-in.ts';
import { stepWorld, type WorldOptions } from './step-world.ts';

export const sentinel = '@N0123456789abcd@';

const column = (name: string, type: string, quoted: boolean, notNull = false) => ({
  source: name,
  target: name,
  type,
  notNull,
  expression: `"${name}"`,
  quoted,
});

export const rejectTable: PlannedTable = {
  table: 0,
  source: { schema: 'public', name: 'T' },
  target: { schema: 'sales', name: 't' },
  staging: '_pgshift_0_0',
  ledger: '_pgshift_0_0_ledger',
  columns: [
    column('id', 'INTEGER', false, true),
    column('note', 'VARCHAR(8)', true),
    column('day', 'DATE', false),
    column('a "b"\n', 'SUPER', true),
  ],
  create: [
    'CREATE TABLE "sales"."_pgshift_0_0" ("id" INTEGER NOT NULL, "note" VARCHAR(8), "day" DATE, "a ""b""\n" SUPER)',
    'CREATE TABLE "sales"."_pgshift_0_0_ledger" ("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32))',
  ],
  publish: 'create',
  dropForeignKeys: [],
  addKeys: [],
  addForeignKeys: [],
  parts: [],
  batches: [],
};

/** One batch of one table, before the stand-in. */
export interface RejectWorld {
  /** Of the run at hand: each `begin` is another one, because load errors outlive what they speak of. */
  run(): string;
  begin(): Promise<void>;
  ports(options?: WorldOptions): Ports;
  /** A part with these rows. */
  part(number: number, ...lines: readonly string[]): Promise<PartWritten>;
  input(written: readonly PartWritten[]): {
    readonly run: string;
    readonly batch: number;
    readonly chunk: number;
    readonly table: number;
    readonly written: readonly PartWritten[];
  };
  /** The numbers of the rows that are staged. */
  staged(): Promise<unknown[]>;
  /** Pieces with their rows, loaded and rejected. */
  ledger(): Promise<unknown[][]>;
  /** What the batch adds to the reject files. */
  rejects(): Promise<{ readonly csv: string; readonly log: readonly string[] }>;
  /** Of the stand-in's own PostgreSQL. */
  readonly backend: pg.Client;
  /** What S3 does wrong. */
  readonly faults: StandIn['s3']['faults'];
  close(): Promise<void>;
}

export async function startRejectWorld(profile: 'pessimistic' | 'optimistic'): Promise<RejectWorld> {
  const standIn = await startStandIn({ profile });
  const s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const session = await standIn.session();
  const backend = new pg.Client({ connectionString: standIn.postgres.uri('dev') });
  await backend.connect();
  let runs = 0;
  const run = () => `run-${runs}`;

  const ports = (options: WorldOptions = {}) => {
    const uri = new URL(standIn.redshift.uri());
    const [user, password] = [decodeURIComponent(uri.username), decodeURIComponent(uri.password)];
    const login = { port: standIn.redshift.port, user, password, database: 'dev' };
    return stepWorld(s3, bucket, login, { authorization: keys, ...options }).ports;
  };

  return {
    run,
    backend,
    faults: standIn.s3.faults,
    ports,
    async begin() {
      runs += 1;
      await session.query('DROP SCHEMA IF EXISTS sales CASCADE');
      const { store } = ports();
      const ends = { source: { end: 'source' }, target: { end: 'target', scheme: 'redshift' } };
      const options = { onError: 'resume next' };
      await store.putJson(artifactKeys.command(run()), { ...ends, options, ...NO_CLAUSES });
      await store.putJson(artifactKeys.capabilities(run()), {
        target: { dialect: 'redshift' },
        bucket: { name: bucket, region },
      });
      const chunk: PlanChunk = {
        chunk: 0,
        sentinels: [sentinel],
        schemas: ['CREATE SCHEMA "sales"'],
        tables: [rejectTable],
      };
      await store.putJson(artifactKeys.planChunk(run(), 0), chunk);
      await prepare(ports(), { run: run(), chunk: 0, execution: '' });
    },
    async part(number, ...lines) {
      const key = artifactKeys.partObject(run(), 0, number, 0);
      const csv = lines.map((line) => `${line}\n`).join('');
      const body = zstdCompressSync(csv);
      await standIn.put(key, body);
      const bytes = { bytes: body.length, csvBytes: csv.length };
      return { part: number, rows: lines.length, ...bytes, key, startedAt: 0, endedAt: 0 };
    },
    input: (written) => ({ run: run(), batch: 0, chunk: 0, table: 0, written }),
    staged: async () => (await rows(session, 'SELECT id FROM sales._pgshift_0_0 ORDER BY id')).flat(),
    ledger: () => rows(session, 'SELECT piece, rows::int, rejected::int FROM sales._pgshift_0_0_ledger ORDER BY 1'),
    async rejects() {
      const { store } = ports();
      const records = await store.getJson<BatchRecord[]>(artifactKeys.batchRecord(run(), 0, 0));
      const cuts = records.flatMap((record) => record.cuts);
      const texts = async (keyOf: typeof artifactKeys.cutRows) =>
        (await Promise.all(cuts.map((cut) => store.getText(keyOf(run(), 0, cut))))).join('');
      const log = await texts(artifactKeys.cutLog);
      return { csv: await texts(artifactKeys.cutRows), log: log.split('\n').slice(0, -1) };
    },
    async close() {
      await backend.end();
      s3.destroy();
      await standIn.close();
    },
  };
}
