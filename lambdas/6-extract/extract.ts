// Parts, one after the other: source → one compressed CSV object each, counted, or several where the command bounds what
// one COPY loads. No row becomes a value in JavaScript: the server writes the CSV, and it is only watched on its way
// through. A part that holds the sentinel as a value is written again with another one. One that an earlier attempt has
// written whole is not read again.

import { once } from 'node:events';
import { pipeline, type Readable } from 'node:stream';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PartAddress, StepInput, StepOutput, WrittenPart } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import { valueRefused } from '../../core/plan/value-refused.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { copyOut } from '../../core/sql/copy-out.ts';
import { isHeaded } from '../../core/sql/empty-bytes.ts';
import { looksForNumbers, type Replaced, readMark, replacedQuery } from '../../core/sql/guards.ts';
import { pathForQueries } from '../../core/sql/settings.ts';
import { zstd } from '../open-object.ts';
import { holdStill } from './hold-still.ts';
import { watchForNumbers } from './number-watch.ts';
import { type PartReader, partReader } from './part-reader.ts';
import { watchForSentinel } from './sentinel-watch.ts';
import { storePieces } from './store-pieces.ts';
import { writtenParts } from './written-once.ts';

export async function extract(ports: Ports, input: StepInput<'extract'>): Promise<StepOutput<'extract'>> {
  const { run, attempt } = input;
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const reader = partReader(ports, { run, step: 'extract', command, snapshot: input.snapshot });
  const records = await writtenParts(ports.store, input);
  const written: Promise<WrittenPart>[] = [];
  try {
    for (const part of input.parts) {
      // The very first attempt finds none.
      const earlier = attempt === 0 ? undefined : await records.find(part);
      if (earlier !== undefined) {
        ports.log.info('part already written', { ...part });
        written.push(Promise.resolve(earlier));
        continue;
      }
      const kept = records.keep(await extractPart({ ports, run, attempt, command, reader }, chunk, part));
      // Waited for at the end: meanwhile the next part is read.
      kept.catch(() => {});
      written.push(kept);
    }
  } finally {
    await Promise.allSettled([...written, reader.close()]);
  }
  return { written: await Promise.all(written) };
}

/** What the parts of one call have in common. */
interface Extracting {
  readonly ports: Ports;
  readonly run: string;
  readonly attempt: number;
  readonly command: LoadCommand;
  readonly reader: PartReader;
}

async function extractPart(extracting: Extracting, chunk: PlanChunk, address: PartAddress): Promise<WrittenPart> {
  const { ports } = extracting;
  const startedAt = ports.now();
  const [table, planned] = findPart(chunk, address);
  for (const [draw, sentinel] of chunk.sentinels.entries()) {
    try {
      const reading = { table, planned, sentinel, draw };
      const first = await writePart(extracting, address, { ...reading, again: false });
      // What the second reading writes stands in the place of the first.
      const { written } = first.suspect ? await writePart(extracting, address, { ...reading, again: true }) : first;
      const drawn = draw === 0 ? {} : { draw };
      return { ...address, ...written, ...drawn, startedAt, endedAt: ports.now() };
    } catch (error) {
      if (!(error instanceof PgshiftError) || error.kind !== 'SentinelCollision') throw error;
      ports.log.info('a value is the sentinel, or an empty bytea', { ...address, draw });
    }
  }
  const message = `Values of ${table.source.schema}.${table.source.name} are the markers that stand for NULL in this run, all ${chunk.sentinels.length} of them.`;
  throw new PgshiftError('SentinelCollision', message);
}

/** What is read, and the text that stands for NULL in it: which of the plan's it is, in `draw`. */
interface Reading {
  readonly table: PlannedTable;
  readonly planned: PlannedPart;
  readonly sentinel: string;
  readonly draw: number;
  /** Whether what is dear to look for is looked for: the first reading has shown that it may be there. */
  readonly again: boolean;
}

type Written = Pick<WrittenPart, 'rows' | 'bytes' | 'csvBytes' | 'key' | 'pieces' | 'replaced'>;

/**
 * A suspect part has to be read again. Throws a SentinelCollision when a value of it is the sentinel: what would be written
 * cannot be told from NULL.
 */
async function writePart(
  { ports, run, attempt, command, reader }: Extracting,
  { batch, part }: PartAddress,
  { table, planned, sentinel, draw, again }: Reading,
): Promise<{ readonly written: Written; readonly suspect: boolean }> {
  return reader.read(async (session) => {
    if (planned.query === true) await session.run(pathForQueries(command.settings));
    await holdStill(session, planned);
    const writing = { sentinel, headed: isHeaded(table.columns, draw), again };
    const { bytes, rows } = session.copyOut(copyOut(table, planned, writing), (message) => {
      const marked = readMark(message, sentinel);
      return marked === undefined ? undefined : valueRefused(table, planned, marked);
    });
    const watch = watchForSentinel(sentinel);
    // Each stream that breaks takes the others with it, and the upload with them: what is not whole is not stored.
    const numbers = !again && looksForNumbers(table.columns) ? watchForNumbers() : undefined;
    const csv =
      numbers === undefined
        ? pipeline(bytes, watch.stream, () => {})
        : pipeline(bytes, watch.stream, numbers.stream, () => {});
    const stored = (await isEmpty(csv))
      ? { key: null, bytes: 0 }
      : table.pieces === undefined
        ? await storeWhole(ports, artifactKeys.partObject(run, batch, part, attempt), csv)
        : await storePieces(ports.store, { run, batch, part, attempt }, csv, { bounds: table.pieces, rows });
    const count = await rows;
    const replaced = await replacedValues(session, table);
    const replacedKey = artifactKeys.replacedValues(run, batch, part, attempt);
    if (replaced.length > 0) await ports.store.putJson(replacedKey, replaced);
    const noted = replaced.length > 0 ? { replaced: replacedKey } : {};
    const written = { rows: count, csvBytes: watch.bytes(), ...stored, ...noted };
    return { written, suspect: numbers?.seen() === true };
  });
}

/** Waits for the first bytes, which stay where they are, or for the end. */
async function isEmpty(stream: Readable): Promise<boolean> {
  await once(stream, 'readable');
  return stream.readableLength === 0;
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
  csv: Readable,
): Promise<{ readonly key: string; readonly bytes: number }> {
  return {
    key,
    bytes: await ports.store.putStream(
      key,
      pipeline(csv, zstd(), () => {}),
    ),
  };
}

function findPart(chunk: PlanChunk, { table, part }: PartAddress): [PlannedTable, PlannedPart] {
  const planned = chunk.tables.find((candidate) => candidate.table === table);
  const slice = planned?.parts[part];
  if (planned && slice) return [planned, slice];
  throw new PgshiftError('Unexpected', `The plan has no part ${part} of table ${table} in chunk ${chunk.chunk}.`);
}
