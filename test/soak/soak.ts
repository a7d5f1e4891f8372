// npm run soak -- NAME --minutes N [--seed S] [--count C]: tries one thing with ever new random cases until the time is
// over. Exit code 0: cases ran and none failed; 1: one failed, or none ran; 2: wrong usage; 130: interrupted.
import { randomInt } from 'node:crypto';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { Interrupted, withLifetime } from '../../cli/lifetime.ts';
import { compareSoak } from './compare.ts';
import { faultsSoak } from './faults.ts';
import type { Soak, SoakOptions } from './model.ts';
import { resumeSoak } from './resume.ts';
import { roundTripSoak } from './round-trip.ts';
import { valuesSoak } from './values.ts';

const soaks: readonly Soak[] = [valuesSoak, compareSoak, roundTripSoak, resumeSoak, faultsSoak];

/** 32-bit seeds, with room to count on from. */
const MOST_SEED = 2 ** 31 - 2 ** 20;

function minutes(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 24 * 60) {
    throw new InvalidArgumentError('Minutes are a number above 0, at most 1440.');
  }
  return value;
}

function wholeNumber(what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`${what} is a whole number from ${least} to ${most}.`);
  };
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Returns the exit code. */
async function run(soak: Soak, options: SoakOptions): Promise<number> {
  const told = { graceMilliseconds: 8000, complain: note };
  try {
    const { summary, passed } = await withLifetime(told, (life) => soak.run(life, options, note));
    process.stdout.write(`${soak.name}: ${summary}, seed ${options.seed}\n`);
    return passed ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
}

let exitCode: number | undefined;
const program = new Command('npm run soak --').description('Tries ever new random cases until the time is over.');
program.exitOverride();
for (const soak of soaks) {
  program
    .command(soak.name)
    .description(soak.question)
    .requiredOption('--minutes <n>', 'no case starts after so many minutes, and a minute later all has ended', minutes)
    .option('--seed <n>', 'the first case has this seed, the next the next', wholeNumber('A seed', 0, MOST_SEED))
    .option('--count <n>', 'no more cases than this', wholeNumber('A count', 1, 1_000_000))
    .action(async (given: { minutes: number; seed?: number; count?: number }) => {
      const { seed = randomInt(MOST_SEED), count = Number.POSITIVE_INFINITY } = given;
      exitCode = await run(soak, { startedAt: performance.now(), minutes: given.minutes, seed, count });
    });
}
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    exitCode = 1;
  }
}
process.exit(exitCode ?? 2);
