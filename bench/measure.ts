// How is time measured here: in turn with what it is compared with, and with a word when the machine has other work?
import { execFile } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { promisify } from 'node:util';

/** Seconds that some work takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export interface Pairs {
  readonly ours: number[];
  readonly theirs: number[];
}

/** Measures two things in turn, ours first; each gives its own number. */
export async function inTurn(
  count: number,
  ours: (at: number) => Promise<number>,
  theirs: (at: number) => Promise<number>,
): Promise<Pairs> {
  const pairs: Pairs = { ours: [], theirs: [] };
  for (let at = 0; at < count; at++) {
    pairs.ours.push(await ours(at));
    pairs.theirs.push(await theirs(at));
  }
  return pairs;
}

/** Runs a line of shell to its end. */
export async function shell(line: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', `set -e; ${line}`]);
}

/** Work of others per core from which on ratios may be wrong. */
const BUSY = 0.3;

/** What the machine is, and how busy: before the first measurement. */
export function machineNow(): { readonly cores: number; readonly load: number; readonly warning: string } {
  const cores = availableParallelism();
  const load = loadavg()[0] ?? 0;
  const busy = load / cores > BUSY;
  return { cores, load, warning: busy ? 'the machine has other work: take ratios only, and measure again' : '' };
}
