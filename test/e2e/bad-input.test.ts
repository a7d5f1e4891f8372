// Is each wrong setting told in one clear error, soon, with nothing changed and nothing secret said?
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { type Environment, looksLikeStackTrace, pgshift } from './command-line.ts';
import { bucket, type Servers, startServers, stranger, targetContent } from './servers.ts';

/** Takes connections and never answers. */
const silent = createServer((socket) => void socket.on('error', () => {}));
let silentPort: number;
let servers: Servers;
let source: TestDatabase;
let target: Session;
beforeAll(async () => {
  servers = await startServers();
  source = await createDatabase(
    servers.source,
    `CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1);
     CREATE TABLE public.hidden (id int);
     CREATE ROLE reader LOGIN PASSWORD 'Reader-0-password'; GRANT SELECT ON public.t TO reader;`,
  );
  servers.s3.createBucket('somebody-elses', stranger);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentPort = (silent.address() as AddressInfo).port;
  target = await openSession(servers.target);
  await target.run('CREATE TABLE public.t (mine int); INSERT INTO public.t VALUES (42)');
});
afterAll(async () => {
  await target.close();
  await source.drop();
  await servers.stop();
  silent.close();
});

interface Wrong {
  readonly source?: () => string;
  readonly target?: () => string;
  readonly env?: () => Environment;
  readonly flags?: () => string[];
  /** What the message has to name. */
  readonly says: RegExp;
}

/** A connection string with some parts replaced. */
function changed(uri: string, parts: { host?: string; password?: string; database?: string; user?: string }): string {
  const url = new URL(uri);
  if (parts.host !== undefined) url.host = parts.host;
  if (parts.user !== undefined) url.username = parts.user;
  if (parts.password !== undefined) url.password = parts.password;
  if (parts.database !== undefined) url.pathname = `/${parts.database}`;
  return url.href;
}

const with_ = (variables: Environment) => () => ({ ...servers.env(), ...variables });

/** SQL that no execution's input can hold. */
function largeFile(): string {
  const file = join(servers.folder, 'large.sql');
  writeFileSync(file, `SELECT '${'x'.repeat(300_000)}';`);
  return file;
}

const wrongs: Readonly<Record<string, Wrong>> = {
  'a source where nothing listens': {
    source: () => changed(source.uri, { host: '127.0.0.1:1' }),
    says: /source at 127\.0\.0\.1:1 cannot be reached/,
  },
  'a source whose name is unknown': {
    source: () => changed(source.uri, { host: 'nowhere.invalid:5432' }),
    says: /nowhere\.invalid/,
  },
  'a target where nothing listens': {
    target: () => changed(servers.target, { host: '127.0.0.1:1' }),
    says: /target at 127\.0\.0\.1:1 cannot be reached/,
  },
  'a wrong password of the source': {
    source: () => changed(source.uri, { password: 'Wrong-0-password' }),
    says: /source .*password/,
  },
  'a wrong password of the target': {
    target: () => changed(servers.target, { password: 'Wrong-0-password' }),
    says: /target .*password/,
  },
  'a source database that is not there': {
    source: () => changed(source.uri, { database: 'not_there' }),
    says: /source .*not_there/,
  },
  'a target database that is not there': {
    target: () => changed(servers.target, { database: 'not_there' }),
    says: /target .*not_there/,
  },
  'a bucket that is not there': { env: with_({ AWS_S3_BUCKET_NAME: 'not-there' }), says: /no bucket "not-there"/ },
  'a bucket of another owner': {
    env: with_({ AWS_S3_BUCKET_NAME: 'somebody-elses' }),
    says: /"somebody-elses" belongs to another account/,
  },
  'a bucket of somebody else’s, and a command that has to be put into one': {
    env: with_({ AWS_S3_BUCKET_NAME: 'somebody-elses' }),
    flags: () => ['--after', largeFile()],
    says: /"somebody-elses" belongs to another account/,
  },
  'a bucket that may only be read': { env: () => servers.env('reader'), says: new RegExp(`"${bucket}".*denied`) },
  'a secret key that is wrong': {
    env: with_({ AWS_SECRET_ACCESS_KEY: 'Wrong-0-password' }),
    says: /S3 does not accept the credentials/,
  },
  'a key id that nobody has': {
    env: with_({ AWS_ACCESS_KEY_ID: 'AKIANOBODY' }),
    says: /S3 does not accept the credentials/,
  },
  'no credentials at all': {
    env: with_({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' }),
    says: /AWS credentials/,
  },
  'no region': { env: with_({ AWS_DEFAULT_REGION: '' }), says: /No AWS region is set/ },
  'an S3 that does not answer': {
    env: with_({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }),
    says: /S3 cannot be reached/,
  },
  'an S3 that takes connections and says nothing': {
    env: () => ({ ...servers.env(), AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${silentPort}` }),
    says: /S3 cannot be reached \(no answer in time\)/,
  },
  'another region than the bucket’s': { env: with_({ AWS_DEFAULT_REGION: 'us-west-2' }), says: /in another region/ },
  'one table that may not be read': {
    source: () => changed(source.uri, { user: 'reader', password: 'Reader-0-password' }),
    says: /public\.hidden.*GRANT SELECT/,
  },
  'a source that speaks something else': {
    source: () => changed(source.uri, { host: `127.0.0.1:${servers.s3.port}` }),
    says: /What answers as the source at 127\.0\.0\.1:\d+ does not speak PostgreSQL/,
  },
  'a source of another kind': {
    source: () => 'mysql://root:Wrong-0-password@127.0.0.1/d',
    says: /loading from MySQL is not supported yet/,
  },
};

describe('a load with', () => {
  it.each(Object.entries(wrongs))('%s fails with one clear error', async (_name, wrong) => {
    const before = await target.query(targetContent);
    const ends = [wrong.source?.() ?? source.uri, wrong.target?.() ?? servers.target];
    const args = ['load', ...ends, ...(wrong.flags?.() ?? [])];
    const { code, stdout, stderr, milliseconds } = await pgshift(args, wrong.env?.() ?? servers.env());
    expect(stderr).toMatch(wrong.says);
    expect(code).toBe(1);
    expect(milliseconds).toBeLessThan(10_000);
    expect(stderr.match(/^pgshift: /gm)).toHaveLength(1);
    expect(stdout + stderr).not.toMatch(looksLikeStackTrace);
    for (const secret of ['-0-password', servers.source.password, 'wJalrXUtnFEMI']) {
      expect(stdout + stderr).not.toContain(secret);
    }
    expect(await target.query(targetContent)).toEqual(before);
    expect(await target.query('SELECT mine FROM public.t')).toEqual([{ mine: '42' }]);
  });
});
