// One part: source → one compressed CSV object, counted, or several where the command bounds what one COPY loads. No row
// becomes a value in JavaScript: the server writes the CSV, and it is only watched on its way through. A part that holds
// the sentinel as a value is written again with another one.

import { pipeline, type Readable, type Transform } from 'node:stream';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import { valueRefused } from '../../core/plan/value-refused.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { copyOut } from '../../core/sql/copy-out.ts';
import { isHeaded } from '../../core/sql/empty-bytes.ts';
import { type Replaced, readMark, replacedQuery } from '../../core/sql/guards.ts';
import { applicationName, BEGIN_READING, PIN_POSTGRESQL_SOURCE, statementTimeoutMs } from '../../core/sql/session.ts';
import { pathForQueries, settingsForSource } from '../../core/sql/settings.ts';
import { zstd } from '../open-object.ts';
import { watchForSentinel } from './sentinel-watch.ts';
import { storePieces } from './store-pieces.ts';

export async function extract(ports: Ports, input: StepInput<'extract'>): Promise<StepOutput<'extract'>> {
  const { run, part } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const [table, planned] = findPart(chunk, input.table, part);
  for (const [draw, sentinel] of chunk.sentinels.entries()) {
    try {
      const written = await writePart(ports, input, { command, table, planned, sentinel, draw });
      return { ...written, ...(draw === 0 ? {} : { draw }), startedAt, endedAt: ports.now() };
    } catch (error) {
      if (!(error instanceof PgshiftError) || error.kind !== 'SentinelCollision') throw error;
      ports.log.info('a value is the sentinel, or an empty bytea', { batch: input.batch, part, draw });
    }
  }
  const message = `Values of ${table.source.schema}.${table.source.name} are the markers that stand for NULL in this run, all ${chunk.sentinels.length} of them.`;
  throw new PgshiftError('SentinelCollision', message);
}

/** What is read, and the text that stands for NULL in it: which of the plan's it is, in `draw`. */
interface Reading {
  readonly command: LoadCommand;
  readonly table: PlannedTable;
  readonly planned: PlannedPart;
  readonly sentinel: string;
  readonly draw: number;
}

type Written = Omit<StepOutput<'extract'>, 'draw' | 'startedAt' | 'endedAt'>;

/** Throws a SentinelCollision when a value of the part is the sentinel: what would be written cannot be told from NULL. */
async function writePart(
  ports: Ports,
  { run, batch, part, attempt }: StepInput<'extract'>,
  { command, table, planned, sentinel, draw }: Reading,
): Promise<Written> {
  const session = await ports.connect(command.source, {
    applicationName: applicationName(run, 'extract'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    await session.run(`${settingsForSource(command.settings)}${PIN_POSTGRESQL_SOURCE}; ${BEGIN_READING}`);
    if (planned.query === true) await session.run(pathForQueries(command.settings));
    const writing = { sentinel, headed: isHeaded(table.columns, draw) };
    const { bytes, rows } = session.copyOut(copyOut(table.columns, planned, writing), (message) => {
      const marked = readMark(message, sentinel);
      return marked === undefined ? undefined : valueRefused(table, planned, marked);
    });
    const watch = watchForSentinel(sentinel);
    // Each stream that breaks takes the others with it, and the upload with them: what is not whole is not stored.
    const stored =
      table.pieces === undefined
        ? await storeWhole(ports, artifactKeys.partObject(run, batch, part, attempt), bytes, watch.stream)
        : await storePieces(
            ports.store,
            { run, batch, part, attempt },
            pipeline(bytes, watch.stream, () => {}),
            { bounds: table.pieces, rows },
          );
    const count = await rows;
    const replaced = await replacedValues(session, table);
    const replacedKey = artifactKeys.replacedValues(run, batch, part, attempt);
    if (replaced.length > 0) await ports.store.putJson(replacedKey, replaced);
    const written = {
      part,
      rows: count,
      csvBytes: watch.bytes(),
      ...(replaced.length > 0 ? { replaced: replacedKey } : {}),
    };
    // The empty object of an empty part is not loaded.
    return count === 0 ? { ...written, bytes: stored.bytes, key: null } : { ...written, ...stored };
  } finally {
    await session.close();
  }
}

/** Asked in the transaction that read the rows: it counted them. */
async function replacedValues(session: Session, { columns }: PlannedTable): Promise<Replaced[]> {
  const query = replacedQuery(columns);
  if (query === undefined) return [];
  const rows = await session.query(query);
  return rows.map(({ column, guard, rows: count }) => ({
    column: Number(column),
    guard: Number(guard),
    rows: Number(count),
  }));
}

async function storeWhole(
  ports: Ports,
  key: string,
  bytes: Readable,
  watch: Transform,
): Promise<{ readonly key: string; readonly bytes: number }> {
  const compressed = pipeline(bytes, watch, zstd(), () => {});
  return { key, bytes: await ports.store.putStream(key, compressed) };
}

function findPart(chunk: PlanChunk, table: number, part: number): [PlannedTable, PlannedPart] {
  const planned = chunk.tables.find((candidate) => candidate.table === table);
  const slice = planned?.parts[part];
  if (planned && slice) return [planned, slice];
  throw new PgshiftError('Unexpected', `The plan has no part ${part} of table ${table} in chunk ${chunk.chunk}.`);
}
