// A stream of CSV → one compressed object, or several where the command bounds what one COPY loads; watched for the
// sentinel on its way.

import { once } from 'node:events';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { artifactKeys } from '../../core/artifacts.ts';
import type { PartAddress } from '../../core/pipeline.ts';
import type { Store } from '../../core/ports.ts';
import type { Replaced } from '../../core/sql/guards.ts';
import { zstd } from '../open-object.ts';
import type { Extracting, Reading, Written } from './part-source.ts';
import { watchForSentinel } from './sentinel-watch.ts';
import { storePieces } from './store-pieces.ts';

interface Sent {
  /** The source's own count; settles when the stream has ended. */
  readonly rows: Promise<number>;
  /** What else looks at the bytes. */
  readonly through?: readonly Transform[];
}

/** Throws a SentinelCollision when a value is the sentinel. */
export async function storeCsv(
  { ports, run, attempt }: Extracting,
  { address: { batch, part }, table, sentinel }: Pick<Reading, 'address' | 'table' | 'sentinel'>,
  bytes: Readable,
  { rows, through = [] }: Sent,
): Promise<Pick<Written, 'key' | 'bytes' | 'pieces' | 'csvBytes'>> {
  const watch = watchForSentinel(sentinel);
  // Each stream that breaks takes the others with it, and the upload with them: what is not whole is not stored.
  const csv = [watch.stream, ...through].reduce((from: Readable, to) => pipeline(from, to, () => {}), bytes);
  const stored = (await isEmpty(csv))
    ? { key: null, bytes: 0 }
    : table.pieces === undefined
      ? await storeWhole(ports.store, artifactKeys.partObject(run, batch, part, attempt), csv)
      : await storePieces(ports.store, { run, batch, part, attempt }, csv, { bounds: table.pieces, rows });
  return { ...stored, csvBytes: watch.bytes() };
}

/** Waits for the first bytes, which stay where they are, or for the end. */
async function isEmpty(stream: Readable): Promise<boolean> {
  await once(stream, 'readable');
  return stream.readableLength === 0;
}

async function storeWhole(
  store: Store,
  key: string,
  csv: Readable,
): Promise<{ readonly key: string; readonly bytes: number }> {
  const body = pipeline(csv, zstd(), () => {});
  return { key, bytes: await store.putStream(key, body) };
}

/** How many values were replaced, for the report; nothing where none were. */
export async function storeReplaced(
  { ports, run, attempt }: Extracting,
  { batch, part }: PartAddress,
  replaced: readonly Replaced[],
): Promise<Pick<Written, 'replaced'>> {
  if (replaced.length === 0) return {};
  const key = artifactKeys.replacedValues(run, batch, part, attempt);
  await ports.store.putJson(key, replaced);
  return { replaced: key };
}
