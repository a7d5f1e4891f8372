// Is a run that failed the same run when its execution is redriven: nothing read twice, nothing loaded twice, under the snapshot
// it began with? The synthesized machines, with their steps in this process; how Step Functions redrives is the laptop's own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCommands } from '../../cli/commands.ts';
import { Secrets } from '../../cli/failure.ts';
import { PgshiftError } from '../../core/errors.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { startInProcess } from '../support/in-process.ts';
import { bucket, region, type Servers, startServers } from './servers.ts';

let servers: Servers;
let source: TestDatabase;
beforeAll(async () => {
  servers = await startServers();
  source = await createDatabase(
    servers.source,
    `CREATE TABLE big AS SELECT n AS id, repeat('x', 500) AS note FROM generate_series(1, 400) n;
     CREATE TABLE small AS SELECT n AS id FROM generate_series(1, 10) n; ANALYZE`,
  );
  Object.assign(process.env, servers.env());
});
afterAll(async () => {
  await source.drop();
  await servers.stop();
});

it('goes on after a part that could not be read, and after a batch that could not be loaded', async () => {
  const options = ['rows per range = 100', 'workers = 1'];
  const [ready] = readCommands({ first: source.uri, target: servers.target, options }, new Secrets());
  if (ready === undefined) throw new Error('no command');
  const calls: string[] = [];
  let locked: string[] = [];
  let breaks = { reading: true, copy: true };
  const machines = await startInProcess({
    environment: { ...servers.env(), ...ready.secrets },
    ...{ bucket, region },
    before: async (step, { attempt }) => {
      calls.push(attempt === undefined ? step : `${step} ${attempt}`);
      if (step !== 'copy' || !breaks.copy) return;
      breaks = { ...breaks, copy: false };
      throw new PgshiftError('StatementRefused', 'This batch fails once.');
    },
    // Each part is read after a lock on its table.
    atSource: async (step, sql) => {
      if (step !== 'extract' || !sql.startsWith('SELECT FROM ONLY')) return;
      locked.push(sql);
      if (locked.length < 3 || !breaks.reading) return;
      breaks = { ...breaks, reading: false };
      throw new PgshiftError('StatementRefused', 'This part fails once.');
    },
  });
  const rows = async (table: string) => {
    const session = await openSession(servers.target);
    const [row] = await session.query(`SELECT COUNT(*) AS n FROM public.${table}`).finally(() => session.close());
    return Number(row?.n);
  };
  try {
    const run = await machines.start('Load', 'redriven', { command: ready.text });
    expect(await machines.ended(run)).toMatchObject({ status: 'FAILED' });
    expect(calls.slice(-1)).toEqual(['extract 0']);
    expect(locked).toHaveLength(3);
    // What was written since is of another moment.
    await source.session.run(`INSERT INTO big SELECT 1000 + n, 'new' FROM generate_series(1, 50) n`);

    locked = [];
    calls.length = 0;
    expect(await machines.redrive(run)).toMatchObject({ status: 'FAILED' });
    // Five parts in all, of which two were written; nothing before them was done again.
    expect(locked).toHaveLength(3);
    expect(calls.filter((call) => call !== 'keep')).toEqual(['extract 1000', 'copy 1000']);

    calls.length = 0;
    expect(await machines.redrive(run)).toMatchObject({ status: 'SUCCEEDED' });
    expect(locked).toHaveLength(3);
    expect(calls.filter((call) => call !== 'keep')).toEqual(['copy 2000', 'hold', 'publish 2000', 'report']);
    expect([await rows('big'), await rows('small')]).toEqual([400, 10]);
  } finally {
    await machines.close();
  }
});
