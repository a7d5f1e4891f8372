// Which schedule belongs to a seed? The same one on every machine.
import fc from 'fast-check';
import type { StepName } from '../../core/pipeline.ts';
import { Dice } from '../properties/values/dice.ts';
import type { Action, Fault, LoadChoice, Place, Schedule, Side, Waits } from './model.ts';

/** Where a step can be met, and how often a call comes there at least: drawn as often as they are written here. */
const MET: Readonly<Partial<Record<StepName, Readonly<Partial<Record<Place, number>>>>>> = {
  detect: { connect: 2, statement: 4, object: 2 },
  hold: { object: 2 },
  keep: { connect: 1, statement: 5, object: 3 },
  discover: { connect: 2, statement: 6, object: 2 },
  plan: { object: 4 },
  prepare: { connect: 1, copy: 1, commit: 2, statement: 8, object: 5, upload: 1 },
  extract: { connect: 1, statement: 6, read: 1, upload: 1, object: 4, commit: 1 },
  copy: { connect: 1, lock: 2, copy: 1, ledger: 2, commit: 2, statement: 10, object: 4 },
  publish: { connect: 1, lock: 1, swap: 1, commit: 1, statement: 12, object: 4 },
  report: { object: 6 },
};

/** What moves rows, or makes them live, is met more often. */
const STEPS: readonly StepName[] = [
  ...(['detect', 'hold', 'keep', 'keep', 'discover', 'plan', 'prepare', 'prepare', 'report'] as const),
  ...(['extract', 'extract', 'extract', 'extract', 'copy', 'copy', 'copy', 'copy', 'copy', 'copy'] as const),
  ...(['publish', 'publish', 'publish', 'publish'] as const),
];

/** One in ten is a defect, which ends the run. */
const ACTIONS: readonly Action[] = [
  ...(['throw', 'kill', 'kill', 'cut', 'cut', 'cut', 'twice', 'twice', 'twice', 'slow', 'break'] as const),
];

const WAITS: readonly Waits[] = ['at once', 'together', 'together', 'after the retry', 'after the run'];

/** Steps that are called several times, not only when they are tried again. */
const OFTEN: readonly StepName[] = ['keep', 'extract', 'copy'];

type Loaded = Pick<Schedule, 'target' | 'load'>;

const sidesOf = (place: Place, target: Schedule['target']): readonly Side[] =>
  place === 'read'
    ? ['middle']
    : ['before', ...(place === 'copy' && target === 'postgresql' ? (['middle', 'middle'] as const) : []), 'after'];

function drawFault(dice: Dice, action: Action, { target, load }: Loaded, earlier: readonly Fault[]): Fault {
  const comes = (step: StepName) =>
    (load.snapshot || (step !== 'keep' && step !== 'hold')) &&
    (load.rows !== 'refused' || (step !== 'publish' && step !== 'report'));
  const step = dice.of(STEPS.filter(comes));
  // What an earlier fault has struck is called again.
  const again = earlier.filter((fault) => fault.step === step).length;
  const met = Object.entries(MET[step] ?? {}) as [Place, number][];
  // Rows are ours to send where the target is a PostgreSQL: what happens to them on their way is met more often.
  const rows = target === 'postgresql' && step === 'copy' ? met.filter(([place]) => place === 'copy') : [];
  const places = [...met, ...rows, ...rows, ...rows];
  const [place, often] = dice.of(places);
  const side = dice.of(sidesOf(place, target));
  return {
    step,
    call: again + (OFTEN.includes(step) ? dice.of([0, 0, 0, 1]) : 0),
    place,
    side,
    nth: dice.one(fc.integer({ min: 0, max: often - 1 })),
    action,
    waits: dice.of(WAITS),
  };
}

/** Strikes while the one object that has several parts is on its way, or when it is there. */
function drawWithin(dice: Dice, action: Action): Fault {
  const side = dice.of(['middle', 'middle', 'middle', 'after'] as const);
  return { step: 'extract', call: 0, place: 'upload', side, nth: 0, action, waits: dice.of(WAITS) };
}

function drawLoad(dice: Dice): LoadChoice {
  const load = {
    publish: dice.of(['replace', 'replace', 'refill', 'append'] as const),
    snapshot: !dice.rarely(5),
    workers: dice.of([1, 3]),
    pieces: dice.rarely(4),
    blocks: dice.rarely(2),
    oneByOne: dice.rarely(3),
    rows: dice.of([
      'good',
      'good',
      'good',
      'good',
      'good',
      'good',
      'put aside',
      'put aside',
      'put aside',
      'refused',
    ] as const),
    large: dice.rarely(20),
  };
  // What is cut into pieces, and what fails anyway, is not uploaded in parts.
  return load.large ? { ...load, workers: 1, pieces: false, rows: 'good' } : load;
}

/** Actions take turns, and so do the isolation levels: no few schedules leave one of them out. */
export function drawSchedule(seed: number): Schedule {
  const dice = new Dice(seed);
  const load = drawLoad(dice);
  const target = dice.of(['redshift', 'redshift', 'postgresql'] as const);
  const first = ACTIONS[seed % ACTIONS.length] ?? 'throw';
  const more = dice.of([0, 0, 1, 2]);
  const others = Array.from({ length: more }, () => dice.of(ACTIONS));
  const faults: Fault[] = [];
  if (load.large) faults.push(drawWithin(dice, first));
  for (const action of load.large ? others : [first, ...others]) {
    faults.push(drawFault(dice, action, { target, load }, faults));
  }
  const twice = faults.filter(({ action }) => action === 'twice');
  return {
    ...{ seed, target },
    isolation: Math.floor(seed / ACTIONS.length) % 2 === 0 ? 'snapshot' : 'serializable',
    load,
    faults,
    // Copy waits five seconds for its lock, unless it puts rows aside; the others wait too long for tests.
    unendable: load.rows !== 'put aside' && twice.every(({ step, waits }) => step === 'copy' && waits === 'together'),
  };
}
