// `pgshift clean`: removes what runs have left that ended, from a target and the bucket, and says what it leaves and why.
import { portsOf } from '../adapters/ports.ts';
import { RUN_NAME, runFolder } from '../core/artifacts.ts';
import { PgshiftError } from '../core/errors.ts';
import { type Name, placeOf } from '../core/plan/names.ts';
import type { Session } from '../core/ports.ts';
import { statementTimeoutMs } from '../core/sql/session.ts';
import { ownAwsSettings } from './aws-settings.ts';
import { readTarget } from './commands.ts';
import { UsageError } from './failure.ts';
import { type Found, findLeftovers, type Leftovers, removeEmptyClaims, removeLeftovers } from './leftovers.ts';
import { withLifetime } from './lifetime.ts';
import type { Terminal } from './terminal.ts';

export interface CleanOptions {
  /** Only this run's, and whether it runs or not. */
  readonly run?: string;
  readonly dryRun?: boolean;
}

/** What a transaction was doing when it is interrupted, the server undoes. */
const graceMilliseconds = 500;
/** Dropping thousands of tables takes its time; nobody ends this but the user. */
const REMAINING_MS = 3_600_000;

export async function clean(terminal: Terminal, target: string, { run, dryRun = false }: CleanOptions): Promise<void> {
  if (run !== undefined && !RUN_NAME.test(run))
    throw new UsageError(`--run: a run is called as ${RUN_NAME.source} says`);
  const { endpoint, secrets } = readTarget(target, terminal.secrets);
  for (const name of ['PGPASSWORD', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    terminal.secrets.add(process.env[name] ?? '');
  }
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    await life.orInterrupted(ownAwsSettings());
    const remaining = () => REMAINING_MS;
    const ports = portsOf({ ...process.env, ...secrets })({ run: 'clean', step: 'clean', remaining });
    // Also says when it is missing, or somebody else's.
    await life.orInterrupted(ports.store.region());
    const session = await ports.connect(endpoint, {
      applicationName: 'pgshift/clean',
      firstContact: true,
      statementTimeoutMs: statementTimeoutMs(REMAINING_MS),
    });
    await life.defer(() => session.close());
    const found = await life.orInterrupted(findLeftovers(ports, session, run));
    const [going, staying] = parted(found);
    for (const left of going) {
      life.check();
      if (!dryRun) await insist(session, () => removeLeftovers(ports, session, left));
      tellGoing(terminal, left, dryRun, ports.store.bucket);
    }
    if (!dryRun) await insist(session, () => removeEmptyClaims(ports, session, found.schemas));
    const unknown = run === undefined ? found.unknown : [];
    tellStaying(terminal, staying, unknown);
    if (!found.uploadsTold) terminal.note(UPLOADS_UNTOLD);
    if (found.runs.length + unknown.length > 0) return;
    terminal.result(`Nothing is left of ${run === undefined ? 'any run' : `run ${run}`}.`);
  });
}

/** Others load meanwhile: as often as they come between, at most. */
const MOST_TRIES = 10;

/** Steps are tried again by Step Functions; here nobody else does it. What is removed already is passed over. */
async function insist(session: Session, remove: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await remove();
    } catch (error) {
      const heals = error instanceof PgshiftError && error.kind === 'SerializationConflict';
      if (!heals || tried === MOST_TRIES) throw error;
      await session.run('ROLLBACK');
    }
  }
}

function parted({ runs }: Found): [going: Leftovers[], staying: Leftovers[]] {
  const goes = ({ state }: Leftovers): boolean => state === 'ended' || state === 'named';
  return [runs.filter(goes), runs.filter((left) => !goes(left))];
}

function tellGoing(terminal: Terminal, left: Leftovers, dryRun: boolean, bucket: string): void {
  terminal.result(`${dryRun ? 'Would remove' : 'Removed'} what run ${left.run} left: ${told(left)}.`);
  if (dryRun) for (const table of left.tables) terminal.result(`  ${placeOf(table)}`);
  const others = new Set(left.claims.map((claim) => claim.bucket).filter((each) => each !== bucket));
  for (const other of others) {
    terminal.result(`  Its objects are in another bucket, and stay: s3://${other}/${runFolder(left.run)}`);
  }
}

function tellStaying(terminal: Terminal, runs: readonly Leftovers[], unknown: readonly Name[]): void {
  for (const left of runs) terminal.result(`Left what run ${left.run} has, ${told(left)}: ${REASONS[left.state]}`);
  for (const table of unknown) terminal.result(`Left ${placeOf(table)}: nothing says which run made it.`);
}

const REASONS: Readonly<Record<Leftovers['state'], string>> = {
  running: 'it is still running.',
  unknown: 'whether it still runs cannot be told from here. When it has ended, name it with --run.',
  ended: '',
  named: '',
};

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const UPLOADS_UNTOLD =
  'Whether uploads were broken off is not known: the bucket does not allow s3:ListBucketMultipartUploads. A lifecycle rule removes them, too.';

const told = ({ tables, claims, objects, uploads }: Leftovers): string =>
  [
    ...(tables.length > 0 ? [counted(tables.length, 'table')] : []),
    ...(claims.length > 0 ? [counted(claims.length, 'claim')] : []),
    ...(objects.length > 0 ? [counted(objects.length, 'data object')] : []),
    ...(uploads.length > 0 ? [counted(uploads.length, 'unfinished upload')] : []),
  ].join(', ');
