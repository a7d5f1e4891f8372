// One load in its transaction: COPY, the check of its count and the ledger's row, once however often it is tried.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { Sentinels } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { copyIn, manifestOf } from '../../core/sql/copy-in.ts';
import { createHeaded, HEADED, isHeaded, moveHeaded } from '../../core/sql/empty-bytes.ts';
import { findPiece, type LedgerNames, lockBatch, recordPiece, WHOLE_BATCH } from '../../core/sql/ledger.ts';
import { qualified } from '../../core/sql/quote.ts';
import { statementTimeoutMs } from '../../core/sql/session.ts';
import { describeRefusal } from './load-errors.ts';
import { type Load, loadName, nameOf } from './loads.ts';

/** Where a load takes place. */
export interface Loading {
  readonly ports: Ports;
  readonly session: Session;
  readonly run: string;
  readonly sentinels: Sentinels;
}

export async function loadOnce(loading: Loading, load: Load): Promise<void> {
  const { ports, session } = loading;
  const sql = await copyStatement(loading, load);
  const names: LedgerNames = { schema: load.table.target.schema, ...load.table };
  await lock(session, names, load);
  const [done] = await session.query(findPiece(names, load.batch, load.piece));
  if (done) {
    await session.run('ROLLBACK');
    ports.log.info('already in the ledger', { batch: load.batch, piece: load.piece, rows: Number(done.rows) });
    return;
  }
  if (sql !== undefined) {
    const headed = isHeaded(load.table.columns, load.draw);
    await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
    if (headed) await session.run(createHeaded(load.table.columns));
    await runCopy(loading, load, sql);
    const [counted] = await session.query('SELECT pg_last_copy_count() AS rows');
    if (Number(counted?.rows) !== load.rows) {
      const message = `${loadName(load)} holds ${load.rows} rows, and COPY loaded ${counted?.rows}.`;
      throw new PgshiftError('CountMismatch', message);
    }
    if (headed) await session.run(moveHeaded(load.table.columns, qualified(names.schema, names.staging)));
  }
  await session.run(recordPiece(names, load.batch, load.piece, load.rows));
  if (load.last && load.piece !== WHOLE_BATCH) await session.run(recordPiece(names, load.batch, WHOLE_BATCH, 0));
  await session.run('COMMIT');
}

async function lock(session: Session, names: LedgerNames, { table }: Load): Promise<void> {
  try {
    await session.run(lockBatch(names));
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementTimeout') throw error;
    throw new PgshiftError('LockTimeout', `Another batch is being loaded into ${nameOf(table)}.`, { cause: error });
  }
}

async function runCopy({ ports, session }: Loading, load: Load, sql: string): Promise<void> {
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'RowRefused') throw error;
    await session.run('ROLLBACK');
    throw new PgshiftError('RowRefused', await describeRefusal(ports, session, load));
  }
}

async function copyStatement({ ports, run, sentinels }: Loading, load: Load): Promise<string | undefined> {
  const { table, batch, piece, objects } = load;
  if (objects.length === 0) return undefined;
  const sentinel = sentinels[load.draw];
  if (sentinel === undefined) throw new PgshiftError('Unexpected', `The plan has no sentinel ${load.draw}.`);
  const manifest = artifactKeys.manifest(run, batch, piece);
  const keys = objects.map(({ key }) => key);
  await ports.store.putText(manifest, manifestOf(ports.store.bucket, keys));
  const { bucket } = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const copied = {
    ...(isHeaded(table.columns, load.draw) ? { table: HEADED } : { schema: table.target.schema, table: table.staging }),
    columns: table.columns.map((column) => column.target),
    manifest: `s3://${ports.store.bucket}/${manifest}`,
    region: bucket.region,
    sentinel,
  };
  return copyIn(copied, await ports.copyAuthorization());
}
