// Parts, one after the other: source → compressed CSV in the bucket, counted. A part that holds the sentinel as a value is
// written again with another one. One that an earlier attempt has written whole is not read again.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PartAddress, StepInput, StepOutput, WrittenPart } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { fromPostgresql } from './from-postgresql.ts';
import { fromRedshift } from './from-redshift.ts';
import type { Extracting, PartSource } from './part-source.ts';
import { type WrittenParts, writtenParts, writtenTogether } from './written-once.ts';

export async function extract(ports: Ports, input: StepInput<'extract'>): Promise<StepOutput<'extract'>> {
  const { run, attempt, snapshot } = input;
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const extracting: Extracting = { ports, run, attempt, command, snapshot };
  const source = chunk.redshift === undefined ? fromPostgresql(extracting) : fromRedshift(extracting, chunk.redshift);
  try {
    const reading = { ...extracting, source, chunk };
    if (chunk.redshift?.together === true) return { written: await readTogether(reading, input.parts) };
    return { written: await readEach(reading, await writtenParts(ports.store, input), input.parts) };
  } finally {
    await source.close();
  }
}

interface PartsOf extends Extracting {
  readonly source: PartSource;
  readonly chunk: PlanChunk;
}

async function readEach(
  reading: PartsOf,
  records: WrittenParts,
  parts: readonly PartAddress[],
): Promise<readonly WrittenPart[]> {
  const { ports, attempt, source } = reading;
  const written: Promise<WrittenPart>[] = [];
  try {
    for (const part of parts) {
      // The very first attempt finds none.
      const earlier = attempt === 0 ? undefined : await records.find(part);
      if (earlier !== undefined) {
        ports.log.info('part already written', { ...part });
        written.push(Promise.resolve(earlier));
        continue;
      }
      const kept = records.keep(await extractPart(reading, part));
      // Waited for at the end: meanwhile the next part is read.
      kept.catch(() => {});
      written.push(kept);
    }
    await source.end();
  } finally {
    await Promise.allSettled(written);
  }
  return Promise.all(written);
}

/** All of one moment: what an earlier attempt wrote counts when it wrote all of it, and none of it otherwise. */
async function readTogether(reading: PartsOf, parts: readonly PartAddress[]): Promise<readonly WrittenPart[]> {
  const { ports, run, attempt, source } = reading;
  const records = writtenTogether(ports.store, run);
  const earlier = attempt === 0 ? undefined : await records.find();
  if (earlier !== undefined) {
    ports.log.info('parts already written', { parts: earlier.length });
    return earlier;
  }
  const written: WrittenPart[] = [];
  for (const part of parts) written.push(await extractPart(reading, part));
  await source.end();
  return records.keep(written);
}

async function extractPart({ ports, source, chunk }: PartsOf, address: PartAddress): Promise<WrittenPart> {
  const startedAt = ports.now();
  const [table, planned] = findPart(chunk, address);
  for (const [draw, sentinel] of chunk.sentinels.entries()) {
    try {
      const written = await source.write({ address, table, planned, sentinel, draw });
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

function findPart(chunk: PlanChunk, { table, part }: PartAddress): [PlannedTable, PlannedPart] {
  const planned = chunk.tables.find((candidate) => candidate.table === table);
  const slice = planned?.parts[part];
  if (planned && slice) return [planned, slice];
  throw new PgshiftError('Unexpected', `The plan has no part ${part} of table ${table} in chunk ${chunk.chunk}.`);
}
