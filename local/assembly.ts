// Where is the synthesized assembly? In an installed package it came along. In the repository it is made when one of
// the files it depends on has changed, by a process of its own: the CDK takes a second just to load.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');

/** In an installed package this file is `dist/local/assembly.js`, and the assembly `dist/assembly`. */
const packed = join(home, 'assembly');

/** What the assembly is made of, and what makes it. */
const SOURCES = ['core', 'lambdas', 'adapters', 'infra', 'cdk.json', 'package-lock.json'];

/** Assemblies that nobody has asked for in a day are removed: no run on a laptop is older than that. */
const KEEP_MILLISECONDS = 24 * 3_600_000;

/**
 * Gives the folder of the assembly (`manifest.json` and what it names), synthesizing it when it is not there. Several
 * processes may ask at once; each gets a complete one.
 *
 * @param log gets one line when something has to be made
 * @throws an Error that holds what synthesis said, when it fails
 */
export async function findAssembly(log: (line: string) => void): Promise<string> {
  if (existsSync(join(packed, 'manifest.json'))) return packed;
  return await cachedAssembly({ repository: home, log });
}

export interface Repository {
  readonly repository: string;
  readonly log: (line: string) => void;
}

/** The assembly of a checkout, from `.cache/assembly/<hash of its sources>`. */
export async function cachedAssembly({ repository, log }: Repository): Promise<string> {
  const cache = join(repository, '.cache', 'assembly');
  const folder = join(cache, await contentHash(repository));
  if (existsSync(join(folder, 'manifest.json'))) {
    await utimes(folder, new Date(), new Date());
    return folder;
  }
  log('synthesizing the state machine and its functions');
  await mkdir(cache, { recursive: true });
  const draft = `${folder}.${process.pid}.${Date.now()}`;
  try {
    await synthesize(repository, draft);
    await rename(draft, folder).catch(async (error: unknown) => {
      // Another process was faster; its assembly has the same content.
      if (!existsSync(join(folder, 'manifest.json'))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeUnused(cache, folder);
  return folder;
}

async function synthesize(repository: string, out: string): Promise<void> {
  const script = join(repository, 'infra', 'synth.ts');
  try {
    await promisify(execFile)(process.execPath, [script, '--quiet', '--out', out], {
      cwd: repository,
      // What CloudFormation would say of the template takes two seconds and concerns no laptop; `npm run synth` asks it.
      env: { ...process.env, CDK_VALIDATION: 'false' },
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`synthesis failed\n${said || String(error)}`, { cause: error });
  }
}

/** Names and contents of everything that can change the assembly. */
async function contentHash(repository: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await filesBelow(repository, SOURCES)) {
    const content = await readFile(join(repository, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesBelow(root: string, paths: readonly string[]): Promise<string[]> {
  const files = paths.map(async (path) => {
    if (!(await stat(join(root, path))).isDirectory()) return [path];
    const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  });
  return (await Promise.all(files)).flat().sort();
}

async function removeUnused(cache: string, inUse: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    const used = await stat(folder).then(
      (found) => found.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    const unused = folder !== inUse && Date.now() - used > KEEP_MILLISECONDS;
    if (unused) await rm(folder, { recursive: true, force: true });
  }
}
