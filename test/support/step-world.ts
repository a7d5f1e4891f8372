// How does a test run one step against real servers? Ports over one login and an S3 bucket, sessions watched.
import { randomBytes } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { runsOf } from '../../adapters/runs.ts';
import { s3Store } from '../../adapters/s3-store.ts';
import { openSession } from '../../adapters/session.ts';
import { ENVIRONMENT } from '../../core/environment.ts';
import type { CopyAuthorization, Ports, Session } from '../../core/ports.ts';

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

export interface WorldOptions {
  readonly authorization?: CopyAuthorization;
  /** Comes before every statement of every session; may throw, wait, or do something behind the step's back. */
  readonly before?: (sql: string) => Promise<void>;
  /** Comes after every statement that is run: who throws here loses the server's answer. */
  readonly after?: (sql: string) => void;
}

/** Both ends are the one login: a step that is tested alone connects to one of them. */
export function stepWorld(s3: S3Client, bucket: string, login: Login, options: WorldOptions = {}): World {
  const closed: boolean[] = [];
  const { authorization, before = async () => {}, after = () => {} } = options;
  const connect: Ports['connect'] = async ({ end }, sessionOptions) => {
    const where = { end, host: '127.0.0.1', ...login, tls: 'disable', authorities: [] } as const;
    const session = await openSession(where, sessionOptions);
    const number = closed.push(false) - 1;
    const watched: Session = {
      query: async (sql, values) => {
        await before(sql);
        return session.query(sql, values);
      },
      run: async (sql) => {
        await before(sql);
        await session.run(sql);
        after(sql);
      },
      describe: async (sql) => {
        await before(sql);
        return session.describe(sql);
      },
      copyOut: session.copyOut,
      copyIn: async (sql, bytes) => {
        await before(sql);
        return session.copyIn(sql, bytes);
      },
      close: async () => {
        await session.close();
        closed[number] = true;
      },
    };
    return watched;
  };
  const store = s3Store(s3, { bucket, owner: async () => undefined });
  const ports: Ports = {
    store,
    // As on a laptop: a run whose heartbeat is not in the bucket has ended.
    runs: runsOf({ [ENVIRONMENT.laptop]: 'yes' }, store, () => 0),
    connect,
    log: { info: () => {} },
    now: () => 0,
    remaining: () => 900_000,
    copyAuthorization: async () => {
      if (authorization === undefined) throw new Error('the step has no need of this');
      return authorization;
    },
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  };
  return { ports, closed };
}
