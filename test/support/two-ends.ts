// How does a test load from a real PostgreSQL into the stand-in, step by step, whatever the profile?
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { openSession as openAtEnd } from '../../adapters/session.ts';
import type { Ports } from '../../core/ports.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { startTestPostgres, type TestDatabase } from './database.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from './redshift-stand-in.ts';
import { type Login, stepWorld, type WorldOptions } from './step-world.ts';

export const PROFILES = ['pessimistic', 'optimistic'] as const;
export type Profile = (typeof PROFILES)[number];

export interface TwoEnds {
  readonly source: PostgresServer;
  /** Ports of steps between a database of any PostgreSQL and the stand-in of a profile; `before` is the stand-in's. */
  ports(database: TestDatabase, profile: Profile, options?: WorldOptions): Ports;
  /** A command between the same two. */
  command(database: TestDatabase, profile: Profile, clauses?: string): string;
  /** The stand-in's connection strings. */
  readonly uris: Readonly<Record<Profile, string>>;
  /** The rows of a query in the stand-in. */
  arrived(profile: Profile, sql: string): Promise<unknown[][]>;
  stop(): Promise<void>;
}

export async function startTwoEnds(): Promise<TwoEnds> {
  const standIn = await startStandIn({ profile: 'pessimistic' });
  const source = await startTestPostgres();
  const s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const hopeful = await standIn.another('hopeful', { profile: 'optimistic' });
  const targets: Record<Profile, Login> = {
    pessimistic: loginOf(standIn.redshift.uri()),
    optimistic: loginOf(hopeful.uri()),
  };
  const sessions = new Map<Profile, Promise<pg.Client>>();
  const loginAt = ({ uri }: TestDatabase): Login => loginOf(uri);
  return {
    source,
    ports: (database, profile, options = {}) => {
      const atSource = stepWorld(s3, bucket, loginAt(database)).ports;
      const atTarget = stepWorld(s3, bucket, targets[profile], { authorization: keys, ...options }).ports;
      let drawn = 0;
      return {
        ...atTarget,
        connect: (endpoint, options) => (endpoint.end === 'source' ? atSource : atTarget).connect(endpoint, options),
        randomHex: (bytes) => String(++drawn).padStart(2 * bytes, '0'),
      };
    },
    command: (database, profile, clauses = '') => {
      const uri = ({ user, port, database: name }: Login) => `${user}@127.0.0.1:${port}/${name}`;
      return `LOAD DATABASE FROM postgresql://${uri(loginAt(database))} INTO redshift://${uri(targets[profile])} ${clauses};`;
    },
    uris: { pessimistic: standIn.redshift.uri(), optimistic: hopeful.uri() },
    arrived: async (profile, sql) => {
      const session = sessions.get(profile) ?? exactSession(standIn, targets[profile]);
      sessions.set(profile, session);
      return rows(await session, sql);
    },
    stop: async () => {
      s3.destroy();
      await source.stop();
      await standIn.close();
    },
  };
}

/** Values as text; floats with all of their digits. */
async function exactSession(standIn: StandIn, login: Login): Promise<pg.Client> {
  const types = { getTypeParser: () => (value: string | Buffer) => value };
  const session = await standIn.session({ ...login, types });
  await session.query('SET extra_float_digits TO 2');
  return session;
}

type AtUri = Pick<TestDatabase, 'uri'>;

function loginOf(uri: string): Login {
  const { username, password, port, pathname } = new URL(uri);
  return {
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}

/** Ports between any two databases, for a comparison, and a command between them. */
export function portsBetween(source: AtUri, target: AtUri, clauses = ''): [Ports, string] {
  const at = { source: loginOf(source.uri), target: loginOf(target.uri) };
  const uri = ({ user, port, database }: Login) => `postgresql://${user}@127.0.0.1:${port}/${database}`;
  const connect: Ports['connect'] = ({ end }, options) =>
    openAtEnd({ end, host: '127.0.0.1', ...at[end], tls: 'disable', authorities: [] }, options);
  const ports = { connect, remaining: () => 900_000 } as Ports;
  return [ports, `LOAD DATABASE FROM ${uri(at.source)} INTO ${uri(at.target)} ${clauses};`];
}
