// Connection strings in pgloader's grammar, mended: `postgresql://user:password@host:port/dbname?option&option`.
// `@@` is @ in user and password, `::` is : in the user, as pgloader has it; %XX works everywhere, as others have it.

import type { Endpoint, SslMode, TableName } from './model.ts';
import { didYouMean, nearest } from './nearest.ts';

const SCHEMES: ReadonlyMap<string, Endpoint['scheme']> = new Map([
  ['postgresql', 'postgresql'],
  ['postgres', 'postgresql'],
  ['pgsql', 'postgresql'],
  ['redshift', 'redshift'],
]);

const SSL_MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const OPTIONS = [
  'sslmode',
  'host',
  'port',
  'dbname',
  'user',
  'password',
  'service',
  'secret',
  'secretkey',
  'tablename',
] as const;
type Option = (typeof OPTIONS)[number];

export interface ParsedUri {
  readonly endpoint: Endpoint;
  /** Kept apart, so that nothing which holds an endpoint can hold a password. */
  readonly password?: string;
  /** What may be meant otherwise than it is read, as a sentence; nothing of the string is in it. */
  readonly ambiguity?: string;
}

/** Why a connection string cannot be read: each of its mistakes. None repeats what stands in the string. */
export interface WrongUri {
  readonly problems: readonly string[];
}

/** Takes a mistake, and gives nothing, so that a reader can return it. */
type Say = (problem: string) => undefined;

