// How does one schedule go, and does the run that met it keep what pgshift promises? One moment, once, whole; and nothing
// stays behind.

import { setTimeout as pause } from 'node:timers/promises';
import { ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { Report } from '../../core/report/model.ts';
import { report } from '../../lambdas/9-report/report.ts';
import { type Ended, type InProcess, type Invocation, startInProcess } from '../support/in-process.ts';
import type { Coat } from './coat.ts';
import { FaultyRun } from './faulty-run.ts';
import { afterCleaning, type Names, sessionsOf } from './left.ts';
import { failureFaults, type Live, readLive, shapeFaults, wantedOf } from './live.ts';
import { type Fault, isGood, type Schedule, type Verdict } from './model.ts';
import { rejectFaults } from './rejected.ts';
import { readShape } from './shape.ts';
import { changeSource, commandText, difference, makeSource, makeTarget, readContent } from './tables.ts';
import { targetOf, type World } from './world.ts';

/** A second of Step Functions' pauses takes so many. */
export const TIME_SCALE = 0.02;
/** Longer than a busy machine stands still: who imports a snapshot has to be faster than two hand-overs. */
const TURN_SECONDS = 4;
const KEEP_SECONDS = 0.5;
/**
 * A relay that ends has looked once more with each holder, or, where its run failed, twice; what faults do to a holder is
 * tried again up to seven times. One that takes more turns will go on.
 */
const MOST_TURNS = 20;

let runs = 0;

/** What a schedule waits for. */
export type Stage = 'the run' | 'the relay' | 'what was taken for dead' | 'what comes after it';

export interface Hooks {
  /** What is sent in place of a statement to the target. */
  readonly rewrite?: NonNullable<Coat['rewrite']>;
  /** Comes before each call of a step. */
  readonly before?: (invocation: Invocation) => Promise<void>;
  /** Where the ends are reached, when it is by a way of the test's own. */
  readonly uris?: { readonly source?: string; readonly target?: string };
  /** Comes when the source's tables are there. */
  readonly prepare?: (schema: string) => Promise<void>;
  /** Of the run, besides those that faults explain. */
  readonly mayFailWith?: readonly string[];
  /** Hears what is waited for next. */
  readonly reached?: (stage: Stage) => void;
}

/** A session that is not ended goes on. */
const UNENDABLE = (sql: string): string => sql.replace(/^SELECT pg_terminate_backend\(.*$/s, 'SELECT 1');

export async function runSchedule(world: World, schedule: Schedule, hooks: Hooks = {}): Promise<Verdict> {
  runs += 1;
  // A run's token is made of its name: no two are called the same.
  const run = `f${schedule.seed}-${runs}-${process.pid}`;
  const schema = `f_${schedule.seed}_${runs}`;
  const target = targetOf(world, schedule);
  await world.sourceSession.run(makeSource(schema, schedule.load));
  await target.session.run(makeTarget(schema, schedule.target, schedule.load));
  try {
    await hooks.prepare?.(schema);
    return await attempt(world, schedule, hooks, { run, schema });
  } finally {
    await world.sourceSession.run(`DROP SCHEMA ${schema} CASCADE`);
    await target.session.run(`DROP SCHEMA ${schema} CASCADE`);
  }
}

async function attempt(world: World, schedule: Schedule, hooks: Hooks, names: Names): Promise<Verdict> {
  const { environment, bucket, region, assembly, s3, killables } = world;
  const { run, schema } = names;
  const { load } = schedule;
  const target = targetOf(world, schedule);
  const source: Live = {
    rows: await readContent(world.sourceSession, schema, load),
    shape: await readShape(world.sourceSession, schema, load),
  };
  const before = await readLive(target.session, schema, schedule);
  let changed = !load.snapshot;
  let turns = 0;
  const faulty = new FaultyRun({
    ...{ faults: schedule.faults, s3, killables, environment },
    rewrite: (sql, session) => {
      const sent = schedule.unendable ? UNENDABLE(sql) : sql;
      return hooks.rewrite?.(sent, session) ?? sent;
    },
    async before(invocation: Invocation) {
      await hooks.before?.(invocation);
      if (invocation.step === 'keep') turns += 1;
      if (invocation.step !== 'discover' || changed) return;
      changed = true;
      await world.sourceSession.run(changeSource(schema));
    },
  });
  const machines = await startInProcess({
    ...{ environment, bucket, region, assembly, timeScale: TIME_SCALE, turnSeconds: TURN_SECONDS },
    keepSeconds: KEEP_SECONDS,
    around: (invocation) => faulty.around(invocation),
  });
  try {
    const uris = { source: world.source.uri(), target: target.uri, ...hooks.uris };
    const command = commandText(schema, load, uris);
    const ended = await machines.ended(await machines.start('Load', run, { command }));
    hooks.reached?.('the relay');
    const most = turns + MOST_TURNS;
    const relay = await endOfRelay(machines, run, () => turns <= most);
    hooks.reached?.('what was taken for dead');
    await faulty.over();
    hooks.reached?.('what comes after it');
    const found = await readLive(target.session, schema, schedule);
    const fired = [...faulty.fired];
    const seen = { found, before, wanted: wantedOf(schedule, source, before) };
    const succeeded = ended.status === 'SUCCEEDED';
    const counted = succeeded ? difference(seen.wanted.rows, found.rows) : { lost: 0, doubled: 0 };
    const told = await reportOf(machines.ports, run, ended);
    const broken = [
      ...(succeeded ? shapeFaults(seen) : failureFaults(seen, told, schedule, couldBeLive(fired))),
      ...(succeeded || explains(schedule, fired, ended) || hooks.mayFailWith?.includes(ended.error ?? '')
        ? []
        : [`failed with ${ended.error}: ${ended.cause}`]),
      ...(await rejectFaults(machines.ports.store, { report: told, load, source: source.rows, succeeded })),
      ...(await journalFaults(target.session, schedule, schema, succeeded)),
    ];
    const leftovers = [
      ...(relay === 'RUNNING' ? ['the relay'] : []),
      ...(await sessionsOf(world, run)),
      ...(await afterCleaning(world, schedule, machines, names)),
    ];
    const { status, error } = ended;
    return { schedule, status, error, fired, thrown: faulty.thrown, ...counted, leftovers, broken };
  } finally {
    await machines.close();
  }
}

/** Of a run that failed it is written when its execution has ended, as a rule of EventBridge has it. */
async function reportOf(ports: Ports, run: string, { status, error, cause }: Ended): Promise<Report> {
  if (status !== 'SUCCEEDED') {
    await report(ports, {
      name: run,
      status: 'FAILED',
      error: error ?? null,
      cause: cause ?? null,
      stopDate: ports.now(),
    });
  }
  return ports.store.getJson(artifactKeys.reportJson(run));
}

/** Its status once it has ended, which it has to do by itself, or is given up; undefined when there never was one. */
async function endOfRelay(machines: InProcess, run: string, isEnding: () => boolean): Promise<string | undefined> {
  const arn = machines.relayOf(run);
  try {
    for (;;) {
      const { status } = await machines.look(arn);
      if (status !== 'RUNNING' || !isEnding()) return status;
      await pause(20);
    }
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** A run that fails after it has published is one whose last steps met the fault. */
const couldBeLive = (fired: readonly Fault[]): boolean =>
  fired.some(({ step }) => step === 'publish' || step === 'report');

/** Whether a row, or a fault that fired, is one that a run need not get over, and the error says that. */
function explains({ load }: Schedule, fired: readonly Fault[], { error, cause }: Ended): boolean {
  // Detect gives a server five seconds, and on a busy machine these tests may take longer to answer.
  if (error === 'ServerUnreachable') return cause?.includes('does not answer in time') === true;
  const broken = fired.filter(({ action }) => action === 'break');
  // The parent of a map is told that a child failed, and no more.
  if (error === 'Unexpected') return broken.length > 0;
  if (error === 'States.ExceedToleratedFailureThreshold')
    return broken.length > 0 || metHolder(fired) || load.rows === 'refused';
  return error === 'SnapshotLost' && metHolder(fired);
}

/** With one holder there, and it lost, the snapshot is. */
const metHolder = (fired: readonly Fault[]): boolean => fired.some(({ step }) => step === 'keep');

/** Each SQL block is run once by a run that succeeds, and never twice. */
async function journalFaults(
  session: Session,
  { load }: Schedule,
  schema: string,
  succeeded: boolean,
): Promise<string[]> {
  const rows = await session.query(`SELECT entry FROM ${schema}.journal ORDER BY entry`);
  const entries = rows.map(({ entry }) => entry);
  const all = load.blocks ? ['after', 'before'] : [];
  const isRight = succeeded ? String(entries) === String(all) : new Set(entries).size === entries.length;
  return isRight ? [] : [`the SQL blocks wrote ${JSON.stringify(entries)}`];
}

/** One line, and one more for each fault when something is wrong. */
export function tell(verdict: Verdict): string {
  const { schedule, status, error, fired, thrown, lost, doubled, leftovers, broken } = verdict;
  const ended = `${status}${error === undefined ? '' : ` (${error})`}`;
  const line = `seed ${schedule.seed}: ${schedule.target}, ${schedule.isolation}, ${fired.length} of ${schedule.faults.length} fired, ${ended}`;
  if (isGood(verdict)) return line;
  const wrong = [`${lost} lost`, `${doubled} doubled`, ...leftovers.map((left) => `left behind: ${left}`), ...broken];
  const faults = schedule.faults.map((fault) => `${fired.includes(fault) ? 'fired' : 'not fired'}: ${describe(fault)}`);
  return [line, ...wrong, `thrown: ${thrown.join(', ')}`, JSON.stringify(schedule.load), ...faults].join('\n  ');
}

function describe({ step, call, side, place, nth, action, waits }: Fault): string {
  const how = action === 'twice' ? `twice, going on ${waits}` : action;
  return `${how} ${side} ${place} ${nth} of call ${call} of ${step}`;
}
