// Whatever dies when: does each row arrive once, of one moment, and stay what people query as it was when a run fails?
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSchedule } from './draw.ts';
import { type Fault, type Isolation, isGood, type LoadChoice, type Schedule, type Verdict } from './model.ts';
import { type Hooks, runSchedule, tell } from './run-schedule.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** Schedules spend most of their time waiting. */
const AT_ONCE = 4;
const SCHEDULES = 60;
/** On two busy cores a schedule takes many times the second and a half that it takes on idle ones. */
const PATIENCE_MS = 900_000;

async function verdicts(schedules: readonly Schedule[], hooks?: Hooks): Promise<Verdict[]> {
  return pMap(schedules, (schedule) => runSchedule(world, schedule, hooks), { concurrency: AT_ONCE });
}

const bad = (seen: readonly Verdict[]): string[] => seen.filter((verdict) => !isGood(verdict)).map(tell);

it(
  `sixty schedules lose nothing, double nothing and leave nothing behind, and most of their faults fire`,
  async () => {
    const seen = await verdicts(Array.from({ length: SCHEDULES }, (_, seed) => drawSchedule(seed)));
    expect(bad(seen)).toEqual([]);
    expect(seen.filter(({ fired }) => fired.length > 0).length).toBeGreaterThan(0.8 * SCHEDULES);
    const ways = seen.flatMap(({ schedule, fired }) =>
      fired.map(({ action }) => `${action} under ${schedule.isolation}`),
    );
    const all = ['throw', 'break', 'kill', 'cut', 'twice', 'slow'].flatMap((action) => [
      `${action} under snapshot`,
      `${action} under serializable`,
    ]);
    expect([...new Set(ways)].sort()).toEqual(all.sort());
  },
  PATIENCE_MS,
);

const quiet: LoadChoice = {
  ...{ publish: 'replace', snapshot: false, workers: 1, pieces: false, blocks: false },
  ...{ oneByOne: false, rows: 'good', large: false },
};

/** One fault in a load without anything else. */
const schedule = (isolation: Isolation, fault: Fault, more: Partial<Schedule> = {}): Schedule => ({
  ...{ seed: 0, target: 'redshift', isolation, load: quiet, faults: [fault], unendable: false },
  ...more,
});

describe('two copies of a step at once', () => {
  /** The zombie and its retry both stand before the lock, and then both go on; nobody ends the other's session. */
  const atTheLock: Fault = {
    ...{ step: 'copy', call: 0, place: 'lock', side: 'before', nth: 0, action: 'twice', waits: 'together' },
  };
  const both = (['snapshot', 'serializable'] as const).map((isolation) =>
    schedule(isolation, atTheLock, { unendable: true }),
  );

  /**
   * Neither gets the lock before both stand at it, and they wait for it as long as it takes. What one does `first`, in its
   * transaction, both have done by then.
   */
  const meeting = (first?: (schema: string) => string): Hooks => {
    const { promise: bothAreThere, resolve } = Promise.withResolvers<void>();
    let there = 0;
    return {
      async rewrite(sql, session) {
        const [, schema] = /^BEGIN; LOCK TABLE "([^"]+)"\."_pgshift_\w+_ledger"/.exec(sql) ?? [];
        if (schema === undefined) return sql.replace(/^SET statement_timeout TO \d+$/, 'SET statement_timeout TO 0');
        if (first !== undefined) await session.run(`BEGIN; ${first(schema)}`);
        there += 1;
        if (there === 2) resolve();
        await bothAreThere;
        return first === undefined ? sql : sql.replace('BEGIN; ', '');
      },
    };
  };

  it('load once, though nothing but the ledger keeps them apart', async () => {
    const seen = await Promise.all(both.map((each) => runSchedule(world, each, meeting())));
    expect(bad(seen)).toEqual([]);
    expect(seen.map(({ status, fired }) => [status, fired])).toEqual([
      ['SUCCEEDED', [atTheLock]],
      ['SUCCEEDED', [atTheLock]],
    ]);
  });

  it('are told apart by the lock alone: with a SELECT before it, snapshot isolation lets both load', async () => {
    const looking = meeting((schema) => `SELECT 1 FROM "${schema}".journal`);
    const seen = await runSchedule(world, schedule('snapshot', atTheLock, { unendable: true }), looking);
    // Publish counts once more, under its lock: what was loaded twice does not become visible.
    expect(seen).toMatchObject({ status: 'FAILED', error: 'CountMismatch', fired: [atTheLock], leftovers: [] });
    expect(isGood(seen)).toBe(false);
  });
});

describe('a zombie that holds its locks', () => {
  it.each([
    ['copy', 'ledger'],
    ['publish', 'swap'],
    ['prepare', 'commit'],
  ] as const)('in %s is ended by its retry', async (step, place) => {
    const fault: Fault = { step, call: 0, place, side: 'before', nth: 0, action: 'twice', waits: 'after the run' };
    const [seen] = await verdicts([schedule('snapshot', fault)]);
    expect(bad(seen === undefined ? [] : [seen])).toEqual([]);
    expect(seen).toMatchObject({ status: 'SUCCEEDED', fired: [fault] });
    // Nobody waited for a lock until it was too long.
    expect(seen?.thrown).toEqual(['ConnectionLost']);
  });
});

it('clean is tried again where another transaction comes between', async () => {
  const between = { statement: /^DROP TABLE .*_pgshift_claims/, times: 2, answer: 'serialization violation' } as const;
  const { faults } = world.targets.snapshot.redshift;
  const planned = faults.add(between);
  const breaks: Fault = {
    ...{ step: 'copy', call: 0, place: 'copy', side: 'after', nth: 0, action: 'break', waits: 'at once' },
  };
  const [seen] = await verdicts([schedule('snapshot', breaks)]);
  faults.clear();
  expect(bad(seen === undefined ? [] : [seen])).toEqual([]);
  expect(seen?.status).toBe('FAILED');
  expect(planned.struck).toBe(2);
});
