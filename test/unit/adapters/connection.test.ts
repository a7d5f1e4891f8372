import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveConnection } from '../../../adapters/connection.ts';
import { secretReader } from '../../../adapters/secrets.ts';
import type { Endpoint } from '../../../core/command/model.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgshift-connection-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = (over: Partial<Endpoint> = {}): Endpoint => ({ end: 'source', scheme: 'postgresql', ...over });
async function resolve(endpoint: Endpoint, environment: Record<string, string> = {}) {
  const { authorities, ...connection } = await resolveConnection(endpoint, environment, secretReader(environment));
  expect(authorities.length).toBeGreaterThan(100);
  return connection;
}

test('takes what the URI says before anything else', async () => {
  const environment = { PGHOST: 'other', PGPORT: '1', PGUSER: 'x', PGDATABASE: 'y', PGSSLMODE: 'disable' };
  const uri = source({ host: 'h', port: 5433, user: 'u', database: 'd', sslmode: 'require' });
  expect(await resolve(uri, environment)).toEqual({
    end: 'source',
    host: 'h',
    port: 5433,
    user: 'u',
    database: 'd',
    tls: 'require',
  });
});

test('takes what the URI leaves out from PG* variables', async () => {
  const environment = {
    PGHOST: 'h',
    PGPORT: '6000',
    PGUSER: 'u',
    PGPASSWORD: 'p w',
    PGDATABASE: 'd',
    PGSSLMODE: 'verify-ca',
  };
  expect(await resolve(source(), environment)).toEqual({
    end: 'source',
    host: 'h',
    port: 6000,
    user: 'u',
    password: 'p w',
    database: 'd',
    tls: 'verify-ca',
  });
});

test('takes a service of pg_service.conf before PG* variables', async () => {
  const file = join(folder, 'services');
  writeFileSync(file, '# mine\n[prod]\nhost=prod.example\nport=5444\nuser=svc\ndbname=shop\npassword=p#w;x\n');
  const connection = await resolve(source({ service: 'prod', user: 'me' }), { PGSERVICEFILE: file, PGHOST: 'other' });
  expect(connection).toMatchObject({
    host: 'prod.example',
    port: 5444,
    user: 'me',
    database: 'shop',
    password: 'p#w;x',
  });
});

test.each([
  ['a missing file', { PGSERVICEFILE: '/nowhere' }, /there is no file/],
  ['a missing section', { PGSERVICEFILE: join(folder, 'services') }, /no section \[none\]/],
])('says what is wrong with a service of %s', async (_what, environment, message) => {
  await expect(resolve(source({ service: 'none' }), environment)).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: expect.stringMatching(message),
  });
});

describe('.pgpass', () => {
  const file = join(folder, 'pgpass');
  const write = (mode: number) => {
    writeFileSync(file, '# mine\nother:*:*:*:wrong\nh:5432:d:u\\:x:p\\:w\\\\#\n*:*:*:*:last\n');
    chmodSync(file, mode);
  };

  test('gives the password of the first line that matches, and is asked last', async () => {
    write(0o600);
    const mine = source({ host: 'h', user: 'u:x', database: 'd' });
    expect(await resolve(mine, { PGPASSFILE: file })).toMatchObject({ password: 'p:w\\#' });
    expect(await resolve(mine, { PGPASSFILE: file, PGPASSWORD: 'before' })).toMatchObject({ password: 'before' });
    expect(await resolve(source({ host: 'h2' }), { PGPASSFILE: file })).toMatchObject({ password: 'last' });
  });

  test('is passed over when others may read it', async () => {
    write(0o644);
    expect(await resolve(source({ host: 'h2' }), { PGPASSFILE: file })).not.toHaveProperty('password');
  });
});

test('takes the password that stood in the URI before that of a service', async () => {
  const environment = { PGSERVICEFILE: join(folder, 'services'), PGSHIFT_SECRET_A: '{"password": "mine"}' };
  const uri = source({ service: 'prod', secret: 'env:PGSHIFT_SECRET_A' });
  expect(await resolve(uri, environment)).toMatchObject({ host: 'prod.example', user: 'svc', password: 'mine' });
});

