// `--dry-run`: could a load start? Connects to both ends and the bucket, plans, and changes nothing. Exit 1 when not.
import { type LoadArguments, readCommands } from './commands.ts';
import { withLifetime } from './lifetime.ts';
import { noticeLines } from './notices.ts';
import { graceMilliseconds, type PrintedPlan, planOne } from './plan.ts';
import type { Terminal } from './terminal.ts';

/** Says of each command whether it could start. Throws the reason of the first that could not. */
export async function dryRun(terminal: Terminal, args: LoadArguments): Promise<void> {
  const commands = readCommands(args, terminal.secrets);
  terminal.secrets.add(process.env.PGPASSWORD ?? '');
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    for (const [index, command] of commands.entries()) {
      const { plan, refused } = await life.orInterrupted(planOne(command, 'real bucket'));
      if (refused !== undefined) throw refused;
      const which = commands.length > 1 ? `Command ${index + 1} of ${commands.length}: a` : 'A';
      terminal.result(`${which} load could start: ${summaryOf(plan)}. Nothing was changed.`);
      for (const line of noticeLines(plan.hazards)) terminal.note(line);
    }
  });
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const summaryOf = (plan: PrintedPlan): string =>
  `${counted(plan.tables.length, 'table')} from ${plan.source} into ${plan.target}, ${counted(plan.hazards.length, 'hazard')}`;
