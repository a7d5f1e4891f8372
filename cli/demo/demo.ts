// `pgshift demo`: does the whole job work here? Embedded servers, a sample database, the state machine, and a
// comparison of both ends that knows nothing of what the machine planned.
import { join } from 'node:path';
import { startPostgres } from '../../local/postgres/server.ts';
import { awsSettings } from '../aws-settings.ts';
import { readCommands } from '../commands.ts';
import type { ExecutionEnd } from '../execution.ts';
import { AlreadyTold } from '../failure.ts';
import { startLaptop, temporaryFolder } from '../laptop.ts';
import { type Lifetime, withLifetime } from '../lifetime.ts';
import { startMachine } from '../machine.ts';
import { runCommand } from '../run-command.ts';
import type { Terminal } from '../terminal.ts';
import { type Comparison, compareDatabases } from './compare.ts';
import { createSample, sampleServerSettings } from './sample.ts';

const graceMilliseconds = 8000;

/** Throws when the load fails or anything differs. */
export async function demo(terminal: Terminal, { scale }: { readonly scale: number }): Promise<void> {
  forgetTheCaller();
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    terminal.note('Starting PostgreSQL, S3 and the Redshift stand-in');
    const [source, laptop] = await life.orInterrupted(
      Promise.all([startSource(life, terminal, scale), startLaptop(life)]),
    );
    Object.assign(process.env, laptop.env);
    const environment = { ...laptop.env, AWS_EC2_METADATA_DISABLED: 'true' };
    const [command] = readCommands({ first: source, target: laptop.redshift, options: [] }, terminal.secrets);
    if (command === undefined) throw new Error('the demo has no command');
    const machine = await startMachine(life, {
      aws: await awsSettings(environment),
      environment: { ...environment, ...command.secrets },
      log: terminal.note,
    });
    const { end, summary } = await runCommand(terminal, machine, command, life.signal);
    terminal.result(`\n${eventCounts(end)}\n\n${summary.trimEnd()}\n`);
    terminal.note('Comparing both databases, row for row');
    tell(terminal, await life.orInterrupted(compareDatabases(source, laptop.redshift)));
  });
}

/** The demo is the same for everybody: nothing of the caller's settings may reach it, nor the servers' clients here. */
function forgetTheCaller(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(PG|AWS_)/.test(name)) delete process.env[name];
  }
  // Not his profile either.
  process.env.AWS_CONFIG_FILE = '/dev/null';
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/dev/null';
}

async function startSource(life: Lifetime, terminal: Terminal, scale: number): Promise<string> {
  const folder = await temporaryFolder(life);
  const server = await startPostgres({ directory: join(folder, 'source'), settings: sampleServerSettings });
  await life.defer(() => server.stop());
  life.check();
  terminal.note('Creating the sample database, a bookshop');
  await createSample(server.uri(), scale);
  return server.uri();
}

function eventCounts({ events, view }: ExecutionEnd): string {
  const total = [...events.values()].reduce((sum, count) => sum + count, 0);
  const width = String(Math.max(...events.values())).length;
  const lines = [...events]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `  ${String(count).padStart(width)} ${type}`);
  const children = view.items === undefined ? '' : `, and ${view.items.total} executions of the map`;
  return [`The execution's history: ${total} events${children}`, ...lines].join('\n');
}

const differencesShown = 20;

function tell(terminal: Terminal, { tables, rows, differences }: Comparison): void {
  const counted = `${tables} tables, ${rows} rows`;
  if (differences.length === 0) {
    terminal.result(`${counted}: equal`);
    return;
  }
  for (const { table, column, what } of differences.slice(0, differencesShown)) {
    terminal.result(`  ${table}${column === undefined ? '' : `, column ${column}`} ${what}`);
  }
  terminal.result(`${counted}: ${differences.length} differences`);
  throw new AlreadyTold();
}
