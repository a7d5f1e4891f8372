// How does a case go: its tables made in the source, loaded by the state machine, and compared in the target?
import { artifactKeys } from '../../../core/artifacts.ts';
import type { Session } from '../../../core/ports.ts';
import type { Report } from '../../../core/report/model.ts';
import { openSession } from '../../support/database.ts';
import { alarmsOf } from '../compare.ts';
import type { World } from '../world.ts';
import { compareReplaced, compareTable } from './compare.ts';
import { emptyTarget, fill, inDatabase, NoCase } from './databases.ts';
import { execute } from './execution.ts';
import type { Case, Difference, Outcome } from './model.ts';
import { commandOf } from './statements.ts';

/** Databases and runs count on, so that a case tried again is a new one. */
let tried = 0;

/**
 * Runs a case in a database of its own and leaves nothing behind. Throws when the signal is aborted. Without `values` what
 * arrived is compared by `pgshift compare` alone, and the source with itself as well.
 */
export async function runCase(
  world: World,
  tested: Case,
  signal: AbortSignal,
  { values = true } = {},
): Promise<Outcome> {
  const source = world.sources.get(tested.postgres);
  if (source === undefined) throw new Error(`there is no PostgreSQL ${tested.postgres}`);
  tried += 1;
  const database = `values_${tried}`;
  const target = await openSession(world.targets[tested.profile].uri());
  try {
    return await inDatabase(source, { version: tested.postgres, withTypes: true }, database, (session) =>
      load(world, tested, { session, target, database, values }, signal),
    );
  } catch (error) {
    if (error instanceof NoCase) return { ended: 'no case', message: error.message };
    throw error;
  } finally {
    await emptyTarget(target, tested);
    await target.close();
  }
}

interface Place {
  readonly session: Session;
  readonly target: Session;
  readonly database: string;
  readonly values: boolean;
}

async function load(world: World, tested: Case, place: Place, signal: AbortSignal): Promise<Outcome> {
  const { session, target, database } = place;
  await fill(session, tested);
  const source = world.sources.get(tested.postgres)?.reference(database) ?? '';
  const run = `${database}-${process.pid}`;
  const command = commandOf(tested, source, world.targets[tested.profile].reference());
  const message = await execute(world, run, command, signal);
  if (message !== undefined) return { ended: 'failed', message };
  if (!place.values) {
    const alarms = await alarmsOf(world, command);
    return {
      ended: 'compared',
      values: 0,
      differences: [],
      alarms: [...alarms, ...(await alarmsOf(world, command, source))],
    };
  }
  await target.run("SET extra_float_digits TO 2; SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO'");
  const differences: Difference[] = [];
  for (const table of [...tested.tables, ...tested.views]) {
    differences.push(...(await compareTable(session, target, table)));
  }
  const report = await world.machine.store.getJson<Report>(artifactKeys.reportJson(run));
  differences.push(...compareReplaced(tested, report.replaced));
  await requireSentinel(session, tested);
  const values = tested.tables.reduce((sum, { columns, rows }) => sum + columns.length * rows, 0);
  return { ended: 'compared', values, differences, alarms: await alarmsOf(world, command) };
}

/** A view that did not find out about the sentinel would have tried nothing. */
async function requireSentinel(session: Session, { tables, views }: Case): Promise<void> {
  const full = tables.filter(({ rows }) => rows > 0);
  if (!views.some(({ of }) => full.some(({ schema, name }) => schema === of.schema && name === of.name))) return;
  const [row] = await session.query('SELECT types.sentinel() AS sentinel');
  if (!row?.sentinel) throw new Error('the views did not see how NULL is written');
}
