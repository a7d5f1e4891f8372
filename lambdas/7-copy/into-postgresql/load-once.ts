// One load into PostgreSQL, once however often it is tried: the ledger's row, which is the first statement, all COPYs and the check
// of their counts are one transaction. Several loads write into one table at the same time; two attempts at one load wait for
// each other at the ledger's key.

import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { type RefusedRow, refusedColumn, rowRefusalText } from '../../../core/dialect/copy-refusal.ts';
import { PgshiftError, stagedGone } from '../../../core/errors.ts';
import { findPiece, type LedgerNames, recordPiece, WHOLE_BATCH } from '../../../core/sql/ledger.ts';
import {
  beginLoad,
  copyFrom,
  endSessions,
  finishPiece,
  loadName as sessionName,
  takePiece,
} from '../../../core/sql/postgresql/copy-in.ts';
import { qualified } from '../../../core/sql/quote.ts';
import { statementTimeoutMs } from '../../../core/sql/session.ts';
import {
  type Load,
  type Loaded,
  type Loading,
  type LoadObject,
  loadName,
  nameOf,
  sentinelOf,
  whole,
} from '../loads.ts';
import { loadRest } from './load-rest.ts';

/** How long an attempt waits for an earlier one before it ends it. */
const WAIT_MS = 2_000;

const ledgerOf = ({ table }: Load): LedgerNames => ({ schema: table.target.schema, ...table });

export async function loadOnce(loading: Loading, load: Load): Promise<Loaded> {
  const all = await inTransaction(loading, load, () => loadAll(loading, load));
  if (!('refused' in all)) return all;
  if (loading.onError === 'stop') throw refusal(loading, load, all);
  const rest = await inTransaction(loading, load, () => loadRest(loading, load));
  if (!('refused' in rest)) return rest;
  throw new PgshiftError(
    'Unexpected',
    `${loadName(load)} was to be loaded without its refused rows, and one was refused.`,
  );
}

interface Refused {
  readonly object: LoadObject;
  readonly refused: RefusedRow;
}

/** Does the work unless the ledger has it. What it refuses is undone. */
async function inTransaction(
  loading: Loading,
  load: Load,
  work: () => Promise<Loaded | Refused>,
): Promise<Loaded | Refused> {
  const { ports, session } = loading;
  const { batch, piece, last } = load;
  const names = ledgerOf(load);
  await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
  if (!(await take(loading, load))) {
    const [done] = await session.query(findPiece(names, batch, piece));
    await session.run('ROLLBACK');
    if (done === undefined)
      throw new PgshiftError('SerializationConflict', `${loadName(load)} is being loaded by another attempt.`);
    ports.log.info('already in the ledger', { batch, piece, rows: Number(done.rows) });
    return whole(load, { rows: Number(done.rows), rejected: Number(done.rejected), cut: done.cut ?? null });
  }
  const result = await work();
  if ('refused' in result) {
    await session.run('ROLLBACK');
    return result;
  }
  const loaded = whole(load, result);
  await session.run(finishPiece(names, { batch, piece, ...loaded }));
  if (last && piece !== WHOLE_BATCH) {
    await session.run(recordPiece(names, { batch, piece: WHOLE_BATCH, rows: 0, rejected: 0, cut: null }));
  }
  await session.run('COMMIT');
  return loaded;
}

/** Whether the load is ours to do. An earlier attempt that still holds its key is ended: its invocation is over. */
async function take({ session, ports }: Loading, load: Load): Promise<boolean> {
  const names = ledgerOf(load);
  const name = sessionName(names, load.batch, load.piece);
  for (let attempt = 1; ; attempt += 1) {
    await session.run(beginLoad(name, WAIT_MS));
    try {
      return (await session.query(takePiece(names, load))).length > 0;
    } catch (error) {
      if (!(error instanceof PgshiftError)) throw error;
      if (error.code === UNDEFINED_TABLE) throw stagedGone(nameOf(load.table));
      if (error.kind !== 'LockTimeout') throw error;
      await session.run('ROLLBACK');
      if (attempt > 1)
        throw new PgshiftError('LockTimeout', `${loadName(load)} is held by a session that cannot be ended.`, {
          cause: error,
        });
      const ended = await session.query(endSessions(name));
      ports.log.info('ended an earlier attempt', { batch: load.batch, piece: load.piece, sessions: ended.length });
    }
  }
}

const UNDEFINED_TABLE = '42P01';

async function loadAll(loading: Loading, load: Load): Promise<Loaded | Refused> {
  const { session, ports } = loading;
  const { table } = load;
  const into = copyFrom(
    qualified(table.target.schema, table.staging),
    table.columns.map(({ source }) => source),
    sentinelOf(loading, load),
  );
  let rows = 0;
  for (const object of load.objects) {
    const bytes = pipeline(await ports.store.getStream(object.key), createZstdDecompress(), () => {});
    const copied = await session.copyIn(into, bytes);
    if ('refused' in copied) return { object, refused: copied.refused };
    if (copied.rows !== object.rows) {
      const message = `${loadName(load)}: an object of ${object.rows} rows was loaded as ${copied.rows}.`;
      throw new PgshiftError('CountMismatch', message);
    }
    rows += copied.rows;
  }
  return { rows, rejected: 0, cut: null };
}

function refusal({ ports }: Loading, { table }: Load, { object, refused }: Refused): PgshiftError {
  const column = refusedColumn(
    refused,
    table.columns.map(({ source }) => source),
  );
  const place = `line ${refused.line} of s3://${ports.store.bucket}/${object.key}`;
  const message = `PostgreSQL refuses a row of ${nameOf(table)}: ${place}: ${rowRefusalText(column, refused.code)}.`;
  return new PgshiftError('RowRefused', message);
}
