// `pgshift compare`: are two databases equal, under what a load makes of types, names and values? Prints a table, or JSON.
import { memoryStore } from '../../adapters/memory-store.ts';
import { portsOf } from '../../adapters/ports.ts';
import type { Comparison } from '../../core/compare/model.ts';
import { comparisonText } from '../../core/compare/text.ts';
import { DEFAULT_BUCKET } from '../../core/environment.ts';
import { type LoadArguments, readCommands } from '../commands.ts';
import { CouldNotCompare, Different, tellFailure, UsageError } from '../failure.ts';
import { Interrupted, withLifetime } from '../lifetime.ts';
import type { Terminal } from '../terminal.ts';
import { type CompareOptions, compareDatabases } from './databases.ts';

export interface CompareFlags extends CompareOptions {
  readonly json: boolean;
}

/** What a session was doing, the server ends with it. */
const graceMilliseconds = 500;

/** Throws Different, or CouldNotCompare with the reason, once all is told. */
export async function compare(terminal: Terminal, args: LoadArguments, flags: CompareFlags): Promise<void> {
  const results = await run(terminal, args, flags);
  if (results.some(({ result }) => result === 'different')) throw new Different();
  if (results.some(({ result }) => result === 'could not compare')) throw new CouldNotCompare('');
}

async function run(terminal: Terminal, args: LoadArguments, flags: CompareFlags): Promise<Comparison[]> {
  try {
    return await compareAll(terminal, args, flags);
  } catch (error) {
    if (error instanceof UsageError || error instanceof Interrupted) throw error;
    throw new CouldNotCompare(tellFailure(error).message, { cause: error });
  }
}

async function compareAll(terminal: Terminal, args: LoadArguments, flags: CompareFlags): Promise<Comparison[]> {
  const commands = readCommands(args, terminal.secrets);
  terminal.secrets.add(process.env.PGPASSWORD ?? '');
  return withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    const results: Comparison[] = [];
    for (const { command, secrets } of commands) {
      const environment = { ...process.env, ...secrets };
      const invocation = { run: 'compare', step: 'compare', remaining: () => Number.MAX_SAFE_INTEGER };
      const ports = portsOf(environment, memoryStore(DEFAULT_BUCKET, 'unknown'))(invocation);
      const result = await life.orInterrupted(compareDatabases(ports, command, flags));
      results.push(result);
      if (!flags.json) terminal.result(comparisonText(result, flags.strict));
    }
    // One command gives an object, a file of several an array.
    if (flags.json) terminal.result(JSON.stringify(commands.length === 1 ? results[0] : results, null, 2));
    return results;
  });
}
