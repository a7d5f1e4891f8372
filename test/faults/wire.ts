// The wire between one session and its server: it can be cut at any moment, or when the server's answer is on its way.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** Breaks at once, in both directions. */
  cut(): void;
  /** Breaks when the server has said that it is ready for the next query; nothing of what it says arrives. */
  loseAnswer(): void;
  /** No new connections; those that are there stay. */
  close(): void;
}

/** ReadyForQuery: its type, its length, and the state of the transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** No answer to a COPY FROM STDIN: the server asks for the rows. */
const COPY_IN_RESPONSE = 'G'.charCodeAt(0);

const isReady = (chunk: Buffer): boolean => chunk.length > READY.length && chunk.subarray(-6, -1).equals(READY);

export async function openWire(host: string, port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let losing = false;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host, port, noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('end', () => to.end());
      from.on('drain', () => to.resume());
    }
    client.on('data', (chunk: Buffer) => {
      if (!upstream.write(chunk)) client.pause();
    });
    upstream.on('data', (chunk: Buffer) => {
      if (losing && chunk[0] !== COPY_IN_RESPONSE) {
        if (isReady(chunk)) cut();
      } else if (!client.write(chunk)) upstream.pause();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    loseAnswer() {
      losing = true;
    },
    close: () => void server.close(),
  };
}
