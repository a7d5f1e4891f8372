// Does a session that cannot be had fail soon and in words, whatever answers at the other end?
import { createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { openSession } from '../../adapters/session.ts';
import { startTestPostgres } from '../support/database.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that never ends a connection by itself, and does `behave` with it. */
async function listen(behave: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    behave(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

const open = (port: number, tls: 'prefer' | 'disable' | 'verify-full') =>
  openSession(
    { end: 'source', host: '127.0.0.1', port, user: 'u', password: 'p', database: 'd', tls, authorities: [] },
    { applicationName: 't', firstContact: true, statementTimeoutMs: 0 },
  );

// All they do is wait.
describe.concurrent.each(['prefer', 'disable'] as const)('with sslmode %s', (tls) => {
  test.each([
    ['says nothing', () => {}],
    ['is an SSH server', (socket: Socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['is a MySQL server', (socket: Socket) => void socket.write(Buffer.from('J\0\0\0\n8.0.36\0abcdefgh', 'latin1'))],
    ['offers no TLS and then says nothing', (socket: Socket) => void socket.write('N')],
    ['cuts the connection', (socket: Socket) => void socket.destroy()],
  ])(
    'a server that %s is told within 10 s',
    async (_what, behave) => {
      const port = await listen(behave);
      await expect(open(port, tls)).rejects.toMatchObject({
        name: expect.stringMatching(/^(?:ServerUnreachable|TlsRefused)$/),
        message: expect.stringContaining(`127.0.0.1:${port}`),
      });
    },
    12_000,
  );
});

test('a statement may take as long as the session allows, also where the server was met for the first time', async () => {
  const server = await startTestPostgres();
  const { port, user, password } = server;
  const ask = async (statementTimeoutMs: number) => {
    const session = await openSession(
      { end: 'target', host: '127.0.0.1', port, user, password, database: 'postgres', tls: 'disable', authorities: [] },
      { applicationName: 't', firstContact: true, statementTimeoutMs },
    );
    await session.query('SELECT pg_sleep(5.2)');
    await session.close();
  };
  await Promise.all([ask(60_000), ask(0)]);
  await server.stop();
});

test('what breaks the bytes of a COPY is thrown as it is, and what the server says is the server’s', async () => {
  const server = await startTestPostgres();
  const { port, user, password } = server;
  const session = await openSession(
    { end: 'target', host: '127.0.0.1', port, user, password, database: 'postgres', tls: 'disable', authorities: [] },
    { applicationName: 't', statementTimeoutMs: 0 },
  );
  await session.run('CREATE TEMP TABLE t (n int)');
  const broken = new Error('not whole');
  const bytes = Readable.from(
    (async function* () {
      yield Buffer.from('1\n');
      throw broken;
    })(),
  );
  await expect(session.copyIn('COPY t FROM STDIN', bytes)).rejects.toBe(broken);
  const missing = session.copyIn('COPY missing FROM STDIN', Readable.from([Buffer.from('1\n')]));
  await expect(missing).rejects.toMatchObject({ name: 'StatementRefused', code: '42P01' });
  expect(await session.query('SELECT count(*) FROM t')).toEqual([{ count: '0' }]);
  await session.close();
  await server.stop();
});

test('advises nobody to do without TLS because the connection was cut', async () => {
  const port = await listen((socket) => {
    socket.once('data', () => {
      socket.write('S');
      socket.once('data', () => socket.destroy());
    });
  });
  await expect(open(port, 'verify-full')).rejects.toMatchObject({ name: 'ServerUnreachable' });
});
