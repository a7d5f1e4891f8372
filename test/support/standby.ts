// How does a test get a primary and a standby that follows it?
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';
import type { PostgresVersion } from './database.ts';

export interface StandbyPair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  stop(): Promise<void>;
}

/** Copies the folder of a server that does not run: no other program is needed. */
export async function startStandbyPair(
  version: PostgresVersion,
  settings: Readonly<Record<string, string>> = {},
): Promise<StandbyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-standby-'));
  // Started by root, the servers run as another account.
  chmodSync(folder, 0o711);
  const binaries = version.binaries === undefined ? {} : { binaries: version.binaries };
  const [one, two] = [join(folder, 'primary'), join(folder, 'standby')];
  await (await startPostgres({ directory: one, ...binaries })).stop();
  execFileSync('cp', ['-a', one, two]);
  const { uid, gid } = statSync(join(two, 'data', 'PG_VERSION'));
  const signal = join(two, 'data', 'standby.signal');
  writeFileSync(signal, '');
  chownSync(signal, uid, gid);
  const primary = await startPostgres({ directory: one, ...binaries });
  const { port, user, password } = primary;
  const primaryConninfo = `host=127.0.0.1 port=${port} user=${user} password=${password}`;
  const standby = await startPostgres({
    directory: two,
    ...binaries,
    settings: { primary_conninfo: primaryConninfo, wal_receiver_status_interval: '1s', ...settings },
  });
  return {
    primary,
    standby,
    stop: async () => {
      await standby.stop();
      await primary.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
