// What have runs left in a target and in the bucket that did not end well, do they still run, and how does it go away?
import { ALL_RUNS, artifactKeys, runOfKey } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { PgshiftError } from '../core/errors.ts';
import { keyOf, type Name, tokenOf } from '../core/plan/names.ts';
import type { Ports, RunState, Session, Store, UnfinishedUpload } from '../core/ports.ts';
import type { Report } from '../core/report/model.ts';
import type { SignOfLife } from '../core/running.ts';
import { isBlocks } from '../core/sql/blocks.ts';
import {
  claimFrom,
  dropTables,
  type FoundClaim,
  findClaims,
  findOwnTables,
  isClaims,
  tokenIn,
} from '../core/sql/claims.ts';
import { dropEmpty, removeClaims, underLock } from '../lambdas/claims.ts';
import { abandonBlocks } from '../lambdas/sql-blocks.ts';

export interface Leftovers {
  readonly run: string;
  /** `named` by the user, who knows. */
  readonly state: RunState | 'named';
  readonly claims: readonly FoundClaim[];
  /** Its own tables, claimed or not. */
  readonly tables: readonly Name[];
  /** Keys of its data objects. */
  readonly objects: readonly string[];
  /** What a process that was killed in the middle of one has left. */
  readonly uploads: readonly UnfinishedUpload[];
}

export interface Found {
  readonly runs: readonly Leftovers[];
  /** Whether we may ask for uploads at all: not every right to read a bucket holds that one. */
  readonly uploadsTold: boolean;
  /** Tables of ours of which nothing says whose they are. */
  readonly unknown: readonly Name[];
  /** Schemas with a table of claims. */
  readonly schemas: readonly string[];
}

/** Looks; changes nothing. */
export async function findLeftovers(ports: Ports, session: Session, named?: string): Promise<Found> {
  const { all, schemas, claims } = await lookAtTarget(session);
  const folders = Map.groupBy(await ports.store.list(ALL_RUNS), ({ key }) => runOfKey(key) ?? '');
  const unfinished = await findUploads(ports.store);
  const uploads = Map.groupBy(unfinished ?? [], ({ key }) => runOfKey(key) ?? '');
  const owners = ownersOf(claims, [...folders.keys(), ...uploads.keys(), named ?? '']);
  const tables = Map.groupBy(
    all.filter((table) => !isClaims(table)),
    (table) => owners(table),
  );
  const claimed = Map.groupBy(claims, ({ run }) => run);
  const known = [...tables.keys(), ...claimed.keys(), ...folders.keys(), ...uploads.keys()];
  const names = new Set(known.filter((run) => run !== undefined));
  const runs: Leftovers[] = [];
  for (const run of [...names].filter((name) => name !== '').sort()) {
    if (named !== undefined && run !== named) continue;
    const keys = (folders.get(run) ?? []).map(({ key }) => key);
    const left = {
      run,
      claims: claimed.get(run) ?? [],
      tables: tables.get(run) ?? [],
      objects: await dataOf(ports, run, keys),
      uploads: uploads.get(run) ?? [],
    };
    if (left.claims.length + left.tables.length + left.objects.length + left.uploads.length === 0) continue;
    runs.push({ ...left, state: named === undefined ? await stateOf(ports, left) : 'named' });
  }
  return { runs, schemas, unknown: tables.get(undefined) ?? [], uploadsTold: unfinished !== undefined };
}

/** Undefined when the bucket does not tell us. */
async function findUploads(store: Store): Promise<readonly UnfinishedUpload[] | undefined> {
  try {
    return await store.listUnfinished(ALL_RUNS);
  } catch (error) {
    if (error instanceof PgshiftError && error.kind === 'BucketDenied') return undefined;
    throw error;
  }
}

interface Target {
  /** Every table of ours. */
  readonly all: readonly Name[];
  /** Schemas with a table of claims. */
  readonly schemas: readonly string[];
  readonly claims: readonly FoundClaim[];
}

/** undefined_table */
const NO_SUCH_TABLE = '42P01';
/** As often as runs that end drop their claims between the two queries, at most. */
const MOST_LOOKS = 20;

