// Connection strings in pgloader's grammar, mended: `postgresql://user:password@host:port/dbname?option&option`.
// `@@` is @ in user and password, `::` is : in the user, as pgloader has it; %XX works everywhere, as others have it.

import type { Endpoint, SslMode, TableName } from './model.ts';
import { didYouMean, nearest } from './nearest.ts';

const SCHEMES: Readonly<Record<string, Endpoint['scheme']>> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  pgsql: 'postgresql',
  redshift: 'redshift',
};

const SSL_MODES: readonly string[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const OPTIONS = ['sslmode', 'host', 'port', 'dbname', 'user', 'password', 'service', 'secret', 'tablename'] as const;
type Option = (typeof OPTIONS)[number];

export interface ParsedUri {
  readonly endpoint: Endpoint;
  /** Kept apart, so that nothing which holds an endpoint can hold a password. */
  readonly password?: string;
  /** What may be meant otherwise than it is read, as a sentence; nothing of the string is in it. */
  readonly ambiguity?: string;
}

/** Why a connection string cannot be read. The message never repeats the string. */
export class UriError extends Error {}

const AUTHORITY =
  /^(?:((?:[^@:/?#\s]|@@|::)*)(?::((?:[^@]|@@)*))?@(?!@))?(\[[^\]]*\]|unix:[^:]*|[^:/?#@]*)(?::([^/?#]*))?(\/[^?#]*)?(?:\?(.*))?$/s;
const NO_USER = /^(\[[^\]]*\]|unix:[^:?@]*|[^:/?#@]*)(?::(\d*))?(\/[^?#@]*)?(?:\?(.*))?$/s;

/** Longer ones are no connection strings, and would take long to find out about. */
const LONGEST_CHARACTERS = 4000;

/** Reads a connection string. Throws a UriError that says what is wrong and what is allowed. */
export function parseUri(text: string, end: Endpoint['end']): ParsedUri {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  const known = scheme?.[1] && SCHEMES[scheme[1].toLowerCase()];
  if (!scheme || !known) {
    const hint =
      scheme?.[1] === undefined
        ? ''
        : didYouMean(
            `${scheme[1]}://`,
            Object.keys(SCHEMES).map((each) => `${each}://`),
          );
    throw new UriError(
      `the ${end} is no connection string; expected ${Object.keys(SCHEMES).join('://…, ')}://…${hint}`,
    );
  }
  if (!text.isWellFormed()) throw new UriError(`the ${end}'s connection string holds half a character`);
  if (text.length > LONGEST_CHARACTERS) {
    throw new UriError(`the ${end}'s connection string has more than ${LONGEST_CHARACTERS} characters`);
  }
  const body = splitBody(text.slice(scheme[0].length), end);
  const options = parseOptions(body.query, end);
  const pick = (option: Option, inBody: string | undefined): string | undefined => options.get(option) ?? inBody;
  const password = pick('password', body.password);
  const port = pick('port', body.port);
  const sslmode = options.get('sslmode');
  if (sslmode !== undefined && !SSL_MODES.includes(sslmode)) {
    throw new UriError(`unknown sslmode; expected ${SSL_MODES.join(', ')}${didYouMean(sslmode, SSL_MODES)}`);
  }
  const endpoint: Endpoint = {
    end,
    scheme: known,
    ...present('host', pick('host', body.host)),
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...present('user', pick('user', body.user)),
    ...present('database', pick('dbname', body.database)),
    ...(sslmode === undefined ? {} : { sslmode: sslmode as SslMode }),
    ...present('service', options.get('service')),
    ...present('secret', options.get('secret')),
    ...tableOf(options.get('tablename'), end),
  };
  const ambiguity = ambiguityOf(body.written ?? '');
  return {
    endpoint,
    ...(password === undefined ? {} : { password }),
    ...(ambiguity === undefined ? {} : { ambiguity }),
  };
}

/** pgloader takes %XX before the @ for itself, everybody else for an escape; it is not clear who wrote both ways. */
function ambiguityOf(written: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(written)) return undefined;
  if (/%(?![0-9A-Fa-f]{2})/.test(written)) return 'some % begin an escape and some do not; % itself is written %25';
  if (/@@|::/.test(written)) return '%XX is read as an escape, and @@ as @, :: as :; use one of both ways';
  return undefined;
}

/** `table` or `schema.table`, each bare or in quotes. */
function tableOf(text: string | undefined, end: string): { table?: TableName } {
  if (text === undefined) return {};
  const part = `"((?:[^"]|"")+)"|'([^']+)'|([^.'"]+)`;
  const match = new RegExp(`^(?:${part})(?:\\.(?:${part}))?$`, 's').exec(text);
  if (match === null) throw new UriError(`the ${end}'s tablename is not table or schema.table`);
  const name = (at: number) => match[at]?.replaceAll('""', '"') ?? match[at + 1] ?? match[at + 2];
  const first = name(1) ?? '';
  const second = name(4);
  return { table: second === undefined ? { name: first } : { schema: first, name: second } };
}

interface Body {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly database?: string | undefined;
  readonly query: string;
  /** User and password as they stand. */
  readonly written?: string;
}

function splitBody(rest: string, end: string): Body {
  // Without this first look, the @ of `host:5432/db?secret=a@b` would make a user of the host.
  const plain = NO_USER.exec(rest);
  if (plain) return { ...hostOf(plain[1]), ...portOf(plain[2]), ...databaseOf(plain[3], end), query: plain[4] ?? '' };
  const match = AUTHORITY.exec(rest);
  if (!match) throw new UriError(`the ${end}'s connection string is not user:password@host:port/dbname?options`);
  const [, user, password, host, port, path, query] = match;
  if (port?.includes('@')) throw new UriError(`an @ within the ${end}'s user or password is written %40 or @@`);
  return {
    written: `${user ?? ''} ${password ?? ''}`,
    user:
      user === undefined || user === '' ? undefined : decode(user.replaceAll('@@', '@').replaceAll('::', ':'), 'user'),
    password: password === undefined ? undefined : decode(password.replaceAll('@@', '@'), 'password'),
    ...hostOf(host),
    ...portOf(port),
    ...databaseOf(path, end),
    query: query ?? '',
  };
}

function hostOf(host: string | undefined): { host?: string } {
  if (host === undefined || host === '') return {};
  if (host.startsWith('[')) return { host: host.slice(1, -1) };
  return { host: host.startsWith('unix:') ? host.slice('unix:'.length) || '/tmp' : decode(host, 'host') };
}

const portOf = (port: string | undefined): { port?: string } => (port === undefined || port === '' ? {} : { port });

function databaseOf(path: string | undefined, end: string): { database?: string } {
  const name = path?.slice(1);
  if (name === undefined || name === '') return {};
  const quoted = /^'([^']+)'$/s.exec(name)?.[1];
  if (quoted !== undefined) return { database: quoted };
  if (name.includes('/')) throw new UriError(`the ${end}'s database name holds a /; write it as %2F`);
  return { database: decode(name, 'dbname') };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new UriError('a port is a number from 1 to 65535');
  return port;
}

function parseOptions(query: string, end: string): Map<Option, string> {
  const found = new Map<Option, string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 0) {
      // pgloader's short form: `?schema.table`.
      found.set('tablename', decode(pair, 'tablename'));
      continue;
    }
    const name = OPTIONS.find((option) => option === pair.slice(0, equals));
    if (name === undefined) {
      // Only a name is repeated that somebody meant as one: anything else may be a piece of a password.
      const wrong = pair.slice(0, equals);
      const meant = nearest(wrong, OPTIONS);
      const shown = meant !== undefined && /^[a-z_]+$/i.test(wrong) ? ` (${wrong})` : '';
      const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
      const known = OPTIONS.join(', ');
      throw new UriError(`the ${end}'s connection string has an unknown option${shown}; known are ${known}${hint}`);
    }
    found.set(name, decode(pair.slice(equals + 1), name));
  }
  return found;
}

function decode(text: string, what: string): string {
  if (!text.includes('%')) return text;
  // pgloader takes a % in a user or password for itself; so do we where no two hexadecimal digits follow.
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    throw new UriError(`the ${what} holds %XX escapes that are not UTF-8; a % itself is written %25`);
  }
}

