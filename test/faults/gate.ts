// A way to a server that can be shut for a while: what goes through it breaks, and nobody comes through until it is open.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Gate {
  /** The same server, by this way. */
  uri(uri: string): string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function openGate(uriBehind: string): Promise<Gate> {
  const { hostname, port } = new URL(uriBehind);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let ownPort = 0;
  const gate: Gate = {
    uri(uri) {
      const through = new URL(uri);
      through.host = `127.0.0.1:${ownPort}`;
      return through.href;
    },
    async shut() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      closing.close();
      for (const socket of sockets) socket.destroy();
      await once(closing, 'close');
    },
    async open() {
      const opened = createServer((client) => {
        const upstream = connect(Number(port), hostname);
        for (const socket of [client, upstream]) {
          sockets.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => {
            sockets.delete(socket);
            client.destroy();
            upstream.destroy();
          });
        }
        client.pipe(upstream).pipe(client);
      });
      opened.listen(ownPort, '127.0.0.1');
      await once(opened, 'listening');
      const address = opened.address();
      if (typeof address === 'object' && address !== null) ownPort = address.port;
      server = opened;
    },
  };
  await gate.open();
  return gate;
}
