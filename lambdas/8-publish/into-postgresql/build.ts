// What is done with staged tables of PostgreSQL before they become live: indexes are built, several at once, and sequences set.
// A build may take longer than an invocation lives: the server goes on with it, and the next attempt waits for that.

import pMap from 'p-map';
import type { LoadCommand } from '../../../core/command/model.ts';
import { PgshiftError } from '../../../core/errors.ts';
import type { InRun } from '../../../core/pipeline.ts';
import type { PlannedIndex, PlannedTable } from '../../../core/plan/model.ts';
import { placeOf } from '../../../core/plan/names.ts';
import type { Ports, Session } from '../../../core/ports.ts';
import { findRelation, findWorking } from '../../../core/sql/postgresql/keep.ts';
import { literal } from '../../../core/sql/quote.ts';
import { SPARE_MS } from '../../../core/sql/session.ts';
import { connectToTarget } from '../../target-session.ts';

/** Each takes maintenance_work_mem, and workers of its own. */
const BUILDS_AT_ONCE = 4;
const POLL_MS = 1_000;

export interface Building extends InRun {
  readonly command: LoadCommand;
}

export async function buildStaged(ports: Ports, building: Building, tables: readonly PlannedTable[]): Promise<void> {
  const concurrency = building.command.options.maxParallelCreateIndex ?? BUILDS_AT_ONCE;
  const builds = tables.flatMap((table) => (table.postgresql?.indexes ?? []).map((index) => ({ table, index })));
  await pMap(builds, ({ table, index }) => build(ports, building, table, index), { concurrency });
  const sequences = tables.flatMap(({ postgresql }) => postgresql?.sequences ?? []);
  if (sequences.length === 0) return;
  const { session } = await connectToTarget(ports, { ...building, step: 'publish' });
  try {
    for (const statement of sequences) await session.query(statement);
  } finally {
    await session.close();
  }
}

async function build(
  ports: Ports,
  { run, command }: Building,
  table: PlannedTable,
  index: PlannedIndex,
): Promise<void> {
  const { session } = await connectToTarget(ports, { run, step: 'publish', command });
  const name = `pgshift/index/${index.name}`;
  await session.run(`SET application_name TO ${literal(name)}; SET statement_timeout TO 0`);
  while ((await session.query(findWorking(name))).length > 0) await pause(ports, table, session);
  if ((await session.query(findRelation(index))).length > 0) return session.close();
  const done = runBuild(session, table, index).then(() => 'done' as const);
  // When it is left to the server, nobody hears here how it ends.
  done.catch(() => {});
  while ((await Promise.race([done, later(ports, table)])) !== 'done');
  await session.close();
}

/** The error of a build that was left to the server is told by whoever waits for it then. */
async function runBuild(session: Session, table: PlannedTable, index: PlannedIndex): Promise<void> {
  try {
    await session.run(index.sql);
  } catch (error) {
    await session.close();
    if (!(error instanceof PgshiftError)) throw error;
    const message = `An index of ${placeOf(table.target)} cannot be built: ${error.message} Nothing is published; \`create no indexes\` would publish without.`;
    throw new PgshiftError(error.kind, message, { cause: error });
  }
}

async function pause(ports: Ports, table: PlannedTable, session: Session): Promise<void> {
  try {
    await later(ports, table);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function later(ports: Ports, table: PlannedTable): Promise<'later'> {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  if (ports.remaining() > SPARE_MS) return 'later';
  throw new PgshiftError('Unfinished', `The server still builds indexes of ${placeOf(table.target)}.`);
}
