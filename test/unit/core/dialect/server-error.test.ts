import { expect, test } from 'vitest';
import { connectFailureOf, failureOf } from '../../../../core/dialect/server-error.ts';

test.each([
  ['42501', 'permission denied for table secrets', 'PermissionDenied'],
  ['53300', 'sorry, too many clients already', 'TooManyConnections'],
  ['40001', 'could not serialize access', 'SerializationConflict'],
  ['XX000', '1023 DETAIL: Serializable isolation violation on table - 1', 'SerializationConflict'],
  ['23505', 'duplicate key value violates unique constraint "pg_type_typname_nsp_index"', 'SerializationConflict'],
  ['23505', 'duplicate key value violates unique constraint "orders_pkey"', 'StatementRefused'],
  ['XX000', 'tuple concurrently updated', 'SerializationConflict'],
  ['XX000', 'cache lookup failed for constraint 16437', 'SerializationConflict'],
  ['57P01', 'terminating connection due to administrator command', 'ConnectionLost'],
  ['ECONNRESET', 'read ECONNRESET', 'ConnectionLost'],
  [undefined, 'Connection terminated unexpectedly', 'ConnectionLost'],
  ['53100', 'could not extend file', 'DiskFull'],
  ['2BP01', 'cannot drop table t because other objects depend on it', 'DependentsExist'],
  ['57014', 'canceling statement due to statement timeout', 'StatementTimeout'],
  ['XX000', "Load into table 't' failed.  Check 'stl_load_errors' system table for details.", 'RowRefused'],
  ['XX000', 'S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 1', 'CopyDenied'],
  ['22P02', 'invalid input syntax for type integer: "hunter2"', 'StatementRefused'],
] as const)('takes %s "%s" for %s', (code, message, kind) => {
  expect(failureOf({ code, message }, 'target', 'loading').kind).toBe(kind);
});

test.each([
  ['22012', 'The target failed while loading: division by zero (22012).'],
  ['23505', 'The target failed while loading: a value is there twice where it must be unique (23505).'],
  ['XX000', 'The target failed while loading: an error without words that are safe to repeat (XX000).'],
  [undefined, 'The target failed while loading: the connection ended.'],
])('tells the code %s once', (code, message) => {
  expect(failureOf({ code, message: 'value "hunter2" is wrong' }, 'target', 'loading').message).toBe(message);
});

test('repeats no value that a server repeats', () => {
  for (const code of ['22P02', '23505', 'XX000', undefined]) {
    expect(failureOf({ code, message: 'value "hunter2" is wrong' }, 'source', 'reading').message).not.toMatch(
      /hunter2/,
    );
  }
});

test.each([
  ['28P01', 'password authentication failed for user "bob"', 'AuthenticationFailed', /refuses user "bob"/],
  ['3D000', 'database "x" does not exist', 'DatabaseMissing', /h:5432 has no database "x"/],
  ['ECONNREFUSED', 'connect ECONNREFUSED', 'ServerUnreachable', /nothing listens there/],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND', 'ServerUnreachable', /host name is unknown/],
  [undefined, 'timeout expired', 'ServerUnreachable', /takes connections, and does not answer/],
  [undefined, 'Query read timeout', 'ServerUnreachable', /takes connections, and does not answer/],
  [undefined, 'There was an error establishing an SSL connection', 'ServerUnreachable', /does not speak PostgreSQL/],
  [
    'ECONNRESET',
    'Client network socket disconnected before secure TLS connection was established',
    'ServerUnreachable',
    /ECONNRESET/,
  ],
  [
    undefined,
    'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
    'AuthenticationFailed',
    /wants a password/,
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'TlsRefused', /not trusted/],
  [undefined, 'The server does not support SSL connections', 'TlsRefused', /offers none/],
] as const)('says of a first connection that fails with %s: %s', (code, message, kind, words) => {
  const error = connectFailureOf({ code, message }, 'source', { where: 'h:5432', user: 'bob', database: 'x' });
  expect(error.kind).toBe(kind);
  expect(error.message).toMatch(words);
});
