// Does one row come through the bucket into the target as it left? By the way that all rows will take.

import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress, zstdCompressSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Dialect } from '../../core/catalog/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { copyFrom } from '../../core/sql/postgresql/copy-in.ts';
import { identifier } from '../../core/sql/quote.ts';
import { copyIn, manifestOf } from '../../core/sql/redshift/copy-in.ts';
import type { TargetSession } from '../target-session.ts';

/** Holds what CSV and COPY may stumble over: a quote, a comma, a newline, a backslash, a character of four bytes. */
const PROBE_TEXT = 'a "b", c\nd \\N 🐘';
const PROBE_TABLE = '_pgshift_probe';
const COLUMNS = ['text', 'null'];

/** One row into a temporary table, and back as it was. */
export async function proveBucket(
  ports: Ports,
  run: string,
  { session, dialect }: TargetSession,
  sentinel: string,
): Promise<void> {
  // Of this attempt alone: two at once, a zombie and its retry, would take each other's away.
  const name = `row.${ports.randomHex(4)}`;
  const object = artifactKeys.probe(run, `${name}.csv.zst`);
  const csv = stringify([[PROBE_TEXT, sentinel]]);
  await ports.store.putStream(object, Readable.from([zstdCompressSync(csv)]));
  await session.run(`CREATE TEMP TABLE ${identifier(PROBE_TABLE)} ("text" VARCHAR(64), "null" INTEGER)`);
  const manifest = artifactKeys.probe(run, `${name}.manifest`);
  await LOAD[dialect](ports, { session, object, manifest, sentinel });
  const [row] = await session.query(`SELECT "text", "null" FROM ${identifier(PROBE_TABLE)}`);
  await session.run(`DROP TABLE ${identifier(PROBE_TABLE)}`);
  await ports.store.remove([object]);
  if (row?.text === PROBE_TEXT && row.null === null) return;
  throw new PgshiftError('Unexpected', 'One row went through the bucket into the target and came back changed.');
}

interface Proof {
  readonly session: Session;
  readonly object: string;
  readonly manifest: string;
  readonly sentinel: string;
}

const LOAD: Readonly<Record<Dialect, (ports: Ports, proof: Proof) => Promise<void>>> = {
  async redshift(ports, { session, object, manifest, sentinel }) {
    await ports.store.putText(manifest, manifestOf(ports.store.bucket, [object]));
    const region = await ports.store.region();
    const copy = { columns: COLUMNS, manifest: `s3://${ports.store.bucket}/${manifest}`, region, sentinel };
    await session.run(copyIn({ table: PROBE_TABLE, ...copy }, await ports.copyAuthorization()));
    await ports.store.remove([manifest]);
  },
  async postgresql(ports, { session, object, sentinel }) {
    const bytes = pipeline(await ports.store.getStream(object), createZstdDecompress(), () => {});
    await session.copyIn(copyFrom(identifier(PROBE_TABLE), COLUMNS, sentinel), bytes);
  },
};
