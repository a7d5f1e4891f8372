// Does whoever started us still live?
// Between them and us may stand npm, the shell npm starts, and our own launcher; npm's shell outlives a killed npm, so
// the direct parent says too little. On Linux the chain is read from /proc; elsewhere a changed parent has to do.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A process, told apart from a later one with the same number by when it started (clock ticks since boot). */
interface Ancestor {
  readonly pid: number;
  readonly startTicks: string;
}

interface ProcessFacts extends Ancestor {
  readonly parent: number;
  readonly state: string;
}

/** Facts from /proc/<pid>/stat; undefined when there is no such process. */
export function processFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold anything; state is the third, the parent
    // the fourth, the start the twenty-second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether a process only stands between us and whoever wanted us: npm, `sh -c`, our launcher. */
export function isGoBetween(commandLine: readonly string[]): boolean {
  const [program = '', ...args] = commandLine;
  // npm puts its own words in place of its command line: `npm run pgshift -- local`.
  if (/^np[mx]( |$)/.test(program)) return true;
  const name = basename(program);
  if (/^(ba|da|z|k|a)?sh$/.test(name)) return args.some((arg) => /^-[a-z]*c$/.test(arg));
  if (!/^node/.test(name)) return false;
  return args.some((arg) => /^(npm-cli|npx-cli|pgshift)\.js$/.test(basename(arg)) || basename(arg) === 'pgshift');
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function chainOf(pid: number): Ancestor[] {
  const chain: Ancestor[] = [];
  for (let at = pid; at > 1; ) {
    const facts = processFacts(at);
    if (facts === undefined) break;
    chain.push({ pid: at, startTicks: facts.startTicks });
    if (!isGoBetween(commandLine(at))) break;
    at = facts.parent;
  }
  return chain;
}

/**
 * This machine until it starts again, as far as its processes see one another: the numbers of another container are other
 * processes'. Undefined where the system does not say.
 */
export function machineId(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** A killed process stays as a zombie until its parent looks: it is dead all the same. */
export function lives(ancestor: Ancestor): boolean {
  const facts = processFacts(ancestor.pid);
  return facts !== undefined && facts.startTicks === ancestor.startTicks && !'ZX'.includes(facts.state);
}

const pollMilliseconds = 300;

/** Calls `onDeath` once when one of the processes that lead to us is gone. Returns how to stop watching. */
export function watchAncestors(onDeath: () => void): () => void {
  const parent = process.ppid;
  const chain = process.platform === 'linux' ? chainOf(parent) : [];
  const timer = setInterval(() => {
    if (process.ppid === parent && chain.every(lives)) return;
    clearInterval(timer);
    onDeath();
  }, pollMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
