// UNLOAD: Redshift's slices write the files of a part themselves, in parallel. Which files count, and how many rows each has,
// the manifest of this attempt says; whatever else lies beside them is nobody's.

import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { artifactKeys } from '../../core/artifacts.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { WrittenPiece } from '../../core/pipeline.ts';
import type { Session, Store } from '../../core/ports.ts';
import { UNLOADED_ROWS, unload } from '../../core/sql/redshift/read.ts';
import { readManifest } from '../../core/sql/redshift/unload-manifest.ts';
import type { Extracting, Reading, Written } from './part-source.ts';
import { storePieces } from './store-pieces.ts';

export async function byUnload(
  { ports, run, attempt }: Extracting,
  session: Session,
  { address: { batch, part }, table, planned, sentinel }: Reading,
  { select }: { readonly select: string },
): Promise<Written> {
  const { store } = ports;
  const folder = `s3://${store.bucket}/`;
  const prefix = folder + artifactKeys.unloadPrefix(run, batch, part, attempt);
  const region = await store.region();
  await session.run(unload({ select, prefix, region, sentinel }, await ports.copyAuthorization('source')));
  const [counted] = await session.query(UNLOADED_ROWS);
  const rows = Number(counted?.rows);
  const manifest = readManifest(await store.getText(artifactKeys.unloadManifest(run, batch, part, attempt)), prefix);
  const objects = manifest
    .filter((file) => file.rows > 0)
    .map(({ url, ...file }): WrittenPiece => ({ key: url.slice(folder.length), ...file }));
  const [listed, bytes] = [sum(objects, (object) => object.rows), sum(objects, (object) => object.bytes)];
  if (listed !== rows) {
    const message = `UNLOAD of ${planned.from} counts ${rows} rows, and its manifest ${listed}.`;
    throw new PgshiftError('CountMismatch', message);
  }
  if (rows === 0) return { rows, bytes: 0, csvBytes: 0, key: null };
  const where = { run, batch, part, attempt };
  if (table.pieces !== undefined) {
    const csv = csvOf(store, objects);
    const cutting = { bounds: table.pieces, rows: Promise.resolve(rows) };
    return { rows, csvBytes: bytes, ...(await storePieces(store, where, csv, cutting)) };
  }
  const key = artifactKeys.objectList(run, batch, part, attempt);
  await store.putJson(key, objects);
  return { rows, bytes, csvBytes: bytes, key, objects: objects.length };
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** The files as one stream of CSV: each ends with a row's end. */
function csvOf(store: Store, objects: readonly WrittenPiece[]): Readable {
  return Readable.from(
    (async function* () {
      for (const { key } of objects) {
        yield* pipeline(await store.getStream(key), createZstdDecompress(), () => {});
      }
    })(),
    { objectMode: false },
  );
}
