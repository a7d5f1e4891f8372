// Is it all there, and may people see it? One transaction makes the tables of some chunks live, or, with `publish table by
// table`, one for each of them. A staging table that is gone while its ledger is there was published by an earlier attempt.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Dialect } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError, stagedGone, tooManyRejects } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedTable, PlanSummary } from '../../core/plan/model.ts';
import { keyOf, type Name, placeOf } from '../../core/plan/names.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import { countStaged, dropLedgers, findLive, findOwn, lockStaged } from '../../core/sql/publish.ts';
import { qualified } from '../../core/sql/quote.ts';
import { statementTimeoutMs } from '../../core/sql/session.ts';
import { releaseClaims } from '../claims.ts';
import { namesIn, type Published } from '../published.ts';
import { readBatches } from '../read-records.ts';
import { runBlocksAfter } from '../sql-blocks.ts';
import { connectToTarget, type TargetSession } from '../target-session.ts';
import type { Into } from './into.ts';
import { intoPostgresql } from './into-postgresql/into-postgresql.ts';
import { intoRedshift } from './into-redshift/into-redshift.ts';
import { verifySums } from './verify-sums.ts';

/** What publishing does by the kind of the target. */
const INTO: Readonly<Record<Dialect, Into>> = { redshift: intoRedshift, postgresql: intoPostgresql };

/** How long publish waits for a table that somebody reads: Step Functions waits for less money than a Lambda. */
const LOCK_MS = 30_000;
/** ANALYZE is only advice to the planner: it is left when this little time remains. */
const ANALYZE_SPARE_MS = 120_000;
/** Some 10 kB of SQL a round trip, instead of 3,000 round trips for 500 tables. */
const STATEMENTS_AT_ONCE = 100;

export async function publish(ports: Ports, input: StepInput<'publish'>): Promise<StepOutput<'publish'>> {
  const { run, first, last } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const { tables, blocks } = await readChunks(ports, run, first, last);
  const writing = { run, step: 'publish', number: input.publish, attempt: input.attempt, command } as const;
  const target = await connectToTarget(ports, writing);
  const { session } = target;
  try {
    // Every batch is done when the first tables are published: later ones would count the same rows.
    if (first === 0) await expectFewRejects(ports, run, command.options.maxRejects);
    await verifySums(ports, run, { command, dialect: target.dialect }, tables);
    const publishing = { ports, run, command, target };
    if (command.options.publishTableByTable) await makeLiveOneByOne(publishing, tables);
    else if (tables.length > 0) await makeLiveOnce(publishing, { number: input.publish, tables });
    await giveBack(ports, session, run, tables);
    const analyzeAll = () => analyze(ports, session, tables);
    // The blocks come once everything is live: with the last of the transactions that make it so.
    if (blocks === undefined || !(await isLast(ports, input))) await analyzeAll();
    else {
      await runBlocksAfter(ports, { ...writing, table: blocks }, analyzeAll);
      await releaseClaims(ports, session, run, [blocks]);
    }
  } finally {
    await session.close();
  }
  const record: StepRecord = { step: 'publish', startedAt, endedAt: ports.now(), count: tables.length };
  await ports.store.putJson(artifactKeys.stepRecord(run, `publish-${input.publish}`), record);
  return { tables: tables.length };
}

interface Chunks {
  readonly tables: readonly PlannedTable[];
  readonly blocks: PlanChunk['blocks'];
}

async function readChunks(ports: Ports, run: string, first: number, last: number): Promise<Chunks> {
  const tables: PlannedTable[] = [];
  let blocks: PlanChunk['blocks'];
  for (let number = first; number <= last; number += 1) {
    const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, number));
    tables.push(...chunk.tables);
    blocks = chunk.blocks;
  }
  return { tables, blocks };
}

/** More rejected rows than the command allows: nothing of the run becomes visible. */
async function expectFewRejects(ports: Ports, run: string, most: number | undefined): Promise<void> {
  if (most === undefined) return;
  const batches = await readBatches(ports.store, run);
  const rejected = batches.reduce((sum, batch) => sum + batch.rejected, 0);
  if (rejected > most) throw tooManyRejects(`The run has ${rejected}`, most);
}

async function isLast(ports: Ports, { run, last }: StepInput<'publish'>): Promise<boolean> {
  const { chunks } = await ports.store.getJson<PlanSummary>(artifactKeys.plan(run));
  return last === chunks - 1;
}

/** Time that one more table must find: its transaction is over in seconds, unless it has to wait for the lock of a reader. */
const TABLE_MS = LOCK_MS + 60_000;

/** In the plan's order. The first that fails keeps those after it from becoming visible: a redrive or resume goes on there. */
async function makeLiveOneByOne(publishing: Publishing, tables: readonly PlannedTable[]): Promise<void> {
  const { ports } = publishing;
  for (const [at, table] of tables.entries()) {
    if (at > 0 && ports.remaining() < TABLE_MS) {
      throw new PgshiftError('Unfinished', `${at} of ${tables.length} tables are live, and more follow.`);
    }
    await makeLiveOnce(publishing, { number: table.table, tables: [table] });
  }
}

interface Publishing {
  readonly ports: Ports;
  readonly run: string;
  readonly command: LoadCommand;
  readonly target: TargetSession;
}

/** What one transaction makes live. Numbers count transactions, or tables where each has one of its own. */
interface Transaction {
  readonly number: number;
  readonly tables: readonly PlannedTable[];
}

/**
 * Makes the tables live unless they are. The ledgers outlive the transaction: without what was staged they say that it was
 * this run that made them live, and nobody who dropped it. The mark in the bucket says so when they are gone too.
 */
