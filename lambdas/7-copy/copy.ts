// One batch: objects → staging table, once. COPY, the check of its count and the ledger's row are one transaction; a
// retry finds the row and does nothing. A batch in pieces is one such transaction after the other.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { loadErrorReason } from '../../core/dialect/load-error.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput, WrittenPiece } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { copyIn, manifestOf } from '../../core/sql/copy-in.ts';
import { findPiece, type LedgerNames, lockBatch, recordPiece, WHOLE_BATCH } from '../../core/sql/ledger.ts';
import { literal } from '../../core/sql/quote.ts';
import { applicationName, SPARE_MS, statementTimeoutMs } from '../../core/sql/session.ts';
import { settingsForTarget } from '../../core/sql/settings.ts';

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
  const loads = await loadsOf(ports, input, table);
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'copy'),
    statementTimeoutMs: LOCK_MS,
  });
  try {
    const settings = settingsForTarget(command.settings);
    if (settings !== '') await session.run(settings);
    for (const load of loads) {
      if (load.piece > 1) await readyForNext(ports, session, load);
      const sql = await copyStatement(ports, input, load, chunk.sentinel);
      await loadOnce(ports, session, load, sql);
    }
  } finally {
    await session.close();
  }
  const objects = sum(loads, (load) => load.keys.length);
  await ports.store.putJson(
    artifactKeys.batchRecord(run, batch),
    recordOf(input, rows, objects, startedAt, ports.now()),
  );
  return { batch, rows };
}

/** What one COPY loads: a batch, or a piece of it. */
interface Load {
  readonly table: PlannedTable;
  readonly batch: number;
  readonly piece: number;
  /** With it the batch is whole. */
  readonly last: boolean;
  readonly rows: number;
  /** Empty when no part has a row. */
  readonly keys: readonly string[];
}

/** A batch is one COPY, unless the command bounds what one loads: then each piece is. */
async function loadsOf(ports: Ports, { batch, written }: StepInput<'copy'>, table: PlannedTable): Promise<Load[]> {
  const cut = written.filter((part) => part.pieces !== undefined);
  if (cut.length === 0) {
    const keys = written.flatMap((part) => (part.key === null ? [] : [part.key]));
    const rows = sum(written, (part) => part.rows);
    return [{ table, batch, piece: WHOLE_BATCH, last: true, rows, keys }];
  }
  const pieces: WrittenPiece[] = [];
  for (const { key } of cut) if (key !== null) pieces.push(...(await ports.store.getJson<WrittenPiece[]>(key)));
  return pieces.map(({ key, rows }, index) => ({
    table,
    batch,
    piece: index + 1,
    last: index === pieces.length - 1,
    rows,
    keys: [key],
  }));
}

/** Time that one more piece must find: a COPY of a bounded piece takes seconds. */
const PIECE_MS = 60_000;

/** The next attempt goes on with the first piece that is not in the ledger. */
async function readyForNext(ports: Ports, session: Session, { table, batch, piece }: Load): Promise<void> {
  if (ports.remaining() < SPARE_MS + PIECE_MS) {
    throw new PgshiftError('Unfinished', `Batch ${batch} of ${nameOf(table)} is loaded up to piece ${piece - 1}.`);
  }
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
}

async function loadOnce(ports: Ports, session: Session, load: Load, sql: string | undefined): Promise<void> {
  const names: LedgerNames = { schema: load.table.target.schema, ...load.table };
  await lock(session, names, load.table);
  const [done] = await session.query(findPiece(names, load.batch, load.piece));
  if (done) {
    await session.run('ROLLBACK');
    ports.log.info('already in the ledger', { batch: load.batch, piece: load.piece, rows: Number(done.rows) });
    return;
  }
  if (sql !== undefined) {
    await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
    await runCopy(ports, session, load, sql);
    const [counted] = await session.query('SELECT pg_last_copy_count() AS rows');
    if (Number(counted?.rows) !== load.rows) {
      const message = `${batchName(load)} of ${nameOf(load.table)} holds ${load.rows} rows, and COPY loaded ${counted?.rows}.`;
      throw new PgshiftError('CountMismatch', message);
    }
  }
  await session.run(recordPiece(names, load.batch, load.piece, load.rows));
  if (load.last && load.piece !== WHOLE_BATCH) await session.run(recordPiece(names, load.batch, WHOLE_BATCH, 0));
  await session.run('COMMIT');
}

const batchName = ({ batch, piece }: Load): string =>
  piece === WHOLE_BATCH ? `Batch ${batch}` : `Piece ${piece} of batch ${batch}`;

async function lock(session: Session, names: LedgerNames, table: PlannedTable): Promise<void> {
  try {
    await session.run(lockBatch(names));
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementTimeout') throw error;
    throw new PgshiftError('LockTimeout', `Another batch is being loaded into ${nameOf(table)}.`, { cause: error });
  }
}

async function runCopy(ports: Ports, session: Session, load: Load, sql: string): Promise<void> {
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'RowRefused') throw error;
    await session.run('ROLLBACK');
    throw new PgshiftError('RowRefused', await describeRefusal(ports, session, load));
  }
}

/** Where Redshift keeps what it says of a refused row: the first view everywhere, the second where it is older. */
const LOAD_ERRORS = [
  { view: 'sys_load_error_detail', file: 'file_name', column: 'column_name', code: 'error_code' },
  { view: 'stl_load_errors', file: 'filename', column: 'colname', code: 'err_code' },
] as const;

/** Place, column and reason class of the first refused row; its value stays where it is. */
async function describeRefusal(ports: Ports, session: Session, load: Load): Promise<string> {
  const told = `Redshift refuses a row of ${nameOf(load.table)}`;
  const objects = load.keys.map((key) => literal(`s3://${ports.store.bucket}/${key}`)).join(', ');
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
  { run, batch }: StepInput<'copy'>,
  { table, piece, keys }: Load,
  sentinel: string,
): Promise<string | undefined> {
  if (keys.length === 0) return undefined;
  const manifest = artifactKeys.manifest(run, batch, piece);
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

function recordOf(
  input: StepInput<'copy'>,
  rows: number,
  objects: number,
  startedAt: number,
  endedAt: number,
): BatchRecord {
  const { batch, table, written } = input;
  return {
    batch,
    table,
    rows,
    csvBytes: sum(written, (part) => part.csvBytes),
    objects,
    startedAt: Math.min(startedAt, ...written.map((part) => part.startedAt)),
    endedAt,
    readMilliseconds: sum(written, (part) => part.endedAt - part.startedAt),
    writeMilliseconds: endedAt - startedAt,
  };
}

const nameOf = (table: PlannedTable): string => `${table.target.schema}.${table.target.name}`;
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
