// Does this interpreter agree with executions recorded on AWS? `npm run conformance -- FILE`, for example
// ../shared/asl-recordings/jsonata.jsonl: one line per case that differs, then `N of M agree`; 0 only if all do.
import { readFileSync } from 'node:fs';
import { differences, parseRecording } from './recording.ts';

const USAGE = 'usage: npm run conformance -- FILE   (recorded executions, one JSON object a line)\n';

/** Checks every case of the file; prints to stdout and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [file] = args;
  if (file === undefined || args.length > 1) return usageError('exactly one FILE is needed');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return usageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return usageError(`${file} holds no recorded execution`);
  let agreed = 0;
  for (const [index, line] of lines.entries()) {
    const { id, problems } = await check(line, index + 1);
    if (problems.length === 0) agreed += 1;
    else process.stdout.write(`${id}: ${problems.join('; ')}\n`);
  }
  process.stdout.write(`${agreed} of ${lines.length} agree\n`);
  return agreed === lines.length ? 0 : 1;
}

async function check(line: string, number: number): Promise<{ id: string; problems: string[] }> {
  let id = `line ${number}`;
  try {
    const recording = parseRecording(line);
    id = recording.id;
    return { id, problems: await differences(recording) };
  } catch (error) {
    return { id, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function usageError(problem: string): number {
  process.stderr.write(`${problem}\n${USAGE}`);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
