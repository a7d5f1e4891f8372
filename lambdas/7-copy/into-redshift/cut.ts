// The refused rows of a load, taken out of its objects: each object with such rows is written once more without them,
// beside what the reject files get of them. The objects that Extract wrote stay as they are.

import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { artifactKeys } from '../../../core/artifacts.ts';
import { type RowForm, rejectRow } from '../../../core/csv/reject-row.ts';
import { type Numbering, RowSieve } from '../../../core/csv/row-sieve.ts';
import { type Refusal, refusalText } from '../../../core/dialect/load-error.ts';
import { PgshiftError } from '../../../core/errors.ts';
import { headedColumns } from '../../../core/sql/empty-bytes.ts';
import { type OpenObject, openObject, zstd } from '../../open-object.ts';
import { type Load, type Loading, type LoadObject, loadName, sentinelOf, sum } from '../loads.ts';

/** A load without the rows that are known to be refused. An artifact: a later attempt begins with it. */
export interface Cut {
  /** How many cuts there were; 0 is the load as it is, known to be refused. */
  readonly round: number;
  /** Of its folder in the bucket. */
  readonly name: string;
  /** What is left to load; `of` is the object's place in the load. */
  readonly objects: readonly (LoadObject & { readonly of: number })[];
  /** What was taken out, by the place of the object in the load. */
  readonly refused: readonly (readonly RefusedRow[])[];
}

/** Rows count from 1. A tuple, because there may be many. */
export type RefusedRow = readonly [row: number, column: string | null, code: number];

export const uncut = ({ objects }: Load): Cut => ({
  round: 0,
  name: '',
  objects: objects.map((object, of) => ({ ...object, of })),
  refused: objects.map(() => []),
});

export const rejectedBy = ({ refused }: Cut): number => sum(refused, (rows) => rows.length);

/** By the place of the object in the load, then by line. */
export type NamedLines = ReadonlyMap<number, ReadonlyMap<number, Refusal>>;

/** `suspects` are the rows that were not taken out before. */
export async function cutOut(
  loading: Loading,
  load: Load,
  before: Cut,
  lines: NamedLines,
  numbering: Numbering,
): Promise<{ readonly cut: Cut; readonly suspects: number }> {
  const { ports, run } = loading;
  const round = before.round + 1;
  const name = `${round}.${ports.randomHex(8)}`;
  const outputs: Outputs = {
    rows: openObject(ports.store, artifactKeys.cutRows(run, load.batch, name)),
    log: openObject(ports.store, artifactKeys.cutLog(run, load.batch, name)),
    suspects: openObject(ports.store, artifactKeys.suspectObject(run, load.batch, name), zstd()),
  };
  const objects: Cut['objects'][number][] = [];
  const refused: (readonly RefusedRow[])[] = [];
  try {
    for (const [of, object] of load.objects.entries()) {
      const gone = before.refused[of] ?? [];
      const named = lines.get(of) ?? new Map();
      if (gone.length === 0 && named.size === 0) {
        objects.push({ ...object, of });
        refused.push([]);
        continue;
      }
      const key = artifactKeys.keptObject(run, load.batch, name, of);
      const cut = await cutObject(loading, load, object, key, outputs, { gone, named, numbering });
      if (cut.rows > 0) objects.push({ key, rows: cut.rows, of });
      refused.push(cut.refused);
    }
    await Promise.all([outputs.rows.end(), outputs.log.end(), outputs.suspects.end()]);
  } catch (error) {
    await Promise.all(Object.values(outputs).map((output) => output.abandon()));
    throw error;
  }
  const cut = { round, name, objects, refused };
  return { cut, suspects: rejectedBy(cut) - rejectedBy(before) };
}

interface Outputs {
  /** In the form of the reject file. */
  readonly rows: OpenObject;
  readonly log: OpenObject;
  /** As they were in their object. */
  readonly suspects: OpenObject;
}

interface ToCut {
  readonly gone: readonly RefusedRow[];
  readonly named: ReadonlyMap<number, Refusal>;
  readonly numbering: Numbering;
}

async function cutObject(
  loading: Loading,
  load: Load,
  object: LoadObject,
  keptKey: string,
  outputs: Outputs,
  { gone, named, numbering }: ToCut,
): Promise<{ readonly rows: number; readonly refused: readonly RefusedRow[] }> {
  const { ports } = loading;
  const sieve = new RowSieve<Refusal>({
    lines: named,
    numbering,
    gone: new Map(gone.map(([row, column, code]) => [row, { column, code }])),
  });
  const form: RowForm = {
    sentinel: new TextEncoder().encode(sentinelOf(loading, load)),
    headed: headedColumns(load.table.columns, load.draw),
  };
  const kept = openObject(ports.store, keptKey, zstd());
  const refused: RefusedRow[] = [];
  const take = async (events: ReturnType<typeof sieve.push>): Promise<void> => {
    for (const event of events) {
      if ('kept' in event) {
        await kept.write(event.kept);
        continue;
      }
      const { row, reason, fresh } = event;
      refused.push([row, reason.column, reason.code]);
      await outputs.rows.write(rejectRow(event.refused, form));
      await outputs.log.write(`s3://${ports.store.bucket}/${object.key}, row ${row}: ${refusalText(reason)}\n`);
      if (fresh) await outputs.suspects.write(event.refused);
    }
  };
  try {
    const csv = pipeline(await ports.store.getStream(object.key), createZstdDecompress(), () => {});
    for await (const chunk of csv) await take(sieve.push(chunk));
    await take(sieve.finish());
    if (sieve.kept + sieve.refused !== object.rows) {
      const message = `${loadName(load)}: an object of ${object.rows} rows holds ${sieve.kept + sieve.refused}.`;
      throw new PgshiftError('CountMismatch', message);
    }
    if (sieve.kept > 0) await kept.end();
    else await kept.abandon();
  } catch (error) {
    await kept.abandon();
    throw error;
  }
  return { rows: sieve.kept, refused };
}
