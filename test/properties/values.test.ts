// Does every value of random tables arrive as it left, in Redshift and back in PostgreSQL? PostgreSQL is the oracle; the
// expectations are these tests' own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lifetime } from '../../cli/lifetime.ts';
import { TYPE_MAP } from '../../core/cast/type-map.ts';
import { postgresVersions } from '../support/database.ts';
import { Dice } from './values/dice.ts';
import { drawCase, drawHarmless, TABLES, typeRows } from './values/draw.ts';
import { describeFailure, reasons } from './values/failure.ts';
import { runEveryType, runRoundTrip, wayOf } from './values/round-trip.ts';
import { runCase } from './values/run.ts';
import { hasFailed, shrink } from './values/shrink.ts';
import { startWorld, type World } from './world.ts';

/** Always the same ones here; `npm run soak` draws others. */
const SEEDS = Array.from({ length: 10 }, (_, number) => number);
/** Four that come back with Redshift's types, and one as it was. */
const BACK_SEEDS = Array.from({ length: 5 }, (_, number) => number);
const SMALL = { tables: 4, asIs: true };
const SHRINK_MILLISECONDS = 60_000;

let world: World;
const undone: (() => Promise<void> | void)[] = [];
const life: Lifetime = {
  signal: new AbortController().signal,
  defer: async (undo) => {
    undone.push(undo);
  },
  check: () => {},
  orInterrupted: (work) => work,
};
beforeAll(async () => {
  world = await startWorld(life, () => {});
});
afterAll(async () => {
  for (const undo of undone.reverse()) await undo();
});

describe(`${TABLES} random tables`, () => {
  it.each(SEEDS)('of seed %i arrive as they left', async (seed) => {
    const drawn = drawCase(seed, [...world.sources.keys()]);
    const attempt = (tested: typeof drawn) => runCase(world, tested, life.signal);
    const outcome = await attempt(drawn);
    const until = performance.now() + SHRINK_MILLISECONDS;
    const failure = hasFailed(outcome)
      ? describeFailure(outcome, await shrink(drawn, outcome, attempt, () => performance.now() < until))
      : '';
    expect(failure).toBe('');
    expect(outcome).toMatchObject({ ended: 'compared', alarms: [] });
  });

  it('are 300 at least', () => {
    expect(SEEDS.length * TABLES).toBeGreaterThanOrEqual(300);
  });

  it('draw no options that contradict each other, whatever the seed', () => {
    const drawn = Array.from({ length: 1000 }, (_, seed) => drawHarmless(new Dice(seed)));
    const identifiers = drawn.map((options) => options.filter((option) => option.endsWith(' identifiers')));
    expect(Math.max(...identifiers.map((options) => options.length))).toBe(1);
  });

  it('have each type of ours, and each entry of the type map, at least 20 times', () => {
    const rows = new Map(typeRows.map(({ name }) => [name, 0]));
    const entries = new Map(mapEntries().map((name) => [name, 0]));
    for (const seed of SEEDS) {
      for (const { columns } of drawCase(seed, [...world.sources.keys()]).tables) {
        for (const { type } of columns) {
          rows.set(type, (rows.get(type) ?? 0) + 1);
          entries.set(entryOf(type), (entries.get(entryOf(type)) ?? 0) + 1);
        }
      }
    }
    for (const name of elsewhere) entries.delete(name);
    expect([...rows, ...entries].filter(([, count]) => count < 20)).toEqual([]);
  });
});

describe('databases that go into Redshift and back', () => {
  const drawn = BACK_SEEDS.map((seed) => drawCase(seed, [...postgresVersions.map(({ major }) => major)], SMALL));

  it.each(drawn)('of seed $seed are equal to their start', async (tested) => {
    const outcome = await runRoundTrip(world, tested, wayOf(tested.seed), life.signal);
    expect([reasons(outcome), outcome]).toEqual([[], expect.objectContaining({ ended: 'compared', alarms: [] })]);
  });

  it('of every type that the server has is equal to its start', async () => {
    const outcome = await runEveryType(world, 18, 'pessimistic', life.signal);
    expect(outcome).toEqual({ ended: 'compared', values: 0, differences: [], alarms: [] });
  });

  it('have each type of ours', () => {
    const types = new Set(
      drawn.flatMap(({ tables }) => tables.flatMap(({ columns }) => columns.map(({ type }) => type))),
    );
    expect(typeRows.filter(({ name }) => !types.has(name))).toEqual([]);
  });
});

/** Of the type map, what random tables cannot have: only a query has it, or its extension is not with our PostgreSQL. */
const elsewhere = ['record', 'geometry', 'geography', 'vector', 'halfvec', 'sparsevec'];

const mapEntries = (): string[] =>
  TYPE_MAP.flatMap(({ entries }) => entries).flatMap(({ types, kind }) => types?.split(' ') ?? kind ?? []);

/** Where a row of our table has another name than in the type map. */
const entryNames: Readonly<Record<string, string>> = {
  '"char"': 'char',
  'varchar(n)': 'varchar',
  'char(n)': 'bpchar',
  'bit(n)': 'bit',
  'varbit(n)': 'varbit',
  'numeric(p,s), shifted': 'numeric(p,s)',
  'types."Pair"': 'composite',
  'types.record': 'composite',
  'types."float range"': 'range',
  numrange: 'range',
};

function entryOf(row: string): string {
  if (row.endsWith('[]')) return 'array';
  if (row.includes('multirange')) return 'multirange';
  const [, extension] = /^ext\.(.*)$/.exec(row) ?? [];
  if (extension !== undefined) return mapEntries().includes(extension) ? extension : 'base';
  return entryNames[row] ?? row;
}
