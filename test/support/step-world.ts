// How does a test run one step against real servers? Ports over a PostgreSQL login and an S3 server, sessions watched.
import { s3Store } from '../../adapters/s3-store.ts';
import { openSession } from '../../adapters/session.ts';
import type { Ports } from '../../core/ports.ts';
import { bucket, type TestS3 } from './s3-server.ts';

export interface Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface World {
  readonly ports: Ports;
  /** One for each session opened; true once it was closed. */
  readonly closed: boolean[];
}

/** Both ends are the one login: a step that is tested alone connects to one of them. */
export function stepWorld(s3: TestS3, login: Login): World {
  const closed: boolean[] = [];
  const connect: Ports['connect'] = async ({ end }, options) => {
    const session = await openSession({ end, host: '127.0.0.1', ...login, tls: 'disable', authorities: [] }, options);
    const number = closed.push(false) - 1;
    const close = async () => {
      await session.close();
      closed[number] = true;
    };
    return { ...session, close };
  };
  const ports: Ports = {
    store: s3Store(s3.s3, { bucket, owner: async () => undefined }),
    connect,
    log: { info: () => {} },
    now: () => 0,
    remaining: () => 900_000,
    copyAuthorization: () => Promise.reject(new Error('the step has no need of this')),
    randomHex: () => '',
  };
  return { ports, closed };
}
