// How does a test load from one PostgreSQL into another, step by step? Two servers of any version, and an S3 between them.
import type { Ports } from '../../core/ports.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, type PostgresVersion, startTestPostgres, type TestDatabase } from './database.ts';
import { bucket, startTestS3, type TestS3 } from './s3-server.ts';
import { type Login, stepWorld, type WorldOptions } from './step-world.ts';

export interface Pair {
  readonly source: TestDatabase;
  readonly target: TestDatabase;
  ports(options?: WorldOptions): Ports;
  /** A command between the two. */
  command(clauses?: string): string;
  drop(): Promise<void>;
}

export interface TwoPostgres {
  readonly s3: TestS3;
  /** Databases of their own, with this in them. */
  pair(inSource?: string, inTarget?: string): Promise<Pair>;
  stop(): Promise<void>;
}

/** One server serves as both where only one version is named. */
export async function startTwoPostgres(from?: PostgresVersion, into = from): Promise<TwoPostgres> {
  const [s3, source] = await Promise.all([startTestS3(), startTestPostgres(from)]);
  const target: PostgresServer = from === into ? source : await startTestPostgres(into);
  return {
    s3,
    async pair(inSource = '', inTarget = '') {
      const ends = { source: await createDatabase(source, inSource), target: await createDatabase(target, inTarget) };
      return {
        ...ends,
        ports: (options) => {
          const atSource = stepWorld(s3.s3, bucket, loginOf(ends.source.uri), options).ports;
          const atTarget = stepWorld(s3.s3, bucket, loginOf(ends.target.uri), options).ports;
          return {
            ...atTarget,
            connect: (endpoint, session) =>
              (endpoint.end === 'source' ? atSource : atTarget).connect(endpoint, session),
          };
        },
        command: (clauses = '') =>
          `LOAD DATABASE FROM postgresql://u@h/source INTO postgresql://u@h/target ${clauses};`,
        drop: async () => {
          await ends.source.drop();
          await ends.target.drop();
        },
      };
    },
    async stop() {
      await source.stop();
      if (target !== source) await target.stop();
      await s3.close();
    },
  };
}

function loginOf(uri: string): Login {
  const { username, password, port, pathname } = new URL(uri);
  return {
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}
