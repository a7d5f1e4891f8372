// What does a benchmark give, and how is it told: a number beside what it is compared with, and the goal it has.

import type { World } from './world.ts';

/** Numbers of one kind, one for each time it was measured; the median counts. */
export interface Samples {
  readonly what: string;
  readonly values: readonly number[];
}

export type Unit = 's' | 'ms' | 'MB' | 'states';

export interface Figure extends Samples {
  readonly unit: Unit;
  /** What was measured in turn with it: the first of these with the first of those, and so on. */
  readonly reference?: Samples;
  /** How the two are compared: ours to its time, or its time to ours. */
  readonly ratio?: 'times its time' | 'times its speed';
  /** Of the ratio where there is one, else of the number itself. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

export interface Benchmark {
  readonly name: string;
  readonly question: string;
  run(world: World): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The median of the ratios of each pair, so that a machine that slows down between pairs moves no ratio. */
export function ratioOf({ values, reference, ratio }: Figure): number | undefined {
  if (reference === undefined || ratio === undefined) return undefined;
  const pairs = values.map((ours, at) => {
    const theirs = reference.values[at] ?? Number.NaN;
    return ratio === 'times its time' ? ours / theirs : theirs / ours;
  });
  return median(pairs);
}

/** Undefined without a goal. */
export function isReached(figure: Figure): boolean | undefined {
  if (figure.goal === undefined) return undefined;
  const value = ratioOf(figure) ?? median(figure.values);
  return 'atMost' in figure.goal ? value <= figure.goal.atMost : value >= figure.goal.atLeast;
}

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const HEAD = ['', 'value', 'reference', 'ratio', 'goal', ''];

/** A table for a terminal. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_head, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const notes = figures.flatMap(({ what, reference }) => (reference ? [`${what}: against ${reference.what}`] : []));
  return [...rows.map(line), '', ...notes].join('\n');
}

function rowOf(figure: Figure): string[] {
  const { what, values, unit, reference, goal } = figure;
  const ratio = ratioOf(figure);
  const bound = goal === undefined ? '' : 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
  const reached = isReached(figure);
  return [
    what,
    `${shown(median(values))} ${unit}`,
    reference === undefined ? '' : `${shown(median(reference.values))} ${unit}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)} ${figure.ratio}`,
    goal === undefined || ratio !== undefined ? bound : `${bound} ${unit}`,
    reached === undefined ? '' : reached ? 'reached' : 'NOT reached',
  ];
}
