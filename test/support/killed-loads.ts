// What becomes of loads that are killed at random moments and resumed each time, from a source that nobody writes to and
// without a snapshot: do they end equal, and what was read twice?
import { setTimeout as pause } from 'node:timers/promises';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { compareDatabases } from '../../cli/demo/compare.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { type Finished, type Started, start } from '../e2e/command-line.ts';
import { bucket, region, type Servers, targetContent } from '../e2e/servers.ts';
import { createDatabase, openSession, type TestDatabase } from './database.ts';

export interface KilledLoads {
  /** Of the source's one table. */
  readonly rows: number;
  /** Its parts, about. */
  readonly parts: number;
  readonly workers: number;
  readonly kills: number;
  readonly seed: number;
}

export interface Killed {
  /** Loads that came to their end. */
  readonly loads: number;
  readonly kills: number;
  /** How many parts the resumed loads found written, all together. */
  readonly partsKept: number;
  /** Rows that were read from the source more than once, and how many those of all parts in flight may have been. */
  readonly rereadRows: number;
  readonly inFlightRows: number;
  readonly differences: number;
  /** What is left in the target that is not the table. */
  readonly leftovers: readonly string[];
}

interface Told {
  readonly note: (line: string) => void;
  /** No load begins after it. */
  readonly signal: AbortSignal;
}

/** Ends when so many kills have hit, and the load that was hit last has come to its end. */
export async function killAndResume(servers: Servers, wanted: KilledLoads, { note, signal }: Told): Promise<Killed> {
  const { rows, parts, workers } = wanted;
  const source = await createDatabase(
    servers.source,
    `CREATE SCHEMA s; CREATE TABLE s.big AS
       SELECT n AS id, md5(n::text) AS note, n / 7.0 AS share, now() AS at FROM generate_series(1, ${rows}) n`,
  );
  await source.session.run('VACUUM ANALYZE s.big');
  const target = await openSession(servers.target);
  const s3 = clientOf(servers);
  const random = randomFrom(wanted.seed);
  const counted = { loads: 0, kills: 0, partsKept: 0, differences: 0, rereadRows: 0 };
  try {
    const chunk = Math.ceil((await sizeOf(source)) / parts);
    const ends = [source.uri, servers.target, '--with', `no snapshot, workers = ${workers}, chunk size = ${chunk} B`];
    while (!signal.aborted && counted.kills < wanted.kills) {
      const before = await rowsRead(source);
      await loadToItsEnd(servers, ends, {
        hit: async (loading) => {
          if (counted.kills >= wanted.kills || signal.aborted) return loading.finished;
          const moment = { parts: Math.floor(random() * 4), milliseconds: Math.ceil(random() * 700) };
          const finished = await killedAt(loading, moment, s3);
          if (finished !== undefined || runOf(loading) === undefined) return finished;
          counted.kills += 1;
          note(`kill ${counted.kills}, ${moment.milliseconds} ms after ${moment.parts} more parts`);
          return undefined;
        },
        kept: (parts) => {
          counted.partsKept += parts;
        },
      });
      counted.loads += 1;
      counted.rereadRows += (await rowsRead(source)) - before - rows;
      const { differences } = await compareDatabases(source.uri, servers.target);
      counted.differences += differences.length;
      note(`load ${counted.loads} is done after ${counted.kills} kills in all, ${differences.length} differences`);
    }
    // A part is as many pages as another; the last may have fewer.
    const inFlightRows = Math.ceil((rows / parts) * 1.1) * workers * counted.kills;
    const left = (await target.query(targetContent)).map(({ name }) => name ?? '').filter((name) => name !== 's.big');
    return { ...counted, inFlightRows, leftovers: left };
  } finally {
    s3.destroy();
    await target.run('DROP SCHEMA IF EXISTS s CASCADE');
    await target.close();
    await source.drop();
  }
}

interface Watched {
  /** Undefined when the load was killed. */
  readonly hit: (loading: Started) => Promise<Finished | undefined>;
  /** How many parts a load that was resumed found written. */
  readonly kept: (parts: number) => void;
}

/** Starts a load, and resumes it as often as it is killed. One that was nothing yet to be resumed is begun anew. */
async function loadToItsEnd(servers: Servers, args: readonly string[], { hit, kept }: Watched): Promise<void> {
  let run: string | undefined;
  for (;;) {
    const again = run === undefined ? [] : ['--resume', run];
    const loading = start(['load', ...again, ...args], servers.env(), { group: true });
    const finished = await hit(loading);
    const { stderr } = loading.output();
    kept(Number(/: (\d+) of \d+ parts are read/.exec(stderr)?.[1] ?? 0));
    if (finished?.code === 0) return;
    const neverBegan = finished !== undefined && /There is no run /.test(stderr);
    if (finished !== undefined && !neverBegan) throw new Error(`a load failed: ${stderr}`);
    run = neverBegan ? undefined : (run ?? runOf(loading));
  }
}

function clientOf(servers: Servers): S3Client {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = servers.env();
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new S3Client({ endpoint: servers.s3.endpoint, region, credentials, forcePathStyle: true });
}

const runOf = (loading: Started): string | undefined => /, run (\S+)/.exec(loading.output().stderr)?.[1];

/** So long after so many more of its parts were written: a moment that does not depend on how fast the machine is. */
interface Moment {
  readonly parts: number;
  readonly milliseconds: number;
}

/** Kills it as the system does that is out of memory. Undefined when it was killed, and did not end before. */
async function killedAt(
  loading: Started,
  { parts, milliseconds }: Moment,
  s3: S3Client,
): Promise<Finished | undefined> {
  let ended = false;
  const finished = loading.finished.finally(() => {
    ended = true;
  });
  let first: number | undefined;
  for (let more = 0; !ended && more < parts; await pause(30)) {
    const run = runOf(loading);
    if (run === undefined) continue;
    const written = await writtenParts(s3, run);
    first ??= written;
    more = written - first;
  }
  await Promise.race([finished, pause(milliseconds)]);
  if (ended) return finished;
  process.kill(-(loading.child.pid ?? 0), 'SIGKILL');
  const { code, ...rest } = await finished;
  // It may have ended by itself in the same moment.
  return code === null ? undefined : { code, ...rest };
}

async function writtenParts(s3: S3Client, run: string): Promise<number> {
  const request = new ListObjectsV2Command({ Bucket: bucket, Prefix: artifactKeys.partObjects(run) });
  const { Contents = [] } = await s3.send(request);
  return Contents.filter(({ Key = '' }) => Key.includes('.written.')).length;
}

async function sizeOf({ session }: TestDatabase): Promise<number> {
  const [size] = await session.query(`SELECT pg_table_size('s.big') AS bytes`);
  return Number(size?.bytes);
}

/** Counted by the source itself, also of what it sent to nobody, once the sessions of others have ended. */
async function rowsRead({ session }: TestDatabase): Promise<number> {
  const sessions = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  while ((await session.query(sessions)).length > 0) await pause(100);
  const [row] = await session.query(`SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE relname = 'big'`);
  return Number(row?.n);
}

/** Between 0 and 1: the xorshift of Marsaglia's, so that a seed says when loads are killed. */
function randomFrom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