async function makeLiveOnce(publishing: Publishing, { number, tables }: Transaction): Promise<void> {
  const { ports, run, target } = publishing;
  const { session } = target;
  const mark = artifactKeys.published(run, number);
  if ((await ports.store.findText(mark)) === undefined) {
    try {
      await makeLiveUnlessDone(publishing, tables);
    } catch (error) {
      if (!(await wasDoneMeanwhile(publishing, mark, tables))) throw error;
      ports.log.info('another try was faster', { tables: tables.length });
    }
    await ports.store.putJson(mark, { tables: tables.map(({ table }) => table) } satisfies Published);
  } else ports.log.info('tables already live', { tables: tables.length });
  await INTO[target.dialect].after?.(session, tables);
}

async function makeLiveUnlessDone(publishing: Publishing, tables: readonly PlannedTable[]): Promise<void> {
  const own = await ownTables(publishing.target.session, tables);
  const lost = tables.find((table) => !own(table, table.ledger));
  if (lost !== undefined) throw notOurs(lost);
  const staged = tables.filter((table) => own(table, table.staging));
  if (staged.length === tables.length) await makeLive(publishing, tables);
  // One transaction made them live, or none.
  else if (staged.length > 0) throw notOurs(tables.find((table) => !staged.includes(table)) ?? tables[0]);
}

/** Whether a table has its staging table, or its ledger. */
async function ownTables(session: Session, tables: readonly PlannedTable[]) {
  const there = await namesIn(session, findOwn(tables));
  return (table: PlannedTable, name: string): boolean => there.has(keyOf({ schema: table.target.schema, name }));
}

/** Whether it failed because another try, at work at the same time, has made the tables live since this one looked. */
async function wasDoneMeanwhile(
  { ports, target: { session } }: Publishing,
  mark: string,
  tables: readonly PlannedTable[],
): Promise<boolean> {
  try {
    await session.run('ROLLBACK');
    if ((await ports.store.findText(mark)) !== undefined) return true;
    const own = await ownTables(session, tables);
    return tables.every((table) => own(table, table.ledger) && !own(table, table.staging));
  } catch {
    // A session that is lost says nothing: the next try looks.
    return false;
  }
}

/** What nobody needs any more, now that the marks are there. */
async function giveBack(ports: Ports, session: Session, run: string, tables: readonly PlannedTable[]): Promise<void> {
  if (tables.length === 0) return;
  await session.run(dropLedgers(tables));
  await releaseClaims(
    ports,
    session,
    run,
    tables.map(({ target }) => target),
  );
}

const notOurs = (table: PlannedTable | undefined): PgshiftError =>
  stagedGone(table === undefined ? 'a table' : placeOf(table.target));

async function makeLive(publishing: Publishing, tables: readonly PlannedTable[]): Promise<void> {
  const { ports, target } = publishing;
  const { session, dialect } = target;
  const into = INTO[dialect];
  await into.before?.(ports, publishing, tables);
  const there = await namesIn(session, findLive(tables));
  const replaced = tables
    .filter(({ publish, target: live }) => publish === 'replace' && there.has(keyOf(live)))
    .map(({ target: live }) => live);
  await lock(ports, target, lockStaged(tables, into.lockLive === undefined ? replaced : []), replaced);
  await checkCounts(session, tables);
  if (into.lockLive !== undefined && replaced.length > 0) await lock(ports, target, into.lockLive(replaced), replaced);
  const handOver = await into.takeOver(session, tables);
  const statements = into.swapStatements(tables);
  for (let at = 0; at < statements.length; at += STATEMENTS_AT_ONCE) {
    await session.run(statements.slice(at, at + STATEMENTS_AT_ONCE).join('; '));
  }
  await handOver();
  await session.run('COMMIT');
}

/** A table that is held says by whom. */
async function lock(
  ports: Ports,
  { session, dialect }: TargetSession,
  sql: string,
  replaced: readonly Name[],
): Promise<void> {
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
  try {
    await session.run(sql);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementTimeout' || replaced.length === 0) throw error;
    await session.run('ROLLBACK');
    const holders = await session.query(INTO[dialect].lockHolders(replaced));
    const who = holders.map(({ schema, name, pid, owner }) => `${schema}.${name} by session ${pid} of user ${owner}`);
    const held = who.length === 0 ? 'by a session that this user may not see' : who.join(', ');
    const message = `A table that would be replaced is held: ${held}.`;
    throw new PgshiftError('LockTimeout', message, { cause: error });
  }
  await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
}

/** Every batch is in the ledger, and staging holds what the ledger says, under the lock that swaps them. */
async function checkCounts(session: Session, tables: readonly PlannedTable[]): Promise<void> {
  for (const table of tables) {
    const [row] = await session.query(countStaged(table));
    const [staged, recorded, batches] = [Number(row?.staged), Number(row?.recorded), Number(row?.batches)];
    if (staged === recorded && batches === table.batches.length) continue;
    const place = `${table.target.schema}.${table.target.name}`;
    const message = `${place} has ${staged} rows staged, and its ledger says ${recorded} in ${batches} of ${table.batches.length} batches.`;
    throw new PgshiftError('CountMismatch', message);
  }
}

async function analyze(ports: Ports, session: Session, tables: readonly PlannedTable[]): Promise<void> {
  for (const { target } of tables) {
    if (ports.remaining() < ANALYZE_SPARE_MS) return;
    try {
      await session.run(`ANALYZE ${qualified(target.schema, target.name)}`);
    } catch (error) {
      // Another owner's table was added to: its statistics are its owner's.
      if (!(error instanceof PgshiftError)) throw error;
      ports.log.info('not analyzed', { table: `${target.schema}.${target.name}`, kind: error.kind });
    }
  }
}
