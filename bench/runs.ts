// How is one load run through the state machine and timed?
import { randomBytes } from 'node:crypto';
import type { ReadyCommand } from '../cli/commands.ts';
import { type ExecutionEnd, runExecution } from '../cli/execution.ts';
import type { Machine } from '../cli/run-command.ts';
import type { World } from './world.ts';

/** The name of a run. */
export const runId = (): string => `bench-${randomBytes(4).toString('hex')}`;

export interface Ran {
  readonly run: string;
  readonly end: ExecutionEnd;
  /** From asking for the execution to knowing that it has ended. */
  readonly seconds: number;
}

/** Throws when the load fails. */
export async function load(world: World, machine: Machine, command: ReadyCommand): Promise<Ran> {
  const run = runId();
  const begun = performance.now();
  const end = await runExecution(machine.client, {
    stateMachineArn: machine.stateMachineArn,
    name: run,
    input: { command: command.text },
    signal: world.life.signal,
    onProgress: () => {},
  });
  if (end.status !== 'SUCCEEDED') throw new Error(`the load ended as ${end.status}: ${end.error} ${end.cause}`);
  return { run, end, seconds: (performance.now() - begun) / 1000 };
}
