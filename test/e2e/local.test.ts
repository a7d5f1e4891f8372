// Does `pgshift local` start empty, say exactly what it should, and leave nothing behind however it is ended?
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../support/database.ts';
import { type LocalLine, ownEnvironment, start, startLocal, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

let homes = 0;

/** An environment whose folder for temporary files is its own, so that what is left behind can be seen. */
function freshEnvironment() {
  homes += 1;
  const home = join(folder.path, String(homes));
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    env: { ...ownEnvironment(home), TMPDIR: temporary },
    leftovers: () => readdirSync(temporary).filter((name) => name.startsWith('pgshift-')),
  };
}

const portsOf = ({ env, redshift }: LocalLine): number[] =>
  [env.AWS_ENDPOINT_URL_S3 ?? '', redshift].map((url) => Number(new URL(url).port));

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

const endsWithinSeconds = 15;

/** Waits for something that has no event of its own. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const last = performance.now() + endsWithinSeconds * 1000;
  while (!(await condition())) {
    if (performance.now() > last) throw new Error(`not so after ${endsWithinSeconds} s: ${condition}`);
    await pause(20);
  }
}

const allClosed = async (ports: readonly number[]) => !(await Promise.all(ports.map(listens))).includes(true);

/** Names of live processes whose command line holds a text. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return processCommand(pid).includes(text);
    } catch {
      return false;
    }
  });
}

const processCommand = (pid: string): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

describe('pgshift local --json', () => {
  it('writes one line, with a bucket and a schema that can be used, both empty', async () => {
    const { env } = freshEnvironment();
    const started = start(['local', '--json'], env);
    await started.says(/\n/);
    const line = JSON.parse(started.output().stdout) as LocalLine;
    expect(Object.keys(line)).toEqual(['env', 'redshift']);
    expect(Object.keys(line.env)).toEqual([
      'AWS_ENDPOINT_URL_S3',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_DEFAULT_REGION',
      'AWS_S3_BUCKET_NAME',
    ]);
    expect(line.redshift).toMatch(/^postgresql:\/\/\w+:[^@]+@127\.0\.0\.1:\d+\/\w+$/);

    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = line.env;
    const s3 = new S3Client({
      endpoint: line.env.AWS_ENDPOINT_URL_S3 ?? '',
      region: line.env.AWS_DEFAULT_REGION ?? '',
      credentials: { accessKeyId, secretAccessKey },
    });
    const Bucket = line.env.AWS_S3_BUCKET_NAME;
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
    s3.destroy();

    const session = await openSession(line.redshift);
    await session.run('CREATE TABLE public.t (id int)');
    const [version] = await session.query('SELECT version() AS v');
    expect(version?.v).toContain('Redshift');
    await session.close();

    started.child.kill('SIGTERM');
    const { code, stdout } = await started.finished;
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it('serves at the ports that are asked for, and says when one is taken', async () => {
    const first = await startLocal(freshEnvironment().env);
    const [portS3, portRedshift] = portsOf(first);
    const taken = await start(['local', '--port-s3', String(portS3)], freshEnvironment().env).finished;
    expect(taken.code).toBe(1);
    expect(taken.stderr).toMatch(new RegExp(`${portS3}`));
    expect(taken.stderr).not.toMatch(/\n\s+at /);
    await first.stop();
    const again = start(
      ['local', '--json', '--port-s3', String(portS3), '--port-redshift', String(portRedshift)],
      freshEnvironment().env,
    );
    await again.says(/"redshift"/);
    expect(portsOf(JSON.parse(again.output().stdout))).toEqual([portS3, portRedshift]);
    again.child.kill('SIGINT');
    await again.finished;
  });

  const endings: readonly [name: string, signals: readonly NodeJS.Signals[]][] = [
    ['SIGINT', ['SIGINT']],
    ['SIGTERM', ['SIGTERM']],
    ['SIGINT twice at once', ['SIGINT', 'SIGINT']],
  ];
  it.each(endings)('ends cleanly on %s', async (_name, signals) => {
    const { env, leftovers } = freshEnvironment();
    const started = start(['local', '--json'], env);
    await started.says(/"redshift"/);
    const ports = portsOf(JSON.parse(started.output().stdout));
    expect(leftovers()).toHaveLength(1);
    for (const signal of signals) started.child.kill(signal);
    const { code } = await started.finished;
    expect(code).toBe(0);
    expect(await allClosed(ports)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  const npm = ['npm', 'run', '--silent', 'pgshift', '--'];

  it.each([['SIGTERM'], ['SIGKILL']] as const)('ends cleanly through npm run, which gets %s', async (signal) => {
    const { env, leftovers } = freshEnvironment();
    const started = start(['local', '--json'], env, { command: npm });
    await started.says(/"redshift"/);
    const ports = portsOf(JSON.parse(started.output().stdout));
    started.child.kill(signal);
    await until(() => allClosed(ports));
    await until(() => leftovers().length === 0);
  });

  it('ends cleanly through npm run on Ctrl-C, which every process of the terminal gets', async () => {
    const { env, leftovers } = freshEnvironment();
    const started = start(['local', '--json'], env, { command: npm, group: true });
    await started.says(/"redshift"/);
    const ports = portsOf(JSON.parse(started.output().stdout));
    process.kill(-(started.child.pid ?? 0), 'SIGINT');
    await started.finished;
    expect(await allClosed(ports)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('ends cleanly when whoever started npm is gone', async () => {
    const { env, leftovers } = freshEnvironment();
    const [program, ...args] = [...npm, 'local', '--json'];
    const script = `require('node:child_process').spawn('${program}', ${JSON.stringify(args)}, { stdio: 'inherit' })`;
    const started = start(['-e', script], env, { command: [process.execPath] });
    await started.says(/"redshift"/);
    const ports = portsOf(JSON.parse(started.output().stdout));
    started.child.kill('SIGKILL');
    await until(() => allClosed(ports));
    await until(() => leftovers().length === 0);
  });

  it('leaves no server behind when it is killed itself', async () => {
    const { env } = freshEnvironment();
    const started = start(['local', '--json'], env);
    await started.says(/"redshift"/);
    const ports = portsOf(JSON.parse(started.output().stdout));
    started.child.kill('SIGKILL');
    await until(() => allClosed(ports));
    await until(() => processesWith(env.TMPDIR ?? '').length === 0);
  });

  it('never lets PG* variables of the caller reach its servers', async () => {
    const { env } = freshEnvironment();
    const planted = {
      PGDATA: '/nowhere',
      PGPORT: '1',
      PGHOST: 'nowhere.invalid',
      PGUSER: 'planted',
      PGOPTIONS: '-c x.y=1',
    };
    const local = await startLocal({ ...env, ...planted });
    const session = await openSession(local.redshift);
    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: '1' }]);
    await session.close();
    await local.stop();
  });
});
