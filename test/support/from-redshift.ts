// How does a test load from the stand-in, step by step, into another database of its kind?
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import type { Ports } from '../../core/ports.ts';
import type { RedshiftOptions, RedshiftServer } from '../../local/redshift/server.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from './redshift-stand-in.ts';
import { type Login, stepWorld, type WorldOptions } from './step-world.ts';

export interface FromRedshift {
  readonly standIn: StandIn;
  readonly s3: S3Client;
  /** A database to read from, filled by statements of Redshift. */
  source(name: string, sql: string, options?: Partial<RedshiftOptions>): Promise<RedshiftServer>;
  /** An empty one to write into. */
  target(name: string): Promise<RedshiftServer>;
  /** Ports of steps between the two; what `before` sees is the source's. */
  ports(source: RedshiftServer, target: RedshiftServer, options?: WorldOptions, user?: Partial<Login>): Ports;
  /** A command between them. */
  command(clauses?: string): string;
  /** The rows of a query, as texts; floats with all of their digits. */
  rows(server: RedshiftServer, sql: string): Promise<unknown[][]>;
  stop(): Promise<void>;
}

export async function startFromRedshift(options: Partial<RedshiftOptions> = {}): Promise<FromRedshift> {
  const standIn = await startStandIn(options);
  const s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const sessions = new Map<RedshiftServer, Promise<pg.Client>>();
  const exact = async (server: RedshiftServer): Promise<pg.Client> => {
    const types = { getTypeParser: () => (value: string | Buffer) => value };
    const session = await standIn.session({ ...loginOf(server.uri()), types });
    await session.query('SET extra_float_digits TO 2');
    return session;
  };
  return {
    standIn,
    s3,
    async source(name, sql, of = {}) {
      const server = await standIn.another(name, { ...options, ...of });
      const session = await standIn.session(loginOf(server.uri()));
      await session.query(sql);
      await session.end();
      return server;
    },
    target: (name) => standIn.another(name, options),
    ports(source, target, of = {}, user = {}) {
      const login = { ...loginOf(source.uri()), ...user };
      const atSource = stepWorld(s3, bucket, login, { authorization: keys, ...of }).ports;
      const atTarget = stepWorld(s3, bucket, loginOf(target.uri()), { authorization: keys }).ports;
      return {
        ...atTarget,
        connect: (endpoint, how) => (endpoint.end === 'source' ? atSource : atTarget).connect(endpoint, how),
      };
    },
    command: (clauses = '') => `LOAD DATABASE FROM redshift://u@h/d INTO redshift://h/d ${clauses};`,
    async rows(server, sql) {
      const session = sessions.get(server) ?? exact(server);
      sessions.set(server, session);
      return rows(await session, sql);
    },
    async stop() {
      s3.destroy();
      await standIn.close();
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
