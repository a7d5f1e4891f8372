// One batch: objects → staging table, once. COPY, the check of its count and the ledger's row are one transaction; a
// retry finds the row and does nothing.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { loadErrorReason } from '../../core/dialect/load-error.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput, WrittenPart } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { copyIn, manifestOf } from '../../core/sql/copy-in.ts';
import { findBatch, type LedgerNames, lockBatch, recordBatch } from '../../core/sql/ledger.ts';
import { literal } from '../../core/sql/quote.ts';
import { applicationName, statementTimeoutMs } from '../../core/sql/session.ts';

/** Another batch of this table may hold the lock for minutes: Step Functions waits for less money than a Lambda. */
const LOCK_MS = 5_000;

export async function copy(ports: Ports, input: StepInput<'copy'>): Promise<StepOutput<'copy'>> {
  const { run, batch } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const table = chunk.tables.find((candidate) => candidate.table === input.table);
  if (!table) throw new PgshiftError('Unexpected', `The plan has no table ${input.table} in chunk ${input.chunk}.`);
  const rows = sum(input.written, (part) => part.rows);
  const sql = await copyStatement(ports, input, table, chunk.sentinel);
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'copy'),
    statementTimeoutMs: LOCK_MS,
  });
  try {
    await loadOnce(ports, session, { table, batch, rows, sql, objects: objectsOf(ports, input.written) });
  } finally {
    await session.close();
  }
  await ports.store.putJson(artifactKeys.batchRecord(run, batch), recordOf(input, rows, startedAt, ports.now()));
  return { batch, rows };
}

interface Load {
  readonly table: PlannedTable;
  readonly batch: number;
  readonly rows: number;
  /** Undefined when no part has a row. */
  readonly sql: string | undefined;
  /** `s3://…` of every object, to find what Redshift says of them. */
  readonly objects: readonly string[];
}

async function loadOnce(ports: Ports, session: Session, load: Load): Promise<void> {
  const names: LedgerNames = { schema: load.table.target.schema, ...load.table };
  await lock(session, names, load.table);
  const [done] = await session.query(findBatch(names, load.batch));
  if (done) {
    await session.run('ROLLBACK');
    ports.log.info('batch already in the ledger', { batch: load.batch, rows: Number(done.rows) });
    return;
  }
  if (load.sql !== undefined) {
    await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
    await runCopy(session, load, load.sql);
    const [counted] = await session.query('SELECT pg_last_copy_count() AS rows');
    if (Number(counted?.rows) !== load.rows) {
      const message = `Batch ${load.batch} of ${nameOf(load.table)} holds ${load.rows} rows, and COPY loaded ${counted?.rows}.`;
      throw new PgshiftError('CountMismatch', message);
    }
  }
  await session.run(recordBatch(names, load.batch, load.rows));
  await session.run('COMMIT');
}

async function lock(session: Session, names: LedgerNames, table: PlannedTable): Promise<void> {
  try {
    await session.run(lockBatch(names));
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementTimeout') throw error;
    throw new PgshiftError('LockTimeout', `Another batch is being loaded into ${nameOf(table)}.`, { cause: error });
  }
}

async function runCopy(session: Session, load: Load, sql: string): Promise<void> {
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'RowRefused') throw error;
    await session.run('ROLLBACK');
    throw new PgshiftError('RowRefused', await describeRefusal(session, load));
  }
}

/** Where Redshift keeps what it says of a refused row: the first view everywhere, the second where it is older. */
const LOAD_ERRORS = [
  { view: 'sys_load_error_detail', file: 'file_name', column: 'column_name', code: 'error_code' },
  { view: 'stl_load_errors', file: 'filename', column: 'colname', code: 'err_code' },
] as const;

/** Place, column and reason class of the first refused row; its value stays where it is. */
async function describeRefusal(session: Session, load: Load): Promise<string> {
  const told = `Redshift refuses a row of ${nameOf(load.table)}`;
  const objects = load.objects.map(literal).join(', ');
  for (const { view, file, column, code } of LOAD_ERRORS) {
    const sql =
      `SELECT TRIM(${file}) AS file, line_number AS line, TRIM(${column}) AS column_name, ${code} AS code ` +
      `FROM ${view} WHERE TRIM(${file}) IN (${objects}) ORDER BY line_number LIMIT 1`;
    const [row] = await session.query(sql).catch(() => []);
    if (row) {
      return `${told}: column "${row.column_name}", line ${row.line} of ${row.file}: ${loadErrorReason(Number(row.code))}.`;
    }
  }
  return `${told}, and its load-error views do not say which.`;
}

async function copyStatement(
  ports: Ports,
  { run, batch, written }: StepInput<'copy'>,
  table: PlannedTable,
  sentinel: string,
): Promise<string | undefined> {
  const keys = written.flatMap((part) => (part.key === null ? [] : [part.key]));
  if (keys.length === 0) return undefined;
  const manifest = artifactKeys.manifest(run, batch);
  await ports.store.putText(manifest, manifestOf(ports.store.bucket, keys));
  const { bucket } = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const copied = {
    schema: table.target.schema,
    table: table.staging,
    columns: table.columns.map((column) => column.target),
    manifest: `s3://${ports.store.bucket}/${manifest}`,
    region: bucket.region,
    sentinel,
  };
  return copyIn(copied, await ports.copyAuthorization());
}

function objectsOf(ports: Ports, written: readonly WrittenPart[]): string[] {
  return written.flatMap((part) => (part.key === null ? [] : [`s3://${ports.store.bucket}/${part.key}`]));
}

function recordOf(input: StepInput<'copy'>, rows: number, startedAt: number, endedAt: number): BatchRecord {
  const { batch, table, written } = input;
  return {
    batch,
    table,
    rows,
    csvBytes: sum(written, (part) => part.csvBytes),
    objects: written.filter((part) => part.key !== null).length,
    startedAt: Math.min(startedAt, ...written.map((part) => part.startedAt)),
    endedAt,
    readMilliseconds: sum(written, (part) => part.endedAt - part.startedAt),
    writeMilliseconds: endedAt - startedAt,
  };
}

const nameOf = (table: PlannedTable): string => `${table.target.schema}.${table.target.name}`;
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
