// One part in pieces: a stream of CSV → objects of whole rows within the bounds of `batch rows` and `batch size`, and
// their list. One object is written at a time, so that memory does not depend on how many there are.

import type { Readable } from 'node:stream';
import { artifactKeys } from '../../core/artifacts.ts';
import { RowCutter } from '../../core/csv/row-cutter.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { WrittenPiece } from '../../core/pipeline.ts';
import type { PieceBounds } from '../../core/plan/model.ts';
import type { Store } from '../../core/ports.ts';
import { type OpenObject, openObject, zstd } from '../open-object.ts';

interface PartAttempt {
  readonly run: string;
  readonly batch: number;
  readonly part: number;
  readonly attempt: number;
}

interface Cutting {
  readonly bounds: PieceBounds;
  /** The server's own count, which the pieces have to add up to. */
  readonly rows: Promise<number>;
}

/** Stores the pieces and their list, whose key is given back. Bytes are compressed bytes. */
export async function storePieces(
  store: Store,
  { run, batch, part, attempt }: PartAttempt,
  csv: Readable,
  { bounds, rows }: Cutting,
): Promise<{ readonly key: string; readonly bytes: number; readonly pieces: number }> {
  const pieces = await cutAndStore(store, csv, bounds, (piece) =>
    artifactKeys.pieceObject(run, batch, part, attempt, piece),
  );
  const [cut, sent] = [pieces.reduce((sum, piece) => sum + piece.rows, 0), await rows];
  if (cut !== sent) {
    throw new PgshiftError('CountMismatch', `The source sent ${sent} rows, and ${cut} were cut into pieces.`);
  }
  const key = artifactKeys.pieceList(run, batch, part, attempt);
  await store.putJson(key, pieces);
  return { key, bytes: pieces.reduce((sum, piece) => sum + piece.bytes, 0), pieces: pieces.length };
}

async function cutAndStore(
  store: Store,
  csv: Readable,
  bounds: PieceBounds,
  keyOf: (piece: number) => string,
): Promise<WrittenPiece[]> {
  const cutter = new RowCutter(bounds);
  const pieces: WrittenPiece[] = [];
  let open: OpenObject | undefined;
  const take = async (events: ReturnType<RowCutter['push']>): Promise<void> => {
    for (const event of events) {
      open ??= openObject(store, keyOf(pieces.length + 1), zstd());
      if ('bytes' in event) {
        await open.write(event.bytes);
        continue;
      }
      pieces.push({ key: open.key, rows: event.rows, bytes: await open.end() });
      open = undefined;
    }
  };
  try {
    for await (const chunk of csv) await take(cutter.push(chunk));
    await take(cutter.finish());
  } catch (error) {
    await open?.abandon();
    throw error;
  }
  return pieces;
}
