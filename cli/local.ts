// `pgshift local`: S3 and the Redshift stand-in, until told to stop.
import { type LaptopOptions, startLaptop } from './laptop.ts';
import { Interrupted, withLifetime } from './lifetime.ts';
import type { Terminal } from './terminal.ts';

export interface LocalOptions extends LaptopOptions {
  readonly json?: boolean;
}

/** PostgreSQL insists for 5 s on a session that does not end; then S3 and the folder. */
const graceMilliseconds = 8000;

/** Serves until a signal or the parent's death; that is its normal end. */
export async function local(terminal: Terminal, options: LocalOptions): Promise<void> {
  try {
    await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
      const laptop = await startLaptop(life, options);
      const { env, redshift } = laptop;
      if (options.json) {
        // The one place that shows what it just made up: the reader needs it, and nothing else knows it.
        process.stdout.write(`${JSON.stringify({ env, redshift })}\n`);
      } else {
        process.stdout.write(`${forPeople(env, redshift)}\n`);
      }
      terminal.note('S3 and the Redshift stand-in accept connections. Ctrl-C ends them and removes what they hold.');
      await new Promise<never>((_resolve, reject) => {
        life.signal.addEventListener('abort', () => reject(new Interrupted()), { once: true });
        life.check();
      });
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

function forPeople(env: Readonly<Record<string, string>>, redshift: string): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}`);
  return [...exports, '', 'The Redshift stand-in:', `  psql '${redshift}'`, `  pgshift load SOURCE '${redshift}'`].join(
    '\n',
  );
}
