// How does a test run pgshift as a user would: the program itself, in an environment of its own?
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const launcher = join(repository, 'bin', 'pgshift.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface Started {
  readonly child: ChildProcess;
  /** What it has written so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Resolves once stderr or stdout matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

export type Environment = Readonly<Record<string, string>>;

/** Nothing of the caller's but where programs are; a home without any settings. */
export function ownEnvironment(home: string): Environment {
  return { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: tmpdir() };
}

/** A folder for one test file. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pgshift-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface StartOptions {
  /** Another program than pgshift itself, with its first arguments. */
  readonly command?: readonly string[];
  /** In a process group of its own, as a terminal has it: `process.kill(-pid)` reaches all of it. */
  readonly group?: boolean;
}

/** Starts pgshift. */
export function start(args: readonly string[], env: Environment, options: StartOptions = {}): Started {
  const begun = performance.now();
  const [program = process.execPath, ...before] = options.command ?? [process.execPath, launcher];
  const child = spawn(program, [...before, ...args], {
    cwd: repository,
    env: { ...env },
    detached: options.group === true,
  });
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const finished = once(child, 'close').then(([code]: (number | null)[]) => ({
    ...written,
    code: code ?? null,
    milliseconds: performance.now() - begun,
  }));
  const says = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(written.stdout) && !pattern.test(written.stderr)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      void finished.then(({ code, stderr }) =>
        reject(new Error(`ended with ${code}, never said ${pattern}:\n${stderr}`)),
      );
    });
  return { child, output: () => written, says, finished };
}

/** Runs pgshift to its end. */
export const pgshift = (args: readonly string[], env: Environment): Promise<Finished> => start(args, env).finished;

/** What `pgshift local --json` writes. */
export interface LocalLine {
  readonly env: Environment;
  readonly redshift: string;
}

export interface Local extends LocalLine {
  stop(): Promise<Finished>;
}

/** Starts `pgshift local --json` and waits until it serves. */
export async function startLocal(env: Environment): Promise<Local> {
  const started = start(['local', '--json'], env);
  await started.says(/"redshift":"[^"]+"\}\n/);
  const line = JSON.parse(started.output().stdout) as LocalLine;
  return {
    ...line,
    stop: () => {
      started.child.kill('SIGTERM');
      return started.finished;
    },
  };
}

/** One clear message: no stack trace, nothing of JavaScript's. */
export const looksLikeStackTrace = /\n\s+at |node:internal|\.ts:\d+|\[object |undefined/;
