// Does one snapshot outlive those who hold it, end when it has to, and never become another one? The relay's own
// definition, with turns of a second and its steps in this process.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommands } from '../../cli/commands.ts';
import { Secrets } from '../../cli/failure.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { RelayInput } from '../../core/pipeline.ts';
import type { Export, Snapshot } from '../../core/snapshot.ts';
import { hold } from '../../lambdas/2-hold/hold.ts';
import { openSourceReader } from '../../lambdas/source-reader.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { bucket, region, type Servers, startServers } from './servers.ts';

let servers: Servers;
let source: TestDatabase;
let command: LoadCommand;
let machines: InProcess;

beforeAll(async () => {
  servers = await startServers();
  source = await createDatabase(
    servers.source,
    'CREATE TABLE accounts AS SELECT n AS id, 100 AS money FROM generate_series(1, 10) n',
  );
  // The SDK of this process finds its credentials where it always does.
  Object.assign(process.env, servers.env());
  const [ready] = readCommands({ first: source.uri, target: servers.target, options: [] }, new Secrets());
  if (ready === undefined) throw new Error('no command');
  command = ready.command;
  machines = await startInProcess({
    environment: { ...servers.env(), ...ready.secrets },
    bucket,
    region,
    // Runs that are there to be looked at: they go no further.
    before: async (step) => (step === 'detect' ? new Promise(() => {}) : undefined),
  });
});
afterAll(async () => {
  await machines.close();
  await source.drop();
  await servers.stop();
});

interface Relay {
  readonly run: string;
  readonly load: string;
  readonly relay: string;
}

/** Starts a run and its relay, and waits for the snapshot. */
async function startRelay(
  run: string,
  { turnSeconds, keepSeconds = 1800 }: Partial<RelayInput>,
  options: Partial<LoadCommand['options']> = {},
): Promise<Relay> {
  const load = await machines.start('Load', run, {});
  const changed = { ...command, options: { ...command.options, ...options } };
  await machines.ports.store.putJson(artifactKeys.command(run), changed);
  const input = { run, turnSeconds, keepSeconds, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: load };
  const relay = await machines.start('Relay', run, input);
  await hold(machines.ports, { run, release: false });
  return { run, load, relay };
}

const release = ({ run }: Relay) => hold(machines.ports, { run, release: true });

const find = async <Value>(key: string): Promise<Value | undefined> => {
  const text = await machines.ports.store.findText(key);
  return text === undefined ? undefined : JSON.parse(text);
};
const exportOf = ({ run }: Relay, holder: string) => find<Export>(artifactKeys.snapshotHolder(run, holder));

/** What a reader of the run sees: how many rows, and which snapshot. */
async function read({ run }: Relay): Promise<Record<string, string | null> | undefined> {
  const session = await openSourceReader(machines.ports, { run, step: 'test', command, snapshot: true });
  try {
    const [row] = await session.query(
      'SELECT count(*) AS rows, pg_current_snapshot() AS snapshot FROM public.accounts',
    );
    return row;
  } finally {
    await session.close();
  }
}

async function holding({ run }: Relay): Promise<number> {
  const name = `pgshift/keep/${run}`;
  const sql = `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = '${name}' AND xact_start IS NOT NULL`;
  return Number((await source.session.query(sql))[0]?.n);
}

const until = async (what: () => Promise<boolean>) => {
  while (!(await what())) await pause(20);
};

const bothHold = (relay: Relay) => until(async () => (await exportOf(relay, 'second')) !== undefined);

const insert = () => source.session.run('INSERT INTO accounts VALUES (0, 100)');

const terminate = async (relay: Relay, holder: string) => {
  const { pid } = (await exportOf(relay, holder)) ?? { pid: '0' };
  await source.session.query(`SELECT pg_terminate_backend(${pid})`);
};

const LOST = { name: 'SnapshotLost', message: expect.stringMatching(/snapshot of the source is lost/) };