async function lookAtTarget(session: Session): Promise<Target> {
  for (let looked = 1; ; looked += 1) {
    const rows = await session.query(findOwnTables);
    const all = rows.map(({ schema, name }) => ({ schema: schema ?? '', name: name ?? '' }));
    const schemas = all.filter(isClaims).map(({ schema }) => schema);
    if (schemas.length === 0) return { all, schemas, claims: [] };
    try {
      return { all, schemas, claims: (await session.query(findClaims(schemas))).map(claimFrom) };
    } catch (error) {
      const isGone = error instanceof PgshiftError && error.code === NO_SUCH_TABLE;
      if (!isGone || looked === MOST_LOOKS) throw error;
    }
  }
}

/** Claims say whose a table is; without one its name does, where the run is known. */
function ownersOf(claims: readonly FoundClaim[], runs: readonly string[]): (table: Name) => string | undefined {
  const byName = new Map(claims.flatMap(({ schema, run, own }) => own.map((name) => [keyOf({ schema, name }), run])));
  const known = [...runs, ...claims.map(({ run }) => run)].filter((run) => run !== '');
  const byToken = new Map(known.map((run) => [tokenOf(run), run]));
  return (table) => byName.get(keyOf(table)) ?? byToken.get(tokenIn(table.name) ?? '');
}

/** Of a run that succeeded they are what `keep files` asked for, or came from a call that was given up and went on. */
async function dataOf({ store }: Ports, run: string, keys: readonly string[]): Promise<readonly string[]> {
  const parts = keys.filter((key) => key.startsWith(artifactKeys.partObjects(run)));
  if (parts.length === 0) return [];
  const text = await store.findText(artifactKeys.reportJson(run));
  if (text === undefined || (JSON.parse(text) as Report).error !== null) return parts;
  const { options } = await store.getJson<LoadCommand>(artifactKeys.command(run));
  return options.keepFiles ? [] : parts;
}

/** What each of its signs of life says: one that runs counts most, then one that tells nothing. */
async function stateOf({ store, runs }: Ports, { run, claims }: Pick<Leftovers, 'run' | 'claims'>): Promise<RunState> {
  const text = await store.findText(artifactKeys.signOfLife(run));
  const noted = text === undefined ? [] : [(JSON.parse(text) as SignOfLife).sign];
  const states = new Set<RunState>();
  for (const sign of new Set([...claims.map(({ sign }) => sign), ...noted])) states.add(await runs.look(sign));
  if (states.size === 0) return 'unknown';
  return (['running', 'unknown'] as const).find((state) => states.has(state)) ?? 'ended';
}

/** As with plans: about so many tables a transaction. */
const AT_ONCE = 100;

/** Removes them: tables first, so that a run of which they remain is found again. */
export async function removeLeftovers(ports: Ports, session: Session, left: Leftovers): Promise<void> {
  const { run, claims, objects, uploads } = left;
  // A function of the run that is still alive would make it again, and run the blocks once more.
  if (left.tables.some(isBlocks) && claims.every(({ bucket }) => bucket === ports.store.bucket)) {
    await abandonBlocks(ports, run);
  }
  for (let at = 0; at < claims.length; at += AT_ONCE) {
    const some = claims.slice(at, at + AT_ONCE);
    await underLock(ports, session, some, 'find', async (schemas, droppable) => {
      const wanted = some.filter(({ schema }) => schemas.includes(schema));
      const there = (await session.query(findClaims(schemas, wanted))).map(claimFrom);
      // Another run may have taken its place since.
      await removeClaims(
        session,
        there.filter((claim) => claim.run === run && wanted.some(({ sign }) => sign === claim.sign)),
      );
      await dropEmpty(session, droppable);
      await session.run('COMMIT');
      return 'done';
    });
  }
  const claimed = new Set(claims.flatMap(({ schema, own }) => own.map((name) => keyOf({ schema, name }))));
  const others = left.tables.filter((table) => !claimed.has(keyOf(table)));
  for (let at = 0; at < others.length; at += AT_ONCE) await session.run(dropTables(others.slice(at, at + AT_ONCE)));
  await ports.store.abortUnfinished(uploads);
  if (objects.length > 0) await ports.store.remove([...objects, artifactKeys.heartbeat(run)]);
}

/** Claims that hold nothing: what a run leaves that ends between two of its transactions. */
export async function removeEmptyClaims(ports: Ports, session: Session, schemas: readonly string[]): Promise<void> {
  const names = schemas.map((schema) => ({ schema }));
  await underLock(ports, session, names, 'find', async (_schemas, droppable) => {
    await dropEmpty(session, droppable);
    await session.run('COMMIT');
    return 'done';
  });
}
