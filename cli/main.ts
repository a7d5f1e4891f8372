// The command line's entry: runs the command that the arguments name and leaves with its exit code.
import { Secrets } from './failure.ts';
import { run } from './program.ts';
import { openTerminal } from './terminal.ts';

const exit = await run(process.argv.slice(2), openTerminal(new Secrets()));
// What was written to a pipe may still be on its way, and nothing that is left may keep us.
process.exitCode = exit;
await Promise.all([process.stdout, process.stderr].map(flushed));
process.exit(exit);

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
