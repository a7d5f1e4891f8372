// How large is what Lambda loads, and how long does loading it take in a process that has loaded nothing?
import { statSync } from 'node:fs';
import { STEPS } from '../core/pipeline.ts';
import type { Benchmark, Figure } from './figures.ts';
import { bundleOf, stepsFor } from './steps.ts';

const SAMPLES = 9;

export const bundlesBenchmark: Benchmark = {
  name: 'bundles',
  question: 'the bundle of a step: size, and cold load',
  async run(world) {
    const sizes = STEPS.map(({ name }) => ({ name, megabytes: statSync(bundleOf(name)).size / 1e6 }));
    const largest = sizes.reduce((most, each) => (each.megabytes > most.megabytes ? each : most));
    const steps = await stepsFor(world, { secrets: {} });
    const values: number[] = [];
    for (let at = 0; at < SAMPLES; at++) values.push((await steps.invoke(largest.name, [])).loadMilliseconds);
    return [
      { what: `largest bundle (${largest.name})`, values: [largest.megabytes], unit: 'MB', goal: { atMost: 2 } },
      { what: 'its cold load', values, unit: 'ms', goal: { atMost: 150 } },
    ] satisfies Figure[];
  },
};
