// `pgshift load`: a state machine of its own on this machine, against whatever servers the arguments and settings name.
import { ownAwsSettings } from './aws-settings.ts';
import { type LoadArguments, readCommands } from './commands.ts';
import { DoneWithRejects } from './failure.ts';
import { withLifetime } from './lifetime.ts';
import { startMachine } from './machine.ts';
import { runCommand } from './run-command.ts';
import type { Terminal } from './terminal.ts';

/** Of the 2 s that Ctrl-C may take, some is Node's own end. */
export const graceMilliseconds = 1700;

/** Runs the commands in order and stops at the first that fails. Throws DoneWithRejects when rows were rejected. */
export async function load(terminal: Terminal, args: LoadArguments): Promise<void> {
  const commands = readCommands(args, terminal.secrets);
  hideSecrets(terminal);
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    const aws = await life.orInterrupted(ownAwsSettings());
    const secrets = Object.assign({}, ...commands.map((command) => command.secrets));
    const environment = { ...callersEnvironment(process.env), ...secrets };
    const machine = await life.orInterrupted(startMachine(life, { aws, environment, log: terminal.note }));
    let rejected = 0;
    for (const [at, command] of commands.entries()) {
      if (commands.length > 1) terminal.note(`Command ${at + 1} of ${commands.length}`);
      const ran = await runCommand(terminal, machine, command, life.signal);
      terminal.result(ran.summary.trimEnd());
      rejected += ran.rejected;
    }
    if (rejected > 0) throw new DoneWithRejects();
  });
}

/** What the environment holds that must not be shown. */
export function hideSecrets({ secrets }: Terminal): void {
  for (const name of ['PGPASSWORD', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) secrets.add(process.env[name] ?? '');
}

/** What of the caller's environment the steps may see: who and where he is, his AWS and PostgreSQL settings. */
export function callersEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = /^(AWS_.*|PG.*|HOME|USER|LOGNAME|USERPROFILE|NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY)$/i;
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}
