// A connection pooler, as far as detect can meet one: it logs everybody in, and gives the queries of its clients to a few
// sessions of its own, for a transaction each or for as long as a client stays.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import pg from 'pg';

export interface PoolerOptions {
  /** The server behind it. */
  readonly uri: string;
  readonly mode: 'transaction' | 'session';
  readonly sessions: number;
  /** Which idle session is taken: the one that was used last, as poolers do unless told otherwise, or first. */
  readonly takes?: 'last' | 'first';
}

export interface Pooler {
  readonly port: number;
  close(): Promise<void>;
}

interface Backend {
  readonly client: pg.Client;
  readonly socket: Socket;
}

export async function startPooler({ uri, mode, sessions, takes = 'last' }: PoolerOptions): Promise<Pooler> {
  const idle: Backend[] = await Promise.all(Array.from({ length: sessions }, () => connectBackend(uri)));
  const all = [...idle];
  const waiting: ((backend: Backend) => void)[] = [];
  const take = async (): Promise<Backend> => {
    const backend = takes === 'last' ? idle.pop() : idle.shift();
    return backend ?? new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (backend: Backend) => {
    const next = waiting.shift();
    if (next) next(backend);
    else idle.push(backend);
  };
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => {});
    void serve(client, mode, take, giveBack).finally(() => clients.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      for (const { client, socket } of all) {
        socket.destroy();
        await client.end().catch(() => {});
      }
    },
  };
}

/** Logged in by pg; from then on the bytes are ours. */
async function connectBackend(uri: string): Promise<Backend> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => {});
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners('data');
  return { client, socket: stream };
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** Of everybody: no password is asked, and the key for cancelling is nobody's. */
const WELCOME = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.from('server_version\0pooled\0')),
  message('K', Buffer.alloc(8, 7)),
  message('Z', Buffer.from('I')),
]);

async function serve(
  client: Socket,
  mode: PoolerOptions['mode'],
  take: () => Promise<Backend>,
  giveBack: (backend: Backend) => void,
): Promise<void> {
  const read = reader(client);
  const startup = await read(4);
  await read((startup?.readInt32BE(0) ?? 4) - 4);
  client.write(WELCOME);
  let backend: Backend | undefined;
  for (let head = await read(5); head !== undefined && head[0] !== 'X'.charCodeAt(0); head = await read(5)) {
    const body = (await read(head.readInt32BE(1) - 4)) ?? Buffer.alloc(0);
    backend ??= await take();
    backend.socket.write(Buffer.concat([head, body]));
    const status = await answer(backend.socket, client);
    if (status === 'I' && mode === 'transaction') {
      giveBack(backend);
      backend = undefined;
    }
  }
  if (backend) giveBack(backend);
  client.end();
}

/** Hands on what the server says up to ReadyForQuery, and gives the status of its transaction. */
async function answer(server: Socket, client: Socket): Promise<string> {
  const read = reader(server);
  try {
    for (;;) {
      const head = (await read(5)) ?? Buffer.alloc(5);
      const body = (await read(head.readInt32BE(1) - 4)) ?? Buffer.alloc(0);
      client.write(Buffer.concat([head, body]));
      if (head[0] === 'Z'.charCodeAt(0)) return body.toString('latin1');
    }
  } finally {
    read.stop();
  }
}

/** Reads a number of bytes; undefined at the end. */
function reader(socket: Socket) {
  let buffered = Buffer.alloc(0);
  let wake = () => {};
  let ended = false;
  const onData = (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    wake();
  };
  const onEnd = () => {
    ended = true;
    wake();
  };
  socket.on('data', onData).on('close', onEnd);
  const read = async (bytes: number): Promise<Buffer | undefined> => {
    while (buffered.length < bytes && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (buffered.length < bytes) return undefined;
    const taken = buffered.subarray(0, bytes);
    buffered = buffered.subarray(bytes);
    return taken;
  };
  return Object.assign(read, { stop: () => socket.off('data', onData).off('close', onEnd) });
}
