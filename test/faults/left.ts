// What stays behind of a run: sessions, and what `pgshift clean` does not take away?
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createZstdDecompress } from 'node:zlib';
import { clean } from '../../cli/clean.ts';
import { Secrets } from '../../cli/failure.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { artifactKeys, runFolder } from '../../core/artifacts.ts';
import { tokenOf } from '../../core/plan/names.ts';
import type { Store } from '../../core/ports.ts';
import type { InProcess } from '../support/in-process.ts';
import type { Schedule } from './model.ts';
import { targetOf, type World } from './world.ts';

/** A server notices in an instant that a client is gone; on a busy machine the instant is longer. */
const GONE_MS = 10_000;

/** Of a schedule's run, and of its schema at both ends. */
export interface Names {
  readonly run: string;
  readonly schema: string;
}

/** The sessions of a run that are still there when they should not be. */
export async function sessionsOf(world: World, run: string): Promise<string[]> {
  const sql = `SELECT application_name AS name FROM pg_stat_activity
    WHERE application_name LIKE 'pgshift/%/${run}%' OR application_name LIKE 'pgshift/%${tokenOf(run)}%'`;
  const until = performance.now() + GONE_MS;
  for (;;) {
    const left = [...(await world.sourceSession.query(sql)), ...(await world.backendSession.query(sql))];
    if (left.length === 0 || performance.now() > until) return left.map(({ name }) => `session ${name}`);
    await pause(20);
  }
}

export async function afterCleaning(
  world: World,
  schedule: Schedule,
  { ports }: InProcess,
  { run, schema }: Names,
): Promise<string[]> {
  const { uri, session } = targetOf(world, schedule);
  const broken = await brokenObjects(ports.store, run);
  const silent: Terminal = { secrets: new Secrets(), live: false, result: () => {}, note: () => {} };
  await clean(silent, uri, { run });
  const own = `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${schema}' AND LEFT(tablename, 9) = '_pgshift_'`;
  const tables = await session.query(own);
  const objects = await ports.store.list(artifactKeys.partObjects(run));
  const uploads = await ports.store.listUnfinished(runFolder(run));
  return [
    ...broken,
    ...tables.map(({ name }) => `table ${name}`),
    ...objects.map(({ key }) => `object ${key}`),
    ...uploads.map(({ key }) => `an upload of ${key}`),
  ];
}

/** Those of the objects that a run has left which are not whole: one whose upload was broken off is not to be seen. */
async function brokenObjects(store: Store, run: string): Promise<string[]> {
  const broken: string[] = [];
  for (const { key } of await store.list(artifactKeys.partObjects(run))) {
    if (!key.endsWith('.zst')) continue;
    const all = pipeline(await store.getStream(key), createZstdDecompress(), async (csv) => void (await buffer(csv)));
    await all.catch((error: unknown) => broken.push(`${key}, broken: ${error}`));
  }
  return broken;
}
