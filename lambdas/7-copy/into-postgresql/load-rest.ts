// A load of which PostgreSQL refuses rows: all others are loaded, in the one transaction that the load is, and the refused ones go to
// what the reject files are made of. Rows are tried some thousand at a time, each time after a savepoint. Where one is refused,
// the server says which; it is tried alone before it is put aside, so that none is that would be loaded.

import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { artifactKeys } from '../../../core/artifacts.ts';
import { joinBytes } from '../../../core/csv/bytes.ts';
import { rejectRow } from '../../../core/csv/reject-row.ts';
import { type CsvRow, RowReader, rowOfLine } from '../../../core/csv/row-reader.ts';
import { type RefusedRow, refusedColumn, rowRefusalText } from '../../../core/dialect/copy-refusal.ts';
import { PgshiftError } from '../../../core/errors.ts';
import { copyFrom } from '../../../core/sql/postgresql/copy-in.ts';
import { qualified } from '../../../core/sql/quote.ts';
import { type OpenObject, openObject } from '../../open-object.ts';
import { type Load, type Loaded, type Loading, type LoadObject, loadName, sentinelOf } from '../loads.ts';

/** What is tried at a time: a refused row costs sending so much once more. */
const MOST_ROWS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
const FEW_ROWS = 128;

const SAVEPOINT = 'SAVEPOINT tried';

interface Trying {
  readonly loading: Loading;
  readonly load: Load;
  readonly copy: string;
  readonly sentinel: Uint8Array;
  readonly rows: OpenObject;
  readonly log: OpenObject;
}

export async function loadRest(loading: Loading, load: Load): Promise<Loaded> {
  const { ports, run } = loading;
  const { table } = load;
  const cut = `pg.${ports.randomHex(8)}`;
  const sentinel = sentinelOf(loading, load);
  const trying: Trying = {
    ...{ loading, load },
    copy: copyFrom(
      qualified(table.target.schema, table.staging),
      table.columns.map(({ source }) => source),
      sentinel,
    ),
    sentinel: new TextEncoder().encode(sentinel),
    rows: openObject(ports.store, artifactKeys.cutRows(run, load.batch, cut)),
    log: openObject(ports.store, artifactKeys.cutLog(run, load.batch, cut)),
  };
  const counts = { loaded: 0, rejected: 0 };
  try {
    await loading.session.run(SAVEPOINT);
    for (const object of load.objects) {
      const before = counts.loaded + counts.rejected;
      await loadObject(trying, object, counts);
      const found = counts.loaded + counts.rejected - before;
      if (found === object.rows) continue;
      const message = `${loadName(load)}: an object of ${object.rows} rows holds ${found}.`;
      throw new PgshiftError('CountMismatch', message);
    }
    await Promise.all([trying.rows.end(), trying.log.end()]);
  } catch (error) {
    await Promise.all([trying.rows.abandon(), trying.log.abandon()]);
    throw error;
  }
  const { loaded, rejected } = counts;
  return { rows: loaded, rejected, cut: rejected === 0 ? null : cut };
}

interface Counts {
  loaded: number;
  rejected: number;
}

async function loadObject(trying: Trying, object: LoadObject, counts: Counts): Promise<void> {
  const { ports } = trying.loading;
  const reader = new RowReader();
  let waiting: CsvRow[] = [];
  let bytes = 0;
  let number = 0;
  const flush = async () => {
    await tryRows(trying, { object, rows: waiting, first: number + 1 }, counts);
    number += waiting.length;
    waiting = [];
    bytes = 0;
  };
  const take = async (rows: readonly CsvRow[]) => {
    for (const row of rows) {
      waiting.push(row);
      bytes += row.bytes.length;
      if (waiting.length >= MOST_ROWS || bytes >= MOST_BYTES) await flush();
    }
  };
  const csv = pipeline(await ports.store.getStream(object.key), createZstdDecompress(), () => {});
  for await (const chunk of csv) await take(reader.push(chunk));
  await take(reader.finish());
  await flush();
}

/** Rows of one object; they count from 1 in it. */
interface Some {
  readonly object: LoadObject;
  readonly rows: readonly CsvRow[];
  readonly first: number;
}

/** Loads all of the rows but the refused ones. Where one is refused another may be near: fewer are tried at a time then. */
async function tryRows(trying: Trying, { object, rows, first }: Some, counts: Counts): Promise<void> {
  let most = MOST_ROWS;
  for (let at = 0; at < rows.length; ) {
    const some = rows.slice(at, at + most);
    const refused = await copyRows(trying, some);
    if (refused === undefined) {
      counts.loaded += some.length;
      at += some.length;
      most = Math.min(most * 2, MOST_ROWS);
      continue;
    }
    most = FEW_ROWS;
    const [only] = some;
    if (some.length === 1 && only !== undefined) {
      await putAside(trying, object, first + at, only, refused);
      counts.rejected += 1;
      at += 1;
      continue;
    }
    // Where the line tells nothing, half of them are looked at.
    const bad = rowOfLine(some, refused.line) ?? Math.floor(some.length / 2);
    await tryRows(trying, { object, rows: some.slice(0, bad), first: first + at }, counts);
    await tryRows(trying, { object, rows: some.slice(bad, bad + 1), first: first + at + bad }, counts);
    at += bad + 1;
  }
}

async function copyRows(
  { loading: { session }, copy }: Trying,
  rows: readonly CsvRow[],
): Promise<RefusedRow | undefined> {
  const copied = await session.copyIn(
    copy,
    Readable.from([joinBytes(rows.map(({ bytes }) => bytes))], { objectMode: false }),
  );
  const refused = 'refused' in copied ? copied.refused : undefined;
  await session.run(refused === undefined ? `RELEASE SAVEPOINT tried; ${SAVEPOINT}` : 'ROLLBACK TO SAVEPOINT tried');
  return refused;
}

async function putAside(
  { loading, load, sentinel, rows, log }: Trying,
  object: LoadObject,
  number: number,
  row: CsvRow,
  refused: RefusedRow,
): Promise<void> {
  const column = refusedColumn(
    refused,
    load.table.columns.map(({ source }) => source),
  );
  await rows.write(rejectRow(row.bytes, { sentinel, headed: new Set() }));
  const place = `s3://${loading.ports.store.bucket}/${object.key}, row ${number}`;
  await log.write(`${place}: ${rowRefusalText(column, refused.code)}\n`);
}
