// One load, once however often it is tried: COPY, the check of its count and the ledger's row are one transaction. That
// COPY refuses no row: those that `on error resume next` puts aside were cut out of its objects before.

import { artifactKeys } from '../../../core/artifacts.ts';
import { refusalText } from '../../../core/dialect/load-error.ts';
import { PgshiftError } from '../../../core/errors.ts';
import { findPiece, recordPiece, WHOLE_BATCH } from '../../../core/sql/ledger.ts';
import { type Load, type Loaded, type Loading, loadName, nameOf, sum, whole } from '../loads.ts';
import { type Cut, rejectedBy, uncut } from './cut.ts';
import { refusedLines } from './load-errors.ts';
import { leftOf, sift } from './sift.ts';
import { begin, copyStatement, ledgerOf, runCopy, settle } from './statements.ts';

export function loadOnce(loading: Loading, load: Load): Promise<Loaded> {
  return loading.onError === 'resume next' ? loadRest(loading, load) : loadAll(loading, load);
}

/** `on error stop`. */
async function loadAll(loading: Loading, load: Load): Promise<Loaded> {
  const loaded = await tryLoad(loading, load, uncut(load), false);
  if (loaded !== undefined) return loaded;
  const keys = load.objects.map(({ key }) => key);
  const [first] = await refusedLines(loading.ports, loading.session, keys, 1);
  const told = `Redshift refuses a row of ${nameOf(load.table)}`;
  if (first === undefined) throw new PgshiftError('RowRefused', `${told}, and its load-error views do not say which.`);
  const place = `s3://${loading.ports.store.bucket}/${first.key}`;
  throw new PgshiftError('RowRefused', `${told}: line ${first.line} of ${place}: ${refusalText(first)}.`);
}

/** `on error resume next`. What is found out is kept in the bucket: a later attempt goes on from there. */
async function loadRest(loading: Loading, load: Load): Promise<Loaded> {
  const { ports } = loading;
  const key = artifactKeys.siftState(loading.run, load.batch, load.piece);
  const known = await ports.store.findText(key);
  let cut: Cut = known === undefined ? uncut(load) : JSON.parse(known);
  // Kept as it is, the whole load was refused.
  let refused = known !== undefined && cut.round === 0;
  let cameFurther = false;
  const keep = async () => {
    await ports.store.putJson(key, cut);
    cameFurther = true;
  };
  try {
    for (;;) {
      if (!refused) {
        const loaded = await tryLoad(loading, load, cut, cameFurther);
        if (loaded !== undefined) return loaded;
        if (cut.round === 0) await keep();
      }
      cut = await sift(loading, load, cut);
      refused = false;
      await keep();
      ports.log.info('rows refused', { batch: load.batch, piece: load.piece, rows: rejectedBy(cut) });
    }
  } catch (error) {
    if (!cameFurther || !(error instanceof PgshiftError) || error.kind !== 'StatementTimeout') throw error;
    const message = `${loadName(load)} has refused rows, and looking for them took its time.`;
    throw new PgshiftError('Unfinished', message, { cause: error });
  }
}

/** Undefined when a row is refused: then nothing is loaded. A `patient` one waits long for its lock. */
async function tryLoad(loading: Loading, load: Load, cut: Cut, patient: boolean): Promise<Loaded | undefined> {
  const { ports, session, run } = loading;
  const { batch, piece, last } = load;
  const names = ledgerOf(load);
  const sql = await copyStatement(loading, load, leftOf(run, load, cut));
  await begin(loading, load, patient);
  const [done] = await session.query(findPiece(names, batch, piece));
  if (done !== undefined) {
    await session.run('ROLLBACK');
    ports.log.info('already in the ledger', { batch, piece, rows: Number(done.rows) });
    return whole(load, { rows: Number(done.rows), rejected: Number(done.rejected), cut: done.cut ?? null });
  }
  const rows = sum(cut.objects, (object) => object.rows);
  if (sql !== undefined) {
    const counted = await runCopy(loading, load, sql);
    if (counted === undefined) return undefined;
    if (counted !== rows) {
      const message = `${loadName(load)} holds ${rows} rows, and COPY loaded ${counted}.`;
      throw new PgshiftError('CountMismatch', message);
    }
    await settle(loading, load);
  }
  const loaded = whole(load, { rows, rejected: rejectedBy(cut), cut: cut.round === 0 ? null : cut.name });
  await session.run(recordPiece(names, { batch, piece, ...loaded }));
  if (last && piece !== WHOLE_BATCH) {
    await session.run(recordPiece(names, { batch, piece: WHOLE_BATCH, rows: 0, rejected: 0, cut: null }));
  }
  await session.run('COMMIT');
  return loaded;
}
