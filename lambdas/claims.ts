// Who may load into a table? One run at a time: Prepare claims its tables, Publish gives them back. What a run left that
// does not run any more is taken over, and its tables for it are dropped.

import { PgshiftError } from '../core/errors.ts';
import { byText, keyOf, type Name, placeOf } from '../core/plan/names.ts';
import type { Ports, RunState, Session } from '../core/ports.ts';
import {
  type Claim,
  claimFrom,
  countClaims,
  createClaims,
  deleteClaims,
  dropClaims,
  dropOwn,
  type FoundClaim,
  findClaims,
  findClaimTables,
  insertClaims,
  lockClaims,
} from '../core/sql/claims.ts';
import { statementTimeoutMs } from '../core/sql/session.ts';

/**
 * Claims the tables whose schemas exist, all of one run; those it has claimed before stay its own. Throws TableClaimed when
 * another run has one of them that still runs, or of which that cannot be told.
 */
export async function claimTables(ports: Ports, session: Session, claims: readonly Claim[]): Promise<void> {
  const ended = new Set<string>();
  await underLock(ports, session, claims, 'make', async (schemas) => {
    const wanted = claims.filter(({ schema }) => schemas.includes(schema));
    const found = (await session.query(findClaims(schemas, wanted))).map(claimFrom);
    const others = found.filter((there) => !claims.some((ours) => isSame(ours, there)));
    const unasked = others.filter(({ sign }) => !ended.has(sign));
    if (unasked.length > 0) {
      await session.run('ROLLBACK');
      await expectEnded(ports, unasked);
      // Asked outside of the lock, they may have changed meanwhile: all is looked at once more.
      for (const { sign } of unasked) ended.add(sign);
      return 'again';
    }
    const mine = new Set(found.filter((there) => !others.includes(there)).map(keyOf));
    await removeClaims(session, others);
    const fresh = wanted.filter((claim) => !mine.has(keyOf(claim)));
    for (const statement of insertClaims(fresh, ports.now())) {
      await session.run(statement);
    }
    await session.run('COMMIT');
    if (others.length > 0) ports.log.info('took over what a run left', { tables: others.length });
    return 'done';
  });
}

/** Gives the run's claims to the names back. Claims that hold nothing any more are dropped. */
export async function releaseClaims(
  ports: Ports,
  session: Session,
  run: string,
  names: readonly Name[],
): Promise<void> {
  await underLock(ports, session, names, 'find', async (schemas, droppable) => {
    const held = names.filter(({ schema }) => schemas.includes(schema));
    for (const statement of deleteClaims(run, held)) await session.run(statement);
    await dropEmpty(session, droppable);
    await session.run('COMMIT');
    return 'done';
  });
}

/** Two runs of one name, of two machines, are two: their signs of life differ. */
const isSame = (ours: Claim, there: Claim): boolean => ours.run === there.run && ours.sign === there.sign;

/** In the transaction at hand, under the lock: the claims, and the tables that their runs made for them. */
export async function removeClaims(session: Session, claims: readonly Claim[]): Promise<void> {
  const drop = dropOwn(claims);
  if (drop !== undefined) await session.run(drop);
  for (const [run, members] of Map.groupBy(claims, (claim) => claim.run)) {
    for (const statement of deleteClaims(run, members)) await session.run(statement);
  }
}

/** In the transaction at hand, under the lock. */
export async function dropEmpty(session: Session, schemas: readonly string[]): Promise<void> {
  if (schemas.length === 0) return;
  const counts = await session.query(countClaims(schemas));
  const empty = counts.filter(({ claims }) => claims === '0').map(({ schema }) => schema ?? '');
  if (empty.length > 0) await session.run(dropClaims(empty));
}

async function expectEnded(ports: Ports, claims: readonly FoundClaim[]): Promise<void> {
  for (const members of Map.groupBy(claims, ({ sign }) => sign).values()) {
    const [first] = members;
    if (first === undefined) continue;
    const state = await ports.runs.look(first.sign);
    if (state === 'ended') continue;
    const more = members.length > 1 ? ` and ${members.length - 1} more tables are` : ' is';
    const message = `${placeOf(first)}${more} claimed by run ${first.run} since ${first.since} UTC${TOLD[state]}.`;
    throw new PgshiftError('TableClaimed', message);
  }
}

const TOLD: Readonly<Record<Exclude<RunState, 'ended'>, string>> = {
  running: ', which is still running',
  unknown: '; whether it still runs cannot be told from here',
};

/** Another run holds the lock for as long as it takes to look, and to drop what a dead one left. */
const LOCK_MS = 30_000;
/** The claims may be dropped, empty, while one waits for them, or another run's claims found: each time something else is. */
const MOST_TRIES = 20;

/**
 * Does `work` in a transaction that holds the claims of all schemas that have them, those that are `droppable` among them;
 * `make` them where they are missing, or only `find` them. Work that ends its transaction without an end is done `again`.
 */
export async function underLock(
  ports: Ports,
  session: Session,
  names: readonly Pick<Name, 'schema'>[],
  missing: 'make' | 'find',
  work: (schemas: readonly string[], droppable: readonly string[]) => Promise<'done' | 'again'>,
): Promise<void> {
  const wanted = [...new Set(names.map(({ schema }) => schema))].sort(byText);
  if (wanted.length === 0) return;
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const { without, schemas, droppable } = await lookAt(session, wanted);
    if (missing === 'make' && without.length > 0) {
      await make(session, without);
      continue;
    }
    if (schemas.length === 0) return;
    if (!(await lock(ports, session, schemas))) continue;
    if ((await work(schemas, droppable)) === 'done') return;
  }
  throw new PgshiftError('LockTimeout', `The claims of ${wanted.join(', ')} change all the time.`);
}

/** Which of the schemas that exist are without claims, which have some, and of these which may be dropped. */
async function lookAt(session: Session, wanted: readonly string[]) {
  const there = await session.query(findClaimTables(wanted));
  const named = (rows: typeof there) => rows.map(({ schema }) => schema ?? '').sort(byText);
  const having = there.filter(({ claims }) => claims === 't');
  return {
    without: named(there.filter((row) => !having.includes(row))),
    schemas: named(having),
    droppable: named(having.filter(({ mine }) => mine === 't')),
  };
}

/** Others may make the same at the same time: then they are there, or it is tried again. */
async function make(session: Session, schemas: readonly string[]): Promise<void> {
  try {
    await session.run(['BEGIN', ...schemas.map(createClaims), 'COMMIT'].join('; '));
  } catch (error) {
    await session.run('ROLLBACK');
    const { without } = await lookAt(session, schemas);
    if (without.length === schemas.length) throw error;
  }
}

/** False when claims went away while it waited for them. */
async function lock(ports: Ports, session: Session, schemas: readonly string[]): Promise<boolean> {
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
  const asBefore = `SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`;
  try {
    await session.run(lockClaims(schemas));
  } catch (error) {
    if (!(error instanceof PgshiftError)) throw error;
    if (error.kind === 'StatementTimeout') {
      throw new PgshiftError('LockTimeout', `Another run holds the claims of ${schemas.join(', ')}.`, { cause: error });
    }
    await session.run('ROLLBACK');
    await session.run(asBefore);
    if ((await lookAt(session, schemas)).schemas.length === schemas.length) throw error;
    return false;
  }
  await session.run(asBefore);
  return true;
}
