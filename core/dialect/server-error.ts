// From a server's or a socket's error to one of our kinds. Codes are SQLSTATE or Node's; messages are rebuilt from
// templates, because a server's own may hold values of rows.

import { type ErrorKind, PgshiftError } from '../errors.ts';

/** What is known of a failure: never its DETAIL, CONTEXT or statement. */
export interface ServerFailure {
  readonly code: string | undefined;
  readonly message: string;
}

const BY_STATE: Readonly<Record<string, ErrorKind>> = {
  '28000': 'AuthenticationFailed',
  '28P01': 'AuthenticationFailed',
  '3D000': 'DatabaseMissing',
  '42501': 'PermissionDenied',
  '53300': 'TooManyConnections',
  '53100': 'DiskFull',
  '40001': 'SerializationConflict',
  '40P01': 'SerializationConflict',
  '55P03': 'LockTimeout',
  '57014': 'StatementTimeout',
  '2BP01': 'DependentsExist',
  '57P01': 'ConnectionLost',
  '57P02': 'ConnectionLost',
  '57P03': 'ConnectionLost',
  '08000': 'ConnectionLost',
  '08001': 'ConnectionLost',
  '08003': 'ConnectionLost',
  '08004': 'ConnectionLost',
  '08006': 'ConnectionLost',
  '08P01': 'ConnectionLost',
};

/** Node's own codes for a connection that broke or never was. */
const SOCKET = /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES)$/;

/** pg says these without a code when the socket ends under a query. */
const LOST =
  /^(?:Connection terminated|Query read timeout|Client has encountered a connection error|Connection ended|timeout expired)/i;

/** Redshift reports a broken serializable schedule as error 1023, whatever the SQLSTATE. */
const REDSHIFT_CONFLICT =
  /\b1023\b|Serializable isolation violation|could not open relation with OID|conflict with concurrent transaction|tuple concurrently (?:updated|deleted)/i;

/** Two sessions make the same table, type or schema at the same time: PostgreSQL finds out by the keys of its own catalogs. */
const CATALOG_CONFLICT = /violates unique constraint "pg_\w+_index"/;

/**
 * PostgreSQL's own words where somebody drops a thing between the finding of it and its description. Who looks again does not
 * find it.
 */
const DROPPED_MEANWHILE = /^cache lookup failed for /;

/** What COPY says, all under XX000: a row it refuses, or an S3 it cannot read. */
const LOAD_FAILED = /^Load into table '.*' failed/s;
const S3_REFUSED = /^S3ServiceException:([^,]*),Status (\d+)/;
const ROLE_REFUSED = /not authorized to assume IAM Role/i;
const OBJECT_MISSING = /mandatory .*(?:missing|not found|does not exist)|S3 (?:prefix|key) '.*' does not exist/is;

/** The kind of a failure of a session that is up. */
function kindOfFailure(failure: ServerFailure): ErrorKind {
  const { code, message } = failure;
  if (code === '23505' && CATALOG_CONFLICT.test(message)) return 'SerializationConflict';
  if (code !== undefined && BY_STATE[code] !== undefined) return BY_STATE[code];
  if ((code !== undefined && SOCKET.test(code)) || (code === undefined && LOST.test(message))) return 'ConnectionLost';
  if (LOAD_FAILED.test(message)) return 'RowRefused';
  if ([S3_REFUSED, ROLE_REFUSED, OBJECT_MISSING].some((refused) => refused.test(message))) return 'CopyDenied';
  if (REDSHIFT_CONFLICT.test(message) || DROPPED_MEANWHILE.test(message)) return 'SerializationConflict';
  return 'StatementRefused';
}

/** The error of a session that is up. `doing` completes the sentence "… while …". */
export function failureOf(failure: ServerFailure, end: string, doing: string): PgshiftError {
  const kind = kindOfFailure(failure);
  const code = failure.code === undefined ? '' : ` (${failure.code})`;
  const message = `The ${end} failed while ${doing}: ${explain(failure)}${code}.`;
  return new PgshiftError(kind, message, { code: failure.code });
}

/** What may be repeated of a server's message: names in quotes stay, they are ours; everything else is its class. */
function explain({ code, message }: ServerFailure): string {
  const s3 = S3_REFUSED.exec(message);
  if (ROLE_REFUSED.test(message)) return 'Redshift may not assume the role it was told to read the bucket with';
  if (OBJECT_MISSING.test(message)) return 'an object that the manifest lists is not in the bucket';
  if (s3) return `S3 says to Redshift: ${s3[1]}, status ${s3[2]}`;
  const known = code === undefined ? undefined : PHRASES[code.length === 5 ? code : ''];
  if (known !== undefined) return known(message);
  if (code !== undefined && SAFE_CLASS.test(code)) return message.split('\n')[0] ?? '';
  if (code === undefined) return 'the connection ended';
  return CONDITIONS[code] ?? 'an error without words that are safe to repeat';
}

