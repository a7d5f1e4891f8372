// Where is the PostgreSQL that Debian's packages bring: its programs, and what they can do besides?
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresVersion } from '../support/database.ts';

const PACKAGED = '/usr/lib/postgresql';

/** Debian's newest. Throws where there is none: who runs these tests wants to see them run. */
export function debianPostgres(): PostgresVersion & { readonly programs: string } {
  const [major] = existsSync(PACKAGED)
    ? readdirSync(PACKAGED)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  if (major === undefined) {
    throw new Error(`No PostgreSQL below ${PACKAGED}: run test/external/install.sh as root`);
  }
  const programs = join(PACKAGED, String(major), 'bin');
  return { name: `PostgreSQL ${major} of Debian`, major, binaries: asPackage(programs), programs };
}

/** A folder as our launcher expects it: programs in native/bin. They find their own files by their real place. */
function asPackage(programs: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-debian-'));
  mkdirSync(join(folder, 'native'));
  symlinkSync(programs, join(folder, 'native', 'bin'));
  return folder;
}

/** `pg_dump --schema-only` of a database, without what differs from call to call. */
export function dumpSchema(programs: string, uri: string): string {
  const dump = execFileSync(join(programs, 'pg_dump'), ['--schema-only', uri], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return dump
    .split('\n')
    .filter((line) => line !== '' && !/^(?:--|\\(?:un)?restrict)/.test(line))
    .join('\n');
}
