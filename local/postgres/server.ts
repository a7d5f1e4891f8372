// How does an embedded PostgreSQL start, and how is it sure to end?
// One folder holds everything of a server: data/, postgres.log, and the superuser's password (readable by us only).
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, serverAccount } from './account.ts';
import { findBinaries, linkLibraries, program } from './binaries.ts';

export interface PostgresOptions {
  /** The server's own folder; made when missing. A folder that a server ran in before is started again as it is. */
  readonly directory: string;
  /** A free one when absent. */
  readonly port?: number;
  /** Settings as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the superuser `postgres`, for a new folder; a random one when absent. */
  readonly password?: string;
  /** Folder of a platform package, or its npm name; the one for this machine when absent. */
  readonly binaries?: string;
}

export interface PostgresServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The superuser's URI, of database `postgres` when none is named. */
  uri(database?: string): string;
  /** Ends open sessions and the server; resolves when it is gone, at the latest after some seconds. */
  stop(): Promise<void>;
}

interface Place {
  readonly data: string;
  readonly log: string;
  readonly passwordFile: string;
  readonly binaries: string;
  readonly account: Account;
}

const user = 'postgres';
const startSeconds = 60;
const pollMilliseconds = 10;
const portAttempts = 5;
const logLinesShown = 12;

// Durability is not wanted: the data live as long as the run.
const defaults: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  max_connections: '200',
  checkpoint_timeout: '30min',
};

const fixed: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'off',
  log_destination: 'stderr',
};

/** Starts a PostgreSQL of our own on loopback. Errors name the program that failed and show its last lines. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = findBinaries(options.binaries);
  linkLibraries(binaries);
  const place: Place = {
    data: join(options.directory, 'data'),
    log: join(options.directory, 'postgres.log'),
    passwordFile: join(options.directory, 'password'),
    binaries,
    account: serverAccount(),
  };
  const password = await initialise(place, options);
  const settings = { ...defaults, ...options.settings, ...fixed };
  const { port, server } = await startOnPort(place, settings, options.port);
  return {
    port,
    user,
    password,
    uri: (database = 'postgres') =>
      `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () => stop(server, place),
  };
}

/** Makes the data folder unless there is one; returns the superuser's password. */
async function initialise(place: Place, options: PostgresOptions): Promise<string> {
  if (existsSync(join(place.data, 'PG_VERSION'))) return readFileSync(place.passwordFile, 'utf8').trim();
  const password = options.password ?? randomBytes(18).toString('base64url');
  try {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    place.account.give(options.directory);
    writeFileSync(place.passwordFile, `${password}\n`, { mode: 0o600 });
    place.account.give(place.passwordFile);
  } catch (error) {
    throw outOfSpace(String(error), options.directory) ?? error;
  }
  const major = Number(/\d+/.exec(await run(place, 'initdb', ['--version']))?.[0]);
  const common = ['-D', place.data, '-U', user, '--auth=scram-sha-256', `--pwfile=${place.passwordFile}`];
  common.push('-E', 'UTF8', '--lc-messages=C', '--no-sync');
  // Order by code point, and lower() and upper() for every alphabet: built in from 17 on, of the system before.
  const locale =
    major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8'];
  try {
    await run(place, 'initdb', [...common, ...locale]);
  } catch (error) {
    if (!/locale/.test((error as Error).message)) throw error;
    await run(place, 'initdb', [...common, '--locale=C']);
  }
  return password;
}

async function startOnPort(place: Place, settings: Record<string, string>, wanted: number | undefined) {
  for (let attempt = 1; ; attempt++) {
    const port = wanted || (await freePort());
    try {
      return { port, server: await start(place, { ...settings, port: String(port) }) };
    } catch (error) {
      const taken = /Address already in use/.test((error as Error).message);
      // Between our finding a free port and the server taking it, somebody else may have taken it.
      if (!taken || wanted || attempt === portAttempts) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

// The shell waits for the server, and for the end of its own standard input, which we hold open as long as we live: the
// kernel closes it also when we are killed. Then it asks the server to end (fast shutdown), and insists.
const keeper = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -INT $server; sleep 3; kill -QUIT $server; sleep 2; kill -KILL $server) >/dev/null 2>&1 &
watcher=$!
wait $server
status=$?
kill $watcher 2>/dev/null
exit $status`;

async function start(place: Place, settings: Record<string, string>): Promise<ChildProcess> {
  const postgres = [...place.account.prefix, program(place.binaries, 'postgres'), '-D', place.data];
  for (const [name, value] of Object.entries(settings)) postgres.push('-c', `${name}=${value}`);
  const [command = '', ...args] =
    process.platform === 'win32' ? postgres : ['/bin/sh', '-c', keeper, 'pgshift-postgres', ...postgres];
  const before = statusFile(place);
  const log = openSync(place.log, 'w', 0o600);
  // A session of its own: Ctrl-C in a terminal is for us, and we then end the server in our order.
  const server = spawn(command, args, {
    stdio: ['pipe', log, log],
    env: environment(),
    detached: process.platform !== 'win32',
    ...place.account.ids,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  server.stdin?.on('error', () => {}); // the shell has ended: `ended` tells
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const failure = await Promise.race([ended, pause(pollMilliseconds)]);
    if (failure !== undefined) throw serverError(`PostgreSQL did not start: ${failure}`, place);
    const status = statusFile(place);
    if (status !== before && /^ready/.test(status.split('\n')[7] ?? '')) break;
    if (Date.now() > deadline) {
      await stop(server, place);
      throw serverError(`PostgreSQL did not start within ${startSeconds} s`, place);
    }
  }
  server.unref();
  return server;
}

/** The server keeps its state in the eighth line of this file; empty when there is no file. */
function statusFile(place: Place): string {
  try {
    return readFileSync(join(place.data, 'postmaster.pid'), 'utf8');
  } catch {
    return '';
  }
}

async function stop(server: ChildProcess, place: Place): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.ref();
  if (process.platform === 'win32')
    await run(place, 'pg_ctl', ['stop', '-D', place.data, '-m', 'fast']).catch(() => server.kill());
  server.stdin?.end();
  await gone;
}

/** Runs one of PostgreSQL's programs to its end; returns what it wrote. */
async function run(place: Place, name: string, args: readonly string[]): Promise<string> {
  const [command = '', ...rest] = [...place.account.prefix, program(place.binaries, name), ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(), ...place.account.ids });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close').catch((error: Error) => {
    throw new Error(`cannot run ${command}: ${error.message}`);
  });
  if (code === 0) return output;
  throw outOfSpace(output, place.data) ?? new Error(`${name} failed with exit code ${code}:\n${lastLines(output)}`);
}

/** Nothing of the caller's: its PG* variables would reach the server, its locale would change messages. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }), ...(TEMP && { TEMP }), TZ: 'UTC', LC_ALL: 'C' };
}

function serverError(message: string, place: Place): Error {
  const log = existsSync(place.log) ? readFileSync(place.log, 'utf8') : '';
  return outOfSpace(log, place.data) ?? new Error(`${message}. Last lines of ${place.log}:\n${lastLines(log)}`);
}

function outOfSpace(text: string, folder: string): Error | undefined {
  if (!/ENOSPC|No space left on device/.test(text)) return undefined;
  return new Error(`no disk space left for the embedded PostgreSQL in ${folder}: free some space and start again.`);
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-logLinesShown).join('\n');
}
