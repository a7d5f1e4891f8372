// A server goes away for a while, or says no: does the run get over it, or fail once, with one clear error, and leave what
// people query as it was?
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StepName } from '../../core/pipeline.ts';
import { type Gate, openGate } from './gate.ts';
import { isGood, type Schedule, type Verdict } from './model.ts';
import { type Hooks, runSchedule, TIME_SCALE, tell } from './run-schedule.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.s3.faults.clear());

const AWAY_SECONDS = 20;

const load = (snapshot: boolean): Schedule => ({
  ...{ seed: 1, target: 'redshift', isolation: 'snapshot', faults: [], unendable: false },
  load: {
    ...{ publish: 'replace', snapshot, workers: 1, pieces: false, blocks: true },
    ...{ oneByOne: false, rows: 'good', large: false },
  },
});

/** Does something when a step is called for the first time. */
function when(step: StepName, act: () => unknown): Pick<Hooks, 'before'> {
  let done = false;
  return {
    before: async (invocation) => {
      if (done || invocation.step !== step) return;
      done = true;
      await act();
    },
  };
}

async function run(schedule: Schedule, hooks: Hooks): Promise<Verdict> {
  const verdict = await runSchedule(world, schedule, hooks);
  expect(isGood(verdict), tell(verdict)).toBe(true);
  return verdict;
}

/** Shut when the step begins, and open again when the seconds of Step Functions' clock have passed. */
function away(gate: Gate, step: StepName): Pick<Hooks, 'before'> {
  return when(step, async () => {
    await gate.shut();
    void pause(AWAY_SECONDS * 1000 * TIME_SCALE).then(() => gate.open());
  });
}

describe('the source', () => {
  it('goes away for 20 s: without a snapshot the run goes on where it was', async () => {
    const gate = await openGate(world.source.uri());
    const uris = { source: gate.uri(world.source.uri()) };
    const verdict = await run(load(false), { uris, ...away(gate, 'extract') });
    await gate.shut();
    expect(verdict.status).toBe('SUCCEEDED');
    expect(new Set(verdict.thrown)).toEqual(new Set(['ConnectionLost']));
  });

  it('goes away for 20 s: with a snapshot that is lost, and the run says so', async () => {
    const gate = await openGate(world.source.uri());
    const uris = { source: gate.uri(world.source.uri()) };
    const hooks = { uris, ...away(gate, 'discover'), mayFailWith: ['SnapshotLost'] };
    const verdict = await run(load(true), hooks);
    await gate.shut();
    expect(verdict).toMatchObject({ status: 'FAILED', error: 'SnapshotLost' });
  });

  it('hits its temp_file_limit: the run fails once, with one clear error', async () => {
    const role = `ALTER ROLE ${world.source.user}`;
    const verdict = await run(load(false), {
      mayFailWith: [CHILD_FAILED],
      prepare: (schema) => world.sourceSession.run(sortsMuch(schema)),
      ...when('extract', () => world.sourceSession.run(`${role} SET temp_file_limit = '64kB'`)),
    }).finally(() => world.sourceSession.run(`${role} RESET temp_file_limit`));
    expect(verdict.thrown).toEqual(['StatementRefused']);
  });
});

/** The parent of a map is told that a child failed, and no more. */
const CHILD_FAILED = 'States.ExceedToleratedFailureThreshold';

/** An array goes through to_json(), which uses its elements' own cast: this one sorts more than fits into memory. */
const sortsMuch = (schema: string): string => `
CREATE TYPE ${schema}.much AS ENUM ('x');
CREATE FUNCTION ${schema}.sort(${schema}.much) RETURNS json LANGUAGE sql AS $$
  SELECT to_json(count(*)) FROM (SELECT n FROM generate_series(1, 200000) n ORDER BY n::text || repeat('x', 50)) s $$;
CREATE CAST (${schema}.much AS json) WITH FUNCTION ${schema}.sort(${schema}.much);
ALTER TABLE ${schema}.accounts ADD COLUMN much ${schema}.much[];
UPDATE ${schema}.accounts SET much = '{x}' WHERE id = 1`;

describe('the target', () => {
  it('ends all sessions and takes none for 20 s, as when it is started again: the run goes on where it was', async () => {
    const gate = await openGate(world.targets.snapshot.redshift.uri());
    const uris = { target: gate.uri(world.targets.snapshot.redshift.uri()) };
    const verdict = await run(load(true), { uris, ...away(gate, 'copy') });
    await gate.shut();
    expect(verdict.status).toBe('SUCCEEDED');
    expect(new Set(verdict.thrown)).toEqual(new Set(['ConnectionLost']));
  });
});

describe('S3', () => {
  it('answers 503 for a while: the run goes on where it was', async () => {
    const slowDown = { status: 503, code: 'SlowDown' };
    const verdict = await run(
      load(true),
      when('extract', () => world.s3.faults.add({ operation: 'PutObject', times: 12, answer: slowDown })),
    );
    expect(verdict.status).toBe('SUCCEEDED');
    expect(verdict.thrown).toContain('StorageUnavailable');
  });

  it('answers 403 to writes: the run fails once, with one clear error', async () => {
    const denied = { status: 403, code: 'AccessDenied' };
    const verdict = await run(load(false), {
      mayFailWith: [CHILD_FAILED],
      ...when('extract', () =>
        world.s3.faults.add({ operation: 'PutObject', key: /\/parts\//, times: 1_000, answer: denied }),
      ),
    });
    expect(verdict.thrown).toEqual(['BucketDenied']);
  });
});
