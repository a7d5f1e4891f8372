// One part: source → one compressed CSV object, counted, or several where the command bounds what one COPY loads. No row
// becomes a value in JavaScript: the server writes the CSV, and it is only watched on its way through.

import { pipeline, type Readable, Transform } from 'node:stream';
import { createZstdCompress } from 'node:zlib';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { copyOut } from '../../core/sql/copy-out.ts';
import { applicationName, BEGIN_READING, PIN_POSTGRESQL_SOURCE, statementTimeoutMs } from '../../core/sql/session.ts';
import { pathForQueries, settingsForSource } from '../../core/sql/settings.ts';
import { storePieces, ZSTD } from './store-pieces.ts';

export async function extract(ports: Ports, input: StepInput<'extract'>): Promise<StepOutput<'extract'>> {
  const { run, batch, part, attempt } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const [table, planned] = findPart(chunk, input.table, part);
  const key = artifactKeys.partObject(run, batch, part, attempt);
  const session = await ports.connect(command.source, {
    applicationName: applicationName(run, 'extract'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    await session.run(`${settingsForSource(command.settings)}${PIN_POSTGRESQL_SOURCE}; ${BEGIN_READING}`);
    if (planned.query === true) await session.run(pathForQueries(command.settings));
    const { bytes, rows } = session.copyOut(copyOut(table.columns, planned, chunk.sentinel));
    const watch = watchCsv(chunk.sentinel, `${table.source.schema}.${table.source.name}`);
    // Each stream that breaks takes the others with it, and the upload with them: what is not whole is not stored.
    const stored =
      table.pieces === undefined
        ? await storeWhole(ports, key, bytes, watch.stream)
        : await storePieces(
            ports.store,
            { run, batch, part, attempt },
            pipeline(bytes, watch.stream, () => {}),
            {
              bounds: table.pieces,
              rows,
            },
          );
    const count = await rows;
    const written = { part, rows: count, csvBytes: watch.bytes(), startedAt, endedAt: ports.now() };
    // The empty object of an empty part is not loaded.
    return count === 0 ? { ...written, bytes: stored.bytes, key: null } : { ...written, ...stored };
  } finally {
    await session.close();
  }
}

async function storeWhole(
  ports: Ports,
  key: string,
  bytes: Readable,
  watch: Transform,
): Promise<{ readonly key: string; readonly bytes: number }> {
  const compressed = pipeline(bytes, watch, createZstdCompress(ZSTD), () => {});
  return { key, bytes: await ports.store.putStream(key, compressed) };
}

function findPart(chunk: PlanChunk, table: number, part: number): [PlannedTable, PlannedPart] {
  const planned = chunk.tables.find((candidate) => candidate.table === table);
  const slice = planned?.parts[part];
  if (planned && slice) return [planned, slice];
  throw new PgshiftError('Unexpected', `The plan has no part ${part} of table ${table} in chunk ${chunk.chunk}.`);
}

/**
 * Counts bytes and looks for the sentinel as a value: texts are always quoted, so a text that is the sentinel stands
 * between quotes, and NULL does not. Chunks are searched with the end of the one before.
 */
function watchCsv(sentinel: string, place: string): { stream: Transform; bytes: () => number } {
  const wanted = Buffer.from(`"${sentinel}"`);
  let end = Buffer.alloc(0);
  let bytes = 0;
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const seam = Buffer.concat([end, chunk.subarray(0, wanted.length - 1)]);
      if (chunk.includes(wanted) || seam.includes(wanted)) {
        done(
          new PgshiftError('SentinelCollision', `A text of ${place} is the marker that stands for NULL in this run.`),
        );
        return;
      }
      end = Buffer.concat([end, chunk.subarray(-(wanted.length - 1))]).subarray(-(wanted.length - 1));
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