function present<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { [key in Name]: string });
}

/** The connection string of an endpoint, without any password. Reads back to the same endpoint. */
export function printUri(endpoint: Endpoint): string {
  const host = endpoint.host ?? '';
  const socket = host.startsWith('/');
  const options = [
    socket ? `host=${encodeURIComponent(host)}` : '',
    endpoint.sslmode ? `sslmode=${endpoint.sslmode}` : '',
    endpoint.service ? `service=${encodeURIComponent(endpoint.service)}` : '',
    endpoint.secret ? `secret=${encodeURIComponent(endpoint.secret)}` : '',
    endpoint.table ? `tablename=${encodeURIComponent(tableText(endpoint.table))}` : '',
  ].filter((option) => option !== '');
  const user = endpoint.user === undefined ? '' : `${encodeURIComponent(endpoint.user)}@`;
  const where = socket ? '' : host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const port = endpoint.port === undefined ? '' : `:${endpoint.port}`;
  // A quote would begin a name in quotes.
  const database = encodeURIComponent(endpoint.database ?? '').replaceAll("'", '%27');
  return `${endpoint.scheme}://${user}${where}${port}/${database}${options.length > 0 ? `?${options.join('&')}` : ''}`;
}

const tableText = ({ schema, name }: TableName): string =>
  [...(schema === undefined ? [] : [schema]), name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
