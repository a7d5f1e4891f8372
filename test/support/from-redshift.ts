// How does a test load from the stand-in, step by step, into another database of its kind?
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import type { Ports } from '../../core/ports.ts';
import type { RedshiftOptions, RedshiftServer } from '../../local/redshift/server.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from './redshift-stand-in.ts';
import { type Login, stepWorld, type WorldOptions } from './step-world.ts';

/** Every type of Redshift with its edges, NULL and the empty ones. */
export const EVERY_TYPE = `
  CREATE SCHEMA s;
  CREATE TABLE s.every (
    id BIGINT NOT NULL, i2 SMALLINT, i4 INTEGER, d DECIMAL(12,3), d19 DECIMAL(19,2), d38 DECIMAL(38,10), r REAL, f DOUBLE PRECISION,
    b BOOLEAN, v VARCHAR(300), c CHAR(5), day DATE, t TIME, tz TIMETZ, ts TIMESTAMP, tstz TIMESTAMPTZ,
    j SUPER, bytes VARBYTE(20), shape GEOMETRY, globe GEOGRAPHY, sketch HLLSKETCH);
  INSERT INTO s.every VALUES
    (1, -32768, -2147483648, -999999999.999, 92233720368547758.07, -9999999999999999999999999999.9999999999, 1000.00006, 0.30000000000000004,
     true, 'a "b", c' || CHR(10) || 'd\\\\N' || CHR(13) || '🐘', 'ab', '0001-01-01', '00:00:00', '12:34:56.789+00', '1999-12-31 23:59:59.999999',
     '2026-11-28 12:00:00+05:30', JSON_PARSE('{"a":[1,null,"x y",{"b":true}],"é":"\\\\"q\\\\""}'), FROM_HEX('00ff10'),
     '0101000000000000000000F03F0000000000000040', '0101000020E6100000000000000000F03F0000000000000040', '{"logm":15,"sparse":{"indices":[1],"values":[2]}}'),
    (2, 32767, 2147483647, 0.001, 0, 0.0000000001, 3.4028235e38, 1.7976931348623157e308,
     false, '', '', '9999-12-31', '23:59:59.999999', '00:00:00+00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999+00',
     JSON_PARSE('[]'), FROM_HEX(''), NULL, NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 0, 0, 0, 0, 0, 0, 5e-324, NULL, '  blanks  ', 'NULL', '2026-11-28', '12:00', NULL, NULL, NULL, JSON_PARSE('"text"'), NULL, NULL, NULL, NULL),
    (5, 0, 0, 0, 0, 0, 'NaN', '-Infinity', NULL, '\\\\N', '"', NULL, NULL, NULL, NULL, NULL, JSON_PARSE('1.50'), FROM_HEX('5c'), NULL, NULL, NULL),
    (6, 0, 0, 0, 0, 0, '-Infinity', 'NaN', NULL, '\\\\.', ',', NULL, NULL, NULL, NULL, NULL, JSON_PARSE('true'), NULL, NULL, NULL, NULL);`;

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

export function loginOf(uri: string): Login {
  const { username, password, port, pathname } = new URL(uri);
  return {
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}