const AUTHORITY =
  /^(?:((?:[^@:/?#\s]|@@|::)*)(?::((?:[^@]|@@)*))?@(?!@))?(\[[^\]]*\]|unix:[^:]*|[^:/?#@]*)(?::([^/?#]*))?(\/[^?#]*)?(?:\?(.*))?$/s;
const NO_USER = /^(\[[^\]]*\]|unix:[^:?@]*|[^:/?#@]*)(?::(\d*))?(\/[^?#@]*)?(?:\?(.*))?$/s;

/** Longer ones are no connection strings, and would take long to find out about. */
const LONGEST_CHARACTERS = 4000;

/** Reads a connection string, or says everything that is wrong with it and what is allowed. */
export function parseUri(text: string, end: Endpoint['end']): ParsedUri | WrongUri {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  const known = SCHEMES.get(scheme?.[1]?.toLowerCase() ?? '');
  if (!scheme || !known) return { problems: [noConnectionString(text, scheme?.[1], end)] };
  if (!text.isWellFormed()) return { problems: [`the ${end}'s connection string holds half a character`] };
  if (text.length > LONGEST_CHARACTERS) {
    return { problems: [`the ${end}'s connection string has more than ${LONGEST_CHARACTERS} characters`] };
  }
  const problems: string[] = [];
  const say: Say = (problem) => void problems.push(problem);
  const references: string[] = [];
  const rest = text.slice(scheme[0].length).replace(REFERENCE, (_, reference: string) => {
    references.push(reference);
    return STANDS_FOR_SECRET;
  });
  const body = splitBody(rest, end, say);
  const options = parseOptions(body?.query ?? '', end, say);
  const parsed = body && assemble({ end, scheme: known }, body, options, references, say);
  return parsed === undefined || problems.length > 0 ? { problems } : parsed;
}

const REFERENCE = /\{\{secret:([^{}]*)\}\}/g;

/** In the place of a reference while the string is taken apart: no character, so that no string holds it. */
const STANDS_FOR_SECRET = '\uFDD1';

function noConnectionString(text: string, scheme: string | undefined, end: Endpoint['end']): string {
  const known = [...SCHEMES.keys()].map((each) => `${each}://`);
  const variable = /^(?:\$|%|\{)/.test(text) ? '; a variable is written {{NAME}}' : '';
  const hint = scheme === undefined ? variable : didYouMean(`${scheme}://`, known);
  return `the ${end} is no connection string; expected ${known.join('…, ')}…${hint}`;
}

function assemble(
  which: Pick<Endpoint, 'end' | 'scheme'>,
  body: Body,
  options: ReadonlyMap<Option, string>,
  references: readonly string[],
  say: Say,
): ParsedUri {
  const pick = (option: Option, inBody: string | undefined): string | undefined => options.get(option) ?? inBody;
  const written = pick('password', body.password);
  const password = written === STANDS_FOR_SECRET ? undefined : written;
  const ambiguity = ambiguityOf(body.written ?? '');
  return {
    endpoint: {
      ...which,
      ...present('host', pick('host', body.host)),
      ...portOf(pick('port', body.port), say),
      ...present('user', pick('user', body.user)),
      ...present('database', pick('dbname', body.database)),
      ...sslModeOf(options.get('sslmode'), say),
      ...present('service', options.get('service')),
      ...secretOf(which.end, options, references, written, say),
      ...tableOf(options.get('tablename'), which.end, say),
    },
    ...(password === undefined ? {} : { password }),
    ...(ambiguity === undefined ? {} : { ambiguity }),
  };
}

/** `?secret=` with `&secretkey=`, or `{{secret:NAME:FIELD}}` in the place of the password. */
function secretOf(
  end: string,
  options: ReadonlyMap<Option, string>,
  references: readonly string[],
  password: string | undefined,
  say: Say,
): { secret?: string; secretKey?: string } {
  const [reference] = references;
  const given = options.get('secret');
  const key = options.get('secretkey');
  if (reference === undefined) {
    if (given === undefined && key !== undefined) say(`the ${end}'s option secretkey goes with secret`);
    return { ...present('secret', given), ...present('secretKey', key) };
  }
  if (password !== STANDS_FOR_SECRET || references.length > 1) {
    return (
      say(`in the ${end}'s connection string {{secret:…}} stands for a whole password, and for nothing else`) ?? {}
    );
  }
  if (given !== undefined || key !== undefined) say(`the ${end} has both {{secret:…}} and ?secret=; give one`);
  const [, secret, field] = SECRET_NAME.exec(reference) ?? [];
  if (secret !== undefined) return { secret, ...present('secretKey', field) };
  return say(`the ${end}'s {{secret:…}} is not NAME:FIELD, NAME or an ARN with or without :FIELD`) ?? {};
}

/** An ARN holds six colons, a name none, and a variable's the one behind `env`. */
const SECRET_NAME =
  /^(arn:[^:\s]+:secretsmanager:[^:\s]+:\d+:secret:[^:\s]+|env:[^:\s]+|(?!arn:|env:)[^:\s]+)(?::([^:\s]+))?$/;

/** pgloader takes %XX before the @ for itself, everybody else for an escape; it is not clear who wrote both ways. */
function ambiguityOf(written: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(written)) return undefined;
  if (/%(?![0-9A-Fa-f]{2})/.test(written)) return 'some % begin an escape and some do not; % itself is written %25';
  if (/@@|::/.test(written)) return '%XX is read as an escape, and @@ as @, :: as :; use one of both ways';
  return undefined;
}

function sslModeOf(sslmode: string | undefined, say: Say): { sslmode?: SslMode } {
  if (sslmode === undefined) return {};
  const known = SSL_MODES.find((mode) => mode === sslmode.toLowerCase());
  if (known === undefined) say(`unknown sslmode; expected ${SSL_MODES.join(', ')}${didYouMean(sslmode, SSL_MODES)}`);
  return known === undefined ? {} : { sslmode: known };
}

function portOf(text: string | undefined, say: Say): { port?: number } {
  if (text === undefined || text === '') return {};
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return { port };
  const address = text.includes(':') ? '; an IPv6 address stands in brackets: [::1]' : '';
  say(`a port is a number from 1 to 65535${address}`);
  return {};
}

/** `table` or `schema.table`, each bare or in quotes. */
function tableOf(text: string | undefined, end: string, say: Say): { table?: TableName } {
  if (text === undefined) return {};
  const part = `"((?:[^"]|"")+)"|'([^']+)'|([^.'"]+)`;
  const match = new RegExp(`^(?:${part})(?:\\.(?:${part}))?$`, 's').exec(text);
  if (match === null) return say(`the ${end}'s tablename is not table or schema.table`) ?? {};
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

function splitBody(rest: string, end: string, say: Say): Body | undefined {
  // Without this first look, the @ of `host:5432/db?secret=a@b` would make a user of the host.
  const plain = NO_USER.exec(rest);
  if (plain) {
    const [, host, port, path, query = ''] = plain;
    return { host: hostOf(host, end, say), port, database: databaseOf(path, end, say), query };
  }
  const match = AUTHORITY.exec(rest);
  if (!match) return say(`the ${end}'s connection string is not user:password@host:port/dbname?options`);
  const [, user, password, host, port, path, query = ''] = match;
  if (port?.includes('@')) return say(`an @ within the ${end}'s user or password is written %40 or @@`);
  const open = host?.startsWith('[') && !host.endsWith(']');
  if (open) say(`the [ of the ${end}'s host is never closed; expected ]: [::1]`);
  return {
    written: `${user ?? ''} ${password ?? ''}`,
    user: user && decode(user.replaceAll('@@', '@').replaceAll('::', ':'), 'user', say),
    password: password === undefined ? undefined : decode(password.replaceAll('@@', '@'), 'password', say),
    host: open ? undefined : hostOf(host, end, say),
    // Of an address without its bracket the rest looks like a port.
    port: open ? undefined : port,
    database: databaseOf(path, end, say),
    query,
  };
}

function hostOf(host: string | undefined, end: string, say: Say): string | undefined {
  if (host === undefined || host === '') return undefined;
  if (host.startsWith('[')) return host.slice(1, -1);
  if (host.startsWith('unix:')) return host.slice('unix:'.length) || '/tmp';
  if (host.includes(',')) return say(`the ${end} is one host; expected no comma in it`);
  return decode(host, 'host', say);
}

function databaseOf(path: string | undefined, end: string, say: Say): string | undefined {
  const name = path?.slice(1);
  if (name === undefined || name === '') return undefined;
  const quoted = /^'([^']+)'$/s.exec(name)?.[1];
  if (quoted !== undefined) return quoted;
  if (name.startsWith("'")) return say(`the quote before the ${end}'s database name is never closed; expected '`);
  if (/[&=]/.test(name)) return say(`the options of the ${end}'s connection string begin with a ?`);
  const sign = /[/,]/.exec(name)?.[0];
  if (sign !== undefined) {
    return say(`the ${end}'s database name holds a ${sign}; write it as ${encodeURIComponent(sign)}`);
  }
  return decode(name, 'dbname', say);
}

/** What libpq knows besides, and JDBC. These names are repeated in messages: they are no piece of a password. */
const OF_OTHERS: readonly string[] = [
  'application_name',
  'channel_binding',
  'client_encoding',
  'connect_timeout',
  'currentSchema',
  'fallback_application_name',
  'gssencmode',
  'hostaddr',
  'keepalives',
  'keepalives_idle',
  'load_balance_hosts',
  'options',
  'passfile',
  'require_auth',
  'schema',
  'ssl',
  'sslcert',
  'sslcrl',
  'sslkey',
  'sslnegotiation',
  'sslpassword',
  'sslrootcert',
  'ssl_min_protocol_version',
  'target_session_attrs',
  'tcp_user_timeout',
];

function parseOptions(query: string, end: string, say: Say): ReadonlyMap<Option, string> {
  const found = new Map<Option, string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    const wrong = equals < 0 ? pair : pair.slice(0, equals);
    const name = OPTIONS.find((option) => option === wrong);
    if (equals < 0 && name === undefined) {
      // pgloader's short form: `?schema.table`.
      found.set('tablename', decode(pair, 'tablename', say) ?? '');
    } else if (equals < 0) say(`the ${end}'s option ${wrong} has no value: ${wrong}=…`);
    else if (name === undefined) say(unknownOption(wrong, end));
    else if (found.has(name)) say(`the ${end}'s option ${name} is given twice`);
    else found.set(name, decode(pair.slice(equals + 1), name, say) ?? '');
  }
  return found;
}

/** Only a name is repeated that somebody meant as one: anything else may be a piece of a password. */
function unknownOption(wrong: string, end: string): string {
  const meant = nearest(wrong, OPTIONS);
  const isName = OF_OTHERS.includes(wrong) || (meant !== undefined && /^[a-z_]+$/i.test(wrong));
  const hint = meant === undefined || OF_OTHERS.includes(wrong) ? '' : `; did you mean \`${meant}\`?`;
  const shown = isName ? ` (${wrong})` : '';
  return `the ${end}'s connection string has an unknown option${shown}; known are ${OPTIONS.join(', ')}${hint}`;
}

function decode(text: string, what: string, say: Say): string | undefined {
  if (!text.includes('%')) return text;
  // pgloader takes a % in a user or password for itself; so do we where no two hexadecimal digits follow.
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return say(`the ${what} holds %XX escapes that are not UTF-8; a % itself is written %25`);
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
    endpoint.secretKey ? `secretkey=${encodeURIComponent(endpoint.secretKey)}` : '',
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
