// How is one step measured as Lambda runs it: its bundle, alone in a process, with a function's environment?
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ReadyCommand } from '../cli/commands.ts';
import { temporaryFolder } from '../cli/laptop.ts';
import type { Machine } from '../cli/run-command.ts';
import { artifactKeys } from '../core/artifacts.ts';
import { ENVIRONMENT } from '../core/environment.ts';
import { type BatchItem, STEPS, type StepInput, type StepName, type StepOutput } from '../core/pipeline.ts';
import { bundledSteps, bundleScript } from '../infra/bundle.ts';
import type { Order, Told } from './invoke.ts';
import type { World } from './world.ts';

/** The bundle of a step. */
export function bundleOf(name: StepName): string {
  const step = STEPS.find((candidate) => candidate.name === name);
  return join(bundledSteps(), step?.folder ?? '', 'index.mjs');
}

export interface Steps {
  /** Runs a step for each event, all in one new process. */
  invoke<Name extends StepName>(name: Name, events: readonly StepInput<Name>[]): Promise<Invoked<Name>>;
}

export interface Invoked<Name extends StepName> extends Omit<Told, 'outputs'> {
  readonly outputs: readonly StepOutput<Name>[];
}

/** Steps with the environment that a run of this command gives them. */
export async function stepsFor(world: World, { secrets }: Pick<ReadyCommand, 'secrets'>): Promise<Steps> {
  const script = join(await temporaryFolder(world.life), 'invoke.mjs');
  bundleScript(fileURLToPath(new URL('./invoke.ts', import.meta.url)), script);
  const { env } = world.laptop;
  const environment = {
    ...{ ...env, ...secrets, AWS_REGION: env.AWS_DEFAULT_REGION, AWS_EC2_METADATA_DISABLED: 'true', TZ: ':UTC' },
    [ENVIRONMENT.bucket]: env.AWS_S3_BUCKET_NAME,
  };
  return {
    async invoke(name, events) {
      const order: Order = { bundle: pathToFileURL(bundleOf(name)).href, events };
      const child = fork(script, [], { env: environment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      let log = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
      child.send(order);
      const told = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
      if (told === undefined) throw new Error(`${name} failed:\n${log}`);
      return told[0];
    },
  };
}

/** What a run consists of once it is planned. */
export interface Planned {
  readonly run: string;
  readonly items: readonly BatchItem[];
  /** The process that needed most memory, and all seconds together, of detect, discover and plan. */
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Runs detect, discover and plan; not more than these write anything but objects. */
export async function planRun(
  steps: Steps,
  machine: Pick<Machine, 'store'>,
  run: string,
  text: string,
): Promise<Planned> {
  const told = [
    await steps.invoke('detect', [{ run, input: { command: text } }]),
    await steps.invoke('discover', [{ run, snapshot: false }]),
    await steps.invoke('plan', [{ run }]),
  ];
  const lines = (await machine.store.getText(artifactKeys.batches(run))).trim();
  return {
    run,
    items: lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as BatchItem),
    seconds: told.reduce((sum, { seconds }) => sum + (seconds[0] ?? 0), 0),
    peakBytes: Math.max(...told.map(({ peakBytes }) => peakBytes)),
  };
}