/** What goes wrong with values, by SQLSTATE: the server's own message would repeat them. */
export const CONDITIONS: Readonly<Record<string, string>> = {
  '22001': 'a text is too long for its column',
  '22003': 'a number is out of range',
  '22007': 'a text is no date or time',
  '22008': 'a date or time is out of range',
  '22012': 'division by zero',
  '22021': 'a character that the encoding does not have',
  '22P05': 'a character that has no equivalent in UTF-8',
  '22P02': 'a text is no value of the type it is taken for',
  '23502': 'NULL in a column that is NOT NULL',
  '23503': 'a foreign key is violated',
  '23505': 'a value is there twice where it must be unique',
  '23514': 'a check constraint is violated',
  '23P01': 'an exclusion constraint is violated',
};

const quotedName = (message: string): string => /"([^"]*)"/.exec(message)?.[1] ?? '?';

/** SQLSTATE classes whose first message line speaks of names and states, never of values. */
const SAFE_CLASS = /^(?:08|25|28|2B|3D|3F|40|42|53|54|55|57|58)/;

const PHRASES: Readonly<Record<string, (message: string) => string>> = {
  '42501': (message) =>
    `permission denied for ${quotedName(message) === '?' ? 'an object' : `"${quotedName(message)}"`}`,
  '53100': () => 'no space is left on its disk',
  '2BP01': () => 'a view, or a key of another table, depends on a table that would be replaced',
};

/** Whom a connection was for: `where` is host and port. */
export interface ConnectPlace {
  readonly where: string;
  readonly user: string;
  readonly database: string;
}

/** The error of a first connection: a wrong setting, told so that it can be mended. */
export function connectFailureOf(failure: ServerFailure, end: string, at: ConnectPlace): PgshiftError {
  const { code, message } = failure;
  const { where, user, database } = at;
  if (code === '28P01' || code === '28000') {
    return new PgshiftError(
      'AuthenticationFailed',
      `The ${end} at ${where} refuses user "${user}": wrong password or user.`,
    );
  }
  if (code === '3D000') {
    return new PgshiftError('DatabaseMissing', `The ${end} at ${where} has no database "${database}".`);
  }
  if (code === '53300') return new PgshiftError('TooManyConnections', `The ${end} at ${where} has no connection left.`);
  if (/password must be a string|no password|SASL/i.test(message) && code === undefined) {
    return new PgshiftError(
      'AuthenticationFailed',
      `The ${end} at ${where} wants a password for user "${user}"; none is set.`,
    );
  }
  if (NO_POSTGRESQL.test(message)) {
    return new PgshiftError(
      'ServerUnreachable',
      `What answers as the ${end} at ${where} does not speak PostgreSQL's protocol.`,
    );
  }
  const tls = tlsReason(code, message);
  if (tls !== undefined) return new PgshiftError('TlsRefused', `TLS to the ${end} at ${where} failed: ${tls}.`);
  if (code === '57P03')
    return new PgshiftError('ConnectionLost', `The ${end} at ${where} is starting up or shutting down.`);
  return new PgshiftError('ServerUnreachable', `The ${end} at ${where} cannot be reached: ${reach(code, message)}.`);
}

/** What pg says when the answer to its request for TLS is neither yes nor no, or no message of the protocol. */
const NO_POSTGRESQL =
  /error establishing an SSL connection|received invalid response|unknown authenticationOk|Unknown message/i;

/** Why TLS failed, as far as it is known to be TLS: a cut connection is not, and must not advise to do without. */
function tlsReason(code: string | undefined, message: string): string | undefined {
  if (/does not support SSL/i.test(message)) return 'the server offers none, and sslmode demands it';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'the certificate is for another host name';
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/.test(code))
    return `the certificate is not trusted (${code})`;
  return code !== undefined && /^ERR_(?:SSL|TLS)/.test(code) ? `the two do not agree (${code})` : undefined;
}

function reach(code: string | undefined, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is unknown';
    case 'ENOENT':
      return 'there is no such socket';
    case 'ETIMEDOUT':
      return 'no answer in time';
    default:
      if (/^(?:timeout expired|Query read timeout)/i.test(message))
        return 'it takes connections, and does not answer in time';
      return code ?? 'the connection ended';
  }
}
