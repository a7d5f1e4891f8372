// What Prepare and Publish share: the SQL blocks of a command, each in a transaction of its own and once, however often
// a step is tried again.

import { artifactKeys } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { PgshiftError } from '../core/errors.ts';
import { type Name, placeOf } from '../core/plan/names.ts';
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

/** The mark that a run's blocks are over. It is there before their table is dropped. */
interface BlocksOver {
  /** All have run; otherwise somebody has removed what the run had left. */
  readonly done: boolean;
}

/** For who removes what a run has left. What the run itself has said stands. */
export async function abandonBlocks({ store }: Ports, run: string): Promise<void> {
  await store.putNew(artifactKeys.blocksOver(run), JSON.stringify({ done: false } satisfies BlocksOver));
}

async function findOver({ store }: Ports, run: string): Promise<BlocksOver | undefined> {
  const text = await store.findText(artifactKeys.blocksOver(run));
  return text === undefined ? undefined : JSON.parse(text);
}

/** Whether all blocks of the run have run. Throws SourceChanged when somebody has removed what it had left instead. */
export async function areBlocksDone(ports: Ports, run: string, table: Name): Promise<boolean> {
  const over = await findOver(ports, run);
  if (over?.done === false) throw blocksGone(table);
  return over !== undefined;
}

/**
 * Makes the table of blocks that have run, unless it is there, then runs those of BEFORE LOAD. False when the run's blocks are
 * over: then nothing was done.
 */
export async function runBlocksBefore(ports: Ports, where: Where): Promise<boolean> {
  return inSession(ports, where, async (session) => {
    if (!(await makeTable(ports, session, where))) return false;
    await runBlocks(ports, session, where, 'BEFORE LOAD');
    return true;
  });
}

/**
 * Runs `between` after AFTER CREATE SCHEMA and before AFTER LOAD. A table of blocks that is gone, with the mark, says that all
 * of this was done: dropping it is the last thing.
 */
export async function runBlocksAfter(ports: Ports, where: Where, between: () => Promise<void>): Promise<void> {
  const { run, table } = where;
  await inSession(ports, where, async (session) => {
    if (await isThere(session, table)) {
      try {
        await runBlocks(ports, session, where, 'AFTER CREATE SCHEMA');
        await between();
        await runBlocks(ports, session, where, 'AFTER LOAD');
        await ports.store.putJson(artifactKeys.blocksOver(run), { done: true } satisfies BlocksOver);
        await session.run(dropBlocks(table));
        return;
      } catch (error) {
        if (!(await isGoneMeanwhile(session, table))) throw afterPublishing(error);
      }
    }
    if (!(await areBlocksDone(ports, run, table))) throw blocksGone(table);
    ports.log.info('blocks already run');
  });
}

/** Whether it failed because another try, at work at the same time, was faster. A session that is lost says nothing. */
async function isGoneMeanwhile(session: Session, table: Name): Promise<boolean> {
  try {
    await session.run('ROLLBACK');
    return !(await isThere(session, table));
  } catch {
    return false;
  }
}

function blocksGone(table: Name): PgshiftError {
  const message = `${placeOf(table)}, which says which SQL blocks of the run have run, is gone: somebody dropped it.`;
  return new PgshiftError('SourceChanged', message);
}

/** Whoever reads of a failed run would start it again: he has to know that its rows are live. */
function afterPublishing(error: unknown): unknown {
  if (!(error instanceof PgshiftError)) return error;
  const message = `${error.message} All rows are loaded and live, and the blocks before this one are committed: the run can be resumed or redriven from here, and a new one loads everything again.`;
  return new PgshiftError(error.kind, message, { cause: error });
}

/** A session of their own: what a block sets does not reach our statements. */
async function inSession<Result>(
  ports: Ports,
  where: Where,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { session } = await connectForBlocks(ports, where);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function isThere(session: Session, table: Name): Promise<boolean> {
  return (await session.query(findBlocks(table))).length > 0;
}

/**
 * Several chunks are prepared at once: whoever comes second finds it made. Who was given up may come when the table has been
 * dropped: he makes it once more, finds the mark, which was there before, and undoes what nobody has seen. So whenever there
 * is a table it is the run's own, and who locks it keeps it there. False when the mark is there.
 */
async function makeTable(ports: Ports, session: Session, { run, table }: Where): Promise<boolean> {
  if (await isThere(session, table)) return true;
  try {
    await whenFree(ports, session, createBlocks(table));
  } catch (error) {
    await session.run('ROLLBACK');
    if (!(await isThere(session, table))) throw error;
    return true;
  }
  // Not before: between a look and the making all may come to its end.
  const over = await findOver(ports, run);
  await session.run(over === undefined ? 'COMMIT' : 'ROLLBACK');
  return over === undefined;
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
    await whenFree(ports, session, lockBlocks(table));
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

/** Runs what waits for whoever has the table. */
async function whenFree(ports: Ports, session: Session, sql: string): Promise<void> {
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
  try {
    await session.run(sql);
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
