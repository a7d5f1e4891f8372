// What Prepare and Publish share: the SQL blocks of a command, each in a transaction of its own and once, however often
// a step is tried again.

import { artifactKeys } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { PgshiftError } from '../core/errors.ts';
import type { Name } from '../core/plan/names.ts';
import type { Ports, Session } from '../core/ports.ts';
import type { StepRecord } from '../core/report/model.ts';
import {
  blocksAt,
  createBlocks,
  dropBlocks,
  findBlock,
  findBlocks,
  lockBlocks,
  type Moment,
  recordBlock,
  statementPlace,
} from '../core/sql/blocks.ts';
import { statementTimeoutMs } from '../core/sql/session.ts';
import { connectForBlocks } from './target-session.ts';

interface Where {
  readonly run: string;
  readonly step: 'prepare' | 'publish';
  /** Which of the step's work, and which try at it: see Writing. */
  readonly number: number;
  readonly attempt: number | undefined;
  readonly command: LoadCommand;
  readonly table: Name;
}

/** Makes the table of blocks that have run, unless it is there, then runs those of BEFORE LOAD. */
export async function runBlocksBefore(ports: Ports, where: Where): Promise<void> {
  await inSession(ports, where, async (session) => {
    await makeTable(session, where.table);
    await runBlocks(ports, session, where, 'BEFORE LOAD');
  });
}

/**
 * Runs `between` after AFTER CREATE SCHEMA and before AFTER LOAD. A table of blocks that is gone says that all of this was
 * done: dropping it is the last thing.
 */
export async function runBlocksAfter(ports: Ports, where: Where, between: () => Promise<void>): Promise<void> {
  await inSession(ports, where, async (session) => {
    const [there] = await session.query(findBlocks(where.table));
    if (there === undefined) {
      ports.log.info('blocks already run');
      return;
    }
    try {
      await runBlocks(ports, session, where, 'AFTER CREATE SCHEMA');
      await between();
      await runBlocks(ports, session, where, 'AFTER LOAD');
    } catch (error) {
      throw afterPublishing(error);
    }
    await session.run(dropBlocks(where.table));
  });
}

/** Whoever reads of a failed run would start it again: he has to know that its rows are live. */
function afterPublishing(error: unknown): unknown {
  if (!(error instanceof PgshiftError)) return error;
  const message = `${error.message} All rows are loaded and live, and the blocks before this one are committed: the run can be resumed or redriven from here, and a new one loads everything again.`;
  return new PgshiftError(error.kind, message, { cause: error });
}

/** A session of their own: what a block sets does not reach our statements. */
async function inSession(ports: Ports, where: Where, work: (session: Session) => Promise<void>): Promise<void> {
  const { session } = await connectForBlocks(ports, where);
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

/** Several chunks are prepared at once: whoever comes second finds it made. */
async function makeTable(session: Session, table: Name): Promise<void> {
  const isThere = async () => (await session.query(findBlocks(table))).length > 0;
  if (await isThere()) return;
  try {
    await session.run(createBlocks(table));
  } catch (error) {
    if (!(await isThere())) throw error;
  }
}

async function runBlocks(
  ports: Ports,
  session: Session,
  { run, command, table }: Where,
  moment: Moment,
): Promise<void> {
  const startedAt = ports.now();
  let count = 0;
  for (const [index, block] of blocksAt(command, moment).entries()) {
    const number = index + 1;
    await lock(ports, session, table);
    const [done] = await session.query(findBlock(table, moment, number));
    if (done !== undefined) {
      await session.run('ROLLBACK');
      continue;
    }
    for (const [at, statement] of block.statements.entries()) {
      await runStatement(session, statement, statementPlace(moment, number, at + 1));
    }
    await session.run(recordBlock(table, moment, number, ports.now()));
    await session.run('COMMIT');
    count += block.statements.length;
  }
  // Whoever finds them done has nothing to tell.
  if (count === 0) return;
  const step = moment.toLowerCase();
  const record: StepRecord = { step, startedAt, endedAt: ports.now(), count };
  await ports.store.putJson(artifactKeys.stepRecord(run, step.replaceAll(' ', '-')), record);
}

/** Another chunk may be running a block: Step Functions waits for less money than a Lambda. */
const LOCK_MS = 30_000;

async function lock(ports: Ports, session: Session, table: Name): Promise<void> {
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
  try {
    await session.run(lockBlocks(table));
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementTimeout') throw error;
    throw new PgshiftError('LockTimeout', 'Another chunk of the run is running its SQL blocks.', { cause: error });
  }
  await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
}

async function runStatement(session: Session, statement: string, place: string): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    if (!(error instanceof PgshiftError)) throw error;
    throw new PgshiftError(error.kind, `${place}: ${error.message}`, { cause: error });
  }
}