describe('secrets', () => {
  test('fill in what the URI leaves out, as RDS writes them', async () => {
    const secret = JSON.stringify({
      engine: 'postgres',
      host: 'db.example',
      port: 5432,
      username: 'u',
      password: 'p',
      dbname: 'd',
    });
    const environment = { PGSHIFT_SECRET_A: secret, PGUSER: 'other' };
    expect(await resolve(source({ secret: 'env:PGSHIFT_SECRET_A' }), environment)).toMatchObject({
      host: 'db.example',
      user: 'u',
      password: 'p',
      database: 'd',
      tls: 'verify-full',
    });
  });

  test('are read by the field that the reference names for the password', async () => {
    const environment = { PGSHIFT_SECRET_A: JSON.stringify({ reader: 'r', writer: 'w', password: 'p', dbname: 'd' }) };
    const secret = 'env:PGSHIFT_SECRET_A';
    const found = resolve(source({ user: 'u', secret, secretKey: 'reader' }), environment);
    expect(await found).toMatchObject({ user: 'u', password: 'r', database: 'd' });
    for (const secretKey of ['nobody', 'constructor']) {
      await expect(resolve(source({ secret, secretKey }), environment)).rejects.toMatchObject({
        name: 'SecretMissing',
        message: `The secret ${secret} has no field "${secretKey}".`,
      });
    }
  });

  test('come from the stack’s own variable when the URI names none', async () => {
    const environment = {
      PGSHIFT_SOURCE_SECRET: 'env:PGSHIFT_SECRET_A',
      PGSHIFT_SECRET_A: 'host=h\nuser=u\npassword=p\n',
    };
    expect(await resolve(source(), environment)).toMatchObject({ host: 'h', user: 'u', password: 'p' });
  });

  test('never come from a variable of another kind: a command could send AWS’s keys to a stranger', async () => {
    const environment = { AWS_SECRET_ACCESS_KEY: 'hunter2' };
    await expect(resolve(source({ secret: 'env:AWS_SECRET_ACCESS_KEY' }), environment)).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
    });
  });

  test('that are missing or unreadable are named, not repeated', async () => {
    await expect(resolve(source({ secret: 'env:PGSHIFT_SECRET_B' }))).rejects.toMatchObject({ name: 'SecretMissing' });
    const broken = resolve(source({ secret: 'env:PGSHIFT_SECRET_B' }), { PGSHIFT_SECRET_B: '{"password": "hunter2' });
    await expect(broken).rejects.toMatchObject({
      name: 'SecretMissing',
      message: expect.not.stringContaining('hunter2'),
    });
  });
});

describe('TLS without a word about it', () => {
  test.each([
    ['localhost', 'prefer'],
    ['127.0.0.1', 'prefer'],
    ['::1', 'prefer'],
    ['/var/run/postgresql', 'prefer'],
    ['10.0.0.5', 'verify-full'],
    ['db.example.com', 'verify-full'],
    ['localhost.example.com', 'verify-full'],
    ['127.example.com', 'verify-full'],
  ])('of %s is %s', async (host, tls) => {
    expect(await resolve(source({ host }))).toMatchObject({ tls });
  });
});

test('defaults the port by the scheme, and the database to the user', async () => {
  expect(await resolve({ end: 'target', scheme: 'redshift', user: 'u' })).toMatchObject({
    port: 5439,
    database: 'u',
    host: 'localhost',
  });
  expect(await resolve(source({ user: 'u' }))).toMatchObject({ port: 5432 });
});

test('refuses settings out of their range', async () => {
  await expect(resolve(source(), { PGPORT: 'x' })).rejects.toMatchObject({ name: 'ConfigurationInvalid' });
  await expect(resolve(source(), { PGSSLMODE: 'maybe' })).rejects.toMatchObject({
    message: expect.stringContaining('verify-full'),
  });
});
