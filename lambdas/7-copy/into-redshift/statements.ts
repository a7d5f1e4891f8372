// What every transaction of a load consists of: its lock, and a COPY of some of its objects.

import { artifactKeys } from '../../../core/artifacts.ts';
import type { Capabilities } from '../../../core/dialect/capabilities.ts';
import { PgshiftError, stagedGone } from '../../../core/errors.ts';
import type { Session } from '../../../core/ports.ts';
import { createHeaded, HEADED, isHeaded, moveHeaded } from '../../../core/sql/empty-bytes.ts';
import { type LedgerNames, lockBatch } from '../../../core/sql/ledger.ts';
import { findOwn } from '../../../core/sql/publish.ts';
import { qualified } from '../../../core/sql/quote.ts';
import { copyIn, manifestOf } from '../../../core/sql/redshift/copy-in.ts';
import { statementTimeoutMs } from '../../../core/sql/session.ts';
import { type Load, type Loading, nameOf, sentinelOf } from '../loads.ts';

export const ledgerOf = ({ table }: Load): LedgerNames => ({ schema: table.target.schema, ...table });

/** Another batch of this table may hold the lock for minutes: Step Functions waits for less money than a Lambda. */
const LOCK_MS = 5_000;

/** BEGIN and the locks. Who is `patient` has done so much already that to begin again would cost more than to wait. */
export async function begin({ ports, session }: Loading, load: Load, patient: boolean): Promise<void> {
  const lockMs = patient ? statementTimeoutMs(ports.remaining()) : LOCK_MS;
  await session.run(`SET statement_timeout TO ${lockMs}`);
  try {
    await session.run(lockBatch(ledgerOf(load)));
  } catch (error) {
    if (!(error instanceof PgshiftError)) throw error;
    if (error.kind !== 'StatementTimeout') throw (await isGone(session, load)) ? stagedGone(nameOf(load.table)) : error;
    const message = `Another batch is being loaded into ${nameOf(load.table)}.`;
    throw new PgshiftError('LockTimeout', message, { cause: error });
  }
  await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
}

/** Whether somebody dropped what was to be locked. A session that broke cannot say. */
async function isGone(session: Session, { table }: Load): Promise<boolean> {
  try {
    await session.run('ROLLBACK');
    const there = await session.query(findOwn([table]));
    return there.filter(({ schema }) => schema === table.target.schema).length < 2;
  } catch {
    return false;
  }
}

export interface Objects {
  /** The key of what lists them: written anew, always the same. */
  readonly manifest: string;
  readonly keys: readonly string[];
  readonly maxErrors?: number;
}

/** The COPY of objects; undefined when there are none. */
export async function copyStatement(
  loading: Loading,
  load: Load,
  { manifest, keys, maxErrors }: Objects,
): Promise<string | undefined> {
  const { ports, run } = loading;
  const { table } = load;
  if (keys.length === 0) return undefined;
  await ports.store.putText(manifest, manifestOf(ports.store.bucket, keys));
  const { bucket } = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const copied = {
    ...(isHeaded(table.columns, load.draw) ? { table: HEADED } : { schema: table.target.schema, table: table.staging }),
    columns: table.columns.map((column) => column.target),
    manifest: `s3://${ports.store.bucket}/${manifest}`,
    region: bucket.region,
    sentinel: sentinelOf(loading, load),
    ...(maxErrors === undefined ? {} : { maxErrors }),
  };
  return copyIn(copied, await ports.copyAuthorization());
}

/** How many rows the COPY loaded; undefined when it refused a row, or too many: then the transaction is undone. */
export async function runCopy({ session }: Loading, { table, draw }: Load, sql: string): Promise<number | undefined> {
  if (isHeaded(table.columns, draw)) await session.run(createHeaded(table.columns));
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'RowRefused') throw error;
    await session.run('ROLLBACK');
    return undefined;
  }
  const [counted] = await session.query('SELECT pg_last_copy_count() AS rows');
  return Number(counted?.rows);
}

/** What was not copied into the staging table itself goes there now. */
export async function settle({ session }: Loading, { table, draw }: Load): Promise<void> {
  if (!isHeaded(table.columns, draw)) return;
  await session.run(moveHeaded(table.columns, qualified(table.target.schema, table.staging)));
}
