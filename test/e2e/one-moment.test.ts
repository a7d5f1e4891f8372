// Is what arrives one moment of the source, whatever others write while it is read? Money moves between accounts of several
// tables all the time: there is the same amount of it at every moment, and only there.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { readCommands } from '../../cli/commands.ts';
import { Secrets } from '../../cli/failure.ts';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { type Ended, type InProcess, type InProcessOptions, startInProcess } from '../support/in-process.ts';
import { bucket, region, type Servers, startServers } from './servers.ts';

const TABLES = [0, 1, 2, 3];
const ACCOUNTS = 400;
const MONEY = 100;
const ALL_MONEY = String(TABLES.length * ACCOUNTS * MONEY);

let servers: Servers;
let source: TestDatabase;
let target: Session;

beforeAll(async () => {
  servers = await startServers();
  target = await openSession(servers.target);
  // The SDK of this process finds its credentials where it always does.
  Object.assign(process.env, servers.env());
});
afterAll(async () => {
  await target.close();
  await servers.stop();
});

beforeEach(async () => {
  // Half-empty pages: an account stays on its page when its money changes.
  const tables = TABLES.map(
    (n) => `CREATE TABLE accounts_${n} (id int, money int, filling text) WITH (fillfactor = 50);
      INSERT INTO accounts_${n} SELECT id, ${MONEY}, repeat('x', 500) FROM generate_series(1, ${ACCOUNTS}) id; ANALYZE accounts_${n};`,
  );
  source = await createDatabase(servers.source, tables.join('\n'));
});
afterEach(async () => {
  // Of a run that failed: the next one, of another machine, could not tell that it has ended.
  await target.run('DROP TABLE IF EXISTS public._pgshift_claims');
  await source.drop();
});

type Hooks = Pick<InProcessOptions, 'before' | 'atSource' | 'failed'>;

/** Loads all accounts, in parts of some 100, and gives the money that has arrived. */
async function load(run: string, options: readonly string[], hooks: Hooks): Promise<string | null | undefined> {
  expect(await runLoad(run, options, hooks)).toEqual({ status: 'SUCCEEDED', error: undefined, cause: undefined });
  const every = TABLES.map((n) => `SELECT money FROM public.accounts_${n}`).join(' UNION ALL ');
  const [row] = await target.query(`SELECT sum(money) AS money FROM (${every}) AS a`);
  return row?.money;
}

async function runLoad(run: string, options: readonly string[], hooks: Hooks): Promise<Ended> {
  const args = { first: source.uri, target: servers.target, options: ['rows per range = 100', ...options] };
  const [ready] = readCommands(args, new Secrets());
  if (ready === undefined) throw new Error('no command');
  const environment = { ...servers.env(), ...ready.secrets };
  const machines: InProcess = await startInProcess({ environment, bucket, region, turnSeconds: 0.8, ...hooks });
  const ended = await machines.ended(await machines.start('Load', run, { command: ready.text }));
  await machines.close();
  return ended;
}

/** Each part is read after a lock on its table. */
const readsPart = (sql: string) => sql.startsWith('SELECT FROM ONLY');
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

it('four readers, over several hand-overs, bring all the money that there is', async () => {
  let turns = 0;
  let moved = 0;
  let most = 0;
  let over = false;
  const teller = await openSession(source.uri);
  const countSessions = async () => {
    const sql =
      "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'pgshift/%' AND xact_start IS NOT NULL";
    for (; !over; await pause(20)) most = Math.max(most, Number((await source.session.query(sql))[0]?.n));
  };
  const moveMoney = async () => {
    for (; !over; moved += 1) {
      const [from, to] = [moved % TABLES.length, (moved * 7 + 1) % TABLES.length];
      await teller.run(`BEGIN;
        UPDATE accounts_${from} SET money = money - 3 WHERE id = ${1 + ((moved * 31) % ACCOUNTS)};
        UPDATE accounts_${to} SET money = money + 3 WHERE id = ${1 + ((moved * 17) % ACCOUNTS)}; COMMIT`);
      // Enough is enough: others need the processor, too.
      await pause(2);
    }
  };
  const meanwhile = [moveMoney(), countSessions()];
  const money = await load('busy', ['workers = 4'], {
    before: async (step) => {
      if (step === 'keep') turns += 1;
    },
    atSource: async (step, sql) => {
      if (step === 'extract' && readsPart(sql)) await pause(400);
    },
  });
  over = true;
  await Promise.all(meanwhile);
  await teller.close();
  expect(money).toBe(ALL_MONEY);
  expect(moved).toBeGreaterThan(100);
  expect(turns).toBeGreaterThan(4);
  // Workers, and two who hold the snapshot.
  expect(most).toBeGreaterThan(3);
  expect(most).toBeLessThanOrEqual(6);
});

/** Once, when the first part has been read: from an account of a later part to one of the first. */
function moveBehindItsBack(): Pick<InProcessOptions, 'atSource'> {
  let parts = 0;
  return {
    atSource: async (step, sql) => {
      if (step !== 'extract' || !readsPart(sql)) return;
      parts += 1;
      if (parts !== 2) return;
      const table = /accounts_\d/.exec(sql)?.[0];
      await source.session.run(`BEGIN; UPDATE ${table} SET money = money - 7 WHERE id = ${ACCOUNTS};
        UPDATE ${table} SET money = money + 7 WHERE id = 1; COMMIT`);
    },
  };
}

it('what moves behind the reader’s back is lost without a snapshot, and is not with one', async () => {
  expect(await load('without', ['workers = 1', 'no snapshot'], moveBehindItsBack())).toBe(
    String(Number(ALL_MONEY) - 7),
  );
  expect(await load('with', ['workers = 1'], moveBehindItsBack())).toBe(ALL_MONEY);
});

/** Does something once, between the reading of two parts. */
function whenHalfRead(work: () => Promise<unknown>): Hooks {
  let parts = 0;
  return {
    atSource: async (step, sql) => {
      if (step !== 'extract' || !readsPart(sql)) return;
      parts += 1;
      if (parts === 3) await work();
    },
  };
}

const HOLDERS = "FROM pg_stat_activity WHERE application_name LIKE 'pgshift/keep/%'";

/** Both at once: none can take over from the other. */
const endHolders = () => source.session.query(`SELECT pg_terminate_backend(pid) ${HOLDERS}`);

const holdersHaveEnded = async () => {
  while ((await source.session.query(`SELECT pid ${HOLDERS}`)).length > 0) await pause(50);
};

it.each<[name: string, options: string[], work: () => Promise<unknown>, reason: RegExp]>([
  ['when both of its holders are lost', [], endHolders, /both sessions that held it have ended/],
  [
    'at the age that `snapshot max age` allows',
    ['snapshot max age = 2 seconds'],
    holdersHaveEnded,
    /at the age that `snapshot max age` allows/,
  ],
])('a run loses its snapshot %s, and fails for that reason', async (name, options, work, reason) => {
  const run = `lost-${name.length}`;
  const thrown: string[] = [];
  const ended = await runLoad(run, ['workers = 1', ...options], {
    ...whenHalfRead(work),
    failed: (step, { name: kind, message }) => thrown.push(`${step}: ${kind}: ${message}`),
  });
  expect(ended.status).toBe('FAILED');
  const lost = thrown.filter((each) => /^(discover|extract): SnapshotLost/.test(each));
  expect(lost, JSON.stringify([ended, thrown])).toEqual([expect.stringMatching(reason)]);
});
