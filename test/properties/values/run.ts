// How does a case go: its tables made in the source, loaded by the state machine, and compared in the target?
import pg from 'pg';
import { runExecution } from '../../../cli/execution.ts';
import { artifactKeys } from '../../../core/artifacts.ts';
import type { Session } from '../../../core/ports.ts';
import type { Report } from '../../../core/report/model.ts';
import { identifier } from '../../../core/sql/quote.ts';
import { openSession } from '../../support/database.ts';
import { alarmsOf } from '../compare.ts';
import type { End, World } from '../world.ts';
import { compareReplaced, compareTable } from './compare.ts';
import type { Case, Difference, Outcome } from './model.ts';
import { items, typeStatements } from './nested.ts';
import { sentinelFunction } from './sentinel.ts';
import { commandOf, createTable, createView, given, insertRows } from './statements.ts';

/** Databases and runs count on, so that a case tried again is a new one. */
let tried = 0;

/** PostgreSQL itself refused what was drawn. */
class NoCase extends Error {}

const PIN = `SET search_path TO ''; SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, YMD'; SET IntervalStyle TO 'postgres';
SET extra_float_digits TO 1; SET bytea_output TO 'hex'`;

/** With it made once, each database is a copy. */
const template = 'template_of_types';
const templates = new WeakMap<End, Promise<void>>();

async function inSession<Value>(uri: string, work: (session: Session) => Promise<Value>): Promise<Value> {
  const session = await openSession(uri);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function makeTemplate(source: End, version: number): Promise<void> {
  await inSession(source.uri(), (session) => session.run(`CREATE DATABASE ${template}`));
  await inSession(source.uri(template), (session) =>
    session.run([...typeStatements(version), sentinelFunction].join(';\n')),
  );
}

async function refusal<Value>(work: Promise<Value>, statement: string): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    throw new NoCase(`${error.message} in\n${statement.slice(0, 500)}`);
  }
}

async function fill(session: Session, { tables, views }: Case): Promise<void> {
  await session.run(PIN);
  for (const schema of new Set([...tables, ...views].map((table) => table.schema))) {
    const statement = `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`;
    await refusal(session.run(statement), statement);
  }
  for (const table of tables) {
    const create = createTable(table).join(';\n');
    await refusal(session.run(create), create);
    const { sql, times } = insertRows(table);
    const arrays = given(table).map(({ values = [] }) => items(values.slice(0, table.rows)));
    for (let time = 0; time < times; time++) await refusal(session.query(sql, arrays), sql);
  }
  for (const statement of views.flatMap(createView)) await refusal(session.run(statement), statement);
}

async function emptyTarget(target: Session, { tables, views }: Case): Promise<void> {
  const schemas = new Set([...tables, ...views].map((table) => table.schema.toLowerCase()));
  schemas.delete('public');
  for (const schema of schemas) await target.run(`DROP SCHEMA IF EXISTS ${identifier(schema)} CASCADE`);
  const left = await target.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  for (const { name } of left) await target.run(`DROP TABLE public.${identifier(name ?? '')} CASCADE`);
}

/** The words of the failed run's own report. */
async function reasonOf({ machine }: World, run: string, otherwise: string): Promise<string> {
  await machine.settled();
  const text = await machine.store.findText(artifactKeys.reportJson(run));
  const report = text === undefined ? undefined : (JSON.parse(text) as Report);
  return report?.error ? `${report.error.kind}: ${report.error.message}` : otherwise;
}

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
  const made = templates.get(source) ?? makeTemplate(source, tested.postgres);
  templates.set(source, made);
  await made;
  tried += 1;
  const database = `values_${tried}`;
  await inSession(source.uri(), (session) => session.run(`CREATE DATABASE ${database} TEMPLATE ${template}`));
  const target = await openSession(world.targets[tested.profile].uri());
  try {
    return await inSession(source.uri(database), (session) =>
      load(world, tested, { session, target, database, values }, signal),
    );
  } catch (error) {
    if (error instanceof NoCase) return { ended: 'no case', message: error.message };
    throw error;
  } finally {
    await emptyTarget(target, tested);
    await target.close();
    await inSession(source.uri(), (session) => session.run(`DROP DATABASE ${database} WITH (FORCE)`));
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
  const { machine } = world;
  const command = commandOf(tested, source, world.targets[tested.profile].reference());
  const end = await runExecution(machine.client, {
    stateMachineArn: machine.stateMachineArn,
    name: run,
    input: { command },
    signal,
    onProgress: () => {},
  });
  if (end.status !== 'SUCCEEDED') {
    return { ended: 'failed', message: await reasonOf(world, run, `${end.error}: ${end.cause}`) };
  }
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
  const report = await machine.store.getJson<Report>(artifactKeys.reportJson(run));
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
