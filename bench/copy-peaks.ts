// How much memory does COPY take, item by item, in a process of its own?
import type { ReadyCommand } from '../cli/commands.ts';
import type { Machine } from '../cli/run-command.ts';
import { runId } from './runs.ts';
import { planRun, stepsFor } from './steps.ts';
import type { World } from './world.ts';

/** MB of memory that the copy of each item takes, in a process of its own. */
export async function copyPeaks(
  world: World,
  machine: Machine,
  command: ReadyCommand,
  rows: number,
): Promise<number[]> {
  const steps = await stepsFor(world, command);
  const run = runId();
  const { items } = await planRun(steps, machine, run, command.text);
  await steps.invoke('prepare', [{ run, chunk: 0, execution: run }]);
  const peaks: number[] = [];
  let loaded = 0;
  for (const { chunk, reads } of items) {
    const events = reads.map((read) => ({ run, snapshot: false, chunk, ...read, attempt: 0 }));
    const { outputs } = await steps.invoke('extract', events);
    const {
      peakBytes,
      outputs: [copied],
    } = await steps.invoke('copy', [{ run, chunk, reads: outputs }]);
    loaded += copied?.rows ?? 0;
    peaks.push(peakBytes / 1e6);
  }
  if (loaded !== rows) throw new Error(`${loaded} rows were loaded of ${rows}`);
  return peaks;
}