describe.concurrent('the relay', () => {
  it('hands one snapshot on ten times while others write, and ends when it is released', async () => {
    const relay = await startRelay('hand-over', { turnSeconds: 0.6 });
    const first = await read(relay);
    const ids = new Set<string>();
    const held = new Set<number>();
    while (ids.size < 12) {
      await insert();
      expect(await read(relay)).toEqual(first);
      for (const holder of ['first', 'second']) ids.add((await exportOf(relay, holder))?.id ?? 'none yet');
      held.add(await holding(relay));
    }
    expect(first?.rows).not.toBe((await source.session.query('SELECT count(*) AS n FROM accounts'))[0]?.n);
    expect([...held].every((n) => n === 1 || n === 2)).toBe(true);
    await release(relay);
    expect(await machines.ended(relay.relay)).toMatchObject({ status: 'SUCCEEDED' });
    await until(async () => (await holding(relay)) === 0);
    await expect(read(relay)).rejects.toMatchObject({ ...LOST, message: expect.stringMatching(/released/) });
  });

  it('replaces a holder that is lost; when both are, it fails, and so does whoever wants to read', async () => {
    const relay = await startRelay('lost', { turnSeconds: 60 });
    const first = await read(relay);
    await bothHold(relay);
    await insert();
    const [before, other] = [await exportOf(relay, 'second'), await exportOf(relay, 'first')];
    await terminate(relay, 'second');
    expect(await read(relay)).toEqual(first);
    await until(async () => (await exportOf(relay, 'second'))?.pid !== before?.pid);
    expect(await holding(relay)).toBe(2);
    expect(await exportOf(relay, 'first')).toEqual(other);
    expect(await read(relay)).toEqual(first);

    await terminate(relay, 'second');
    await terminate(relay, 'first');
    expect(await machines.ended(relay.relay)).toMatchObject({ status: 'FAILED', error: 'SnapshotLost' });
    await expect(read(relay)).rejects.toMatchObject({ ...LOST, message: expect.stringMatching(/both sessions/) });
    expect(await find<Snapshot>(artifactKeys.snapshot('lost'))).toMatchObject({ snapshot: first?.snapshot });
  });

  it('gives up a snapshot at the age that the command allows', async () => {
    const relay = await startRelay('old', { turnSeconds: 60 }, { snapshotMaxAgeSeconds: 1 });
    expect(await machines.ended(relay.relay)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await holding(relay)).toBe(0);
    await expect(read(relay)).rejects.toMatchObject({ ...LOST, message: expect.stringMatching(/snapshot max age/) });
  });

  it('gives up some time after the run has stopped, and not before', async () => {
    const relay = await startRelay('stopped', { turnSeconds: 0.5, keepSeconds: 3 });
    const first = await read(relay);
    await pause(1200);
    await machines.stop(relay.load);
    const stoppedAt = Date.now();
    await pause(1000);
    // A redrive would find it.
    expect(await read(relay)).toEqual(first);
    expect(await machines.ended(relay.relay)).toMatchObject({ status: 'SUCCEEDED' });
    expect(Date.now() - stoppedAt).toBeGreaterThan(3000);
    await expect(read(relay)).rejects.toMatchObject({ ...LOST, message: expect.stringMatching(/run had stopped/) });
  });

  it('leaves no session behind when it is stopped', async () => {
    const relay = await startRelay('interrupted', { turnSeconds: 60 });
    await bothHold(relay);
    await machines.stop(relay.relay);
    await until(async () => (await holding(relay)) === 0);
  });

  it('is believed only as far as what it imported is the very moment, on the very server', async () => {
    const relay = await startRelay('identity', { turnSeconds: 60 });
    await bothHold(relay);
    const key = artifactKeys.snapshot('identity');
    const snapshot = (await find<Snapshot>(key)) ?? {};
    for (const [field, value, reason] of [
      ['snapshot', '1:1:', /another one now/],
      ['startedAt', '1', /started again/],
      ['address', '10.0.0.1:5432', /10\.0\.0\.1:5432, and 127\.0\.0\.1:\d+ answers/],
      ['systemIdentifier', '1', /another database cluster/],
    ] as const) {
      await machines.ports.store.putJson(key, { ...snapshot, [field]: value });
      await expect(read(relay), field).rejects.toMatchObject({ ...LOST, message: expect.stringMatching(reason) });
    }
    await machines.ports.store.putJson(key, snapshot);
    expect(await read(relay)).toMatchObject({ snapshot: Reflect.get(snapshot, 'snapshot') });
    await release(relay);
  });
});
