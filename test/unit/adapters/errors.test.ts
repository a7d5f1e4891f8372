import { expect, test } from 'vitest';
import { knownError } from '../../../adapters/lambda.ts';
import { storageError } from '../../../adapters/s3-errors.ts';
import { ERROR_KINDS, kindsOf, PgshiftError, PLATFORM_ERRORS } from '../../../core/errors.ts';

const s3 = (name: string, status?: number, code?: string): Error =>
  Object.assign(new Error('hunter2'), { name, code, $metadata: { httpStatusCode: status } });

test.each([
  [s3('NoSuchBucket', 404), 'BucketMissing'],
  [s3('NotFound', 404), 'BucketMissing'],
  [s3('AccessDenied', 403), 'BucketDenied'],
  [s3('SignatureDoesNotMatch', 403), 'CredentialsInvalid'],
  [s3('InvalidAccessKeyId', 403), 'CredentialsInvalid'],
  [s3('CredentialsProviderError'), 'CredentialsInvalid'],
  [s3('SlowDown', 503), 'StorageUnavailable'],
  [s3('InternalError', 500), 'StorageUnavailable'],
  [s3('TimeoutError'), 'StorageUnavailable'],
  [s3('InsufficientStorage', 507), 'DiskFull'],
  [s3('PermanentRedirect', 301), 'ConfigurationInvalid'],
  [s3('Error', undefined, 'ECONNREFUSED'), 'StorageUnavailable'],
  [s3('AuthorizationHeaderMalformed', 400), 'ConfigurationInvalid'],
  [s3('InvalidRequest', 400), 'StatementRefused'],
])('takes %o for its kind and repeats nothing of it', (error, kind) => {
  const known = storageError(error, 'b', 'writing');
  expect(known.kind).toBe(kind);
  expect(known.message).not.toMatch(/hunter2/);
});

test('an S3 that cannot be reached is a wrong setting at first, and an outage later', () => {
  const refused = s3('Error', undefined, 'ECONNREFUSED');
  expect(storageError(refused, 'b', 'looking', { firstContact: true }).kind).toBe('ServerUnreachable');
  expect(storageError(refused, 'b', 'looking').kind).toBe('StorageUnavailable');
});

test('a body that broke brings its own error', () => {
  const own = new PgshiftError('ConnectionLost', 'gone');
  expect(storageError(own, 'b', 'writing')).toBe(own);
});

test('what is not ours leaves as a defect with its class and place, without its message', () => {
  let caught: unknown;
  try {
    JSON.parse('{"password": hunter2');
  } catch (error) {
    caught = error;
  }
  const known = knownError(caught);
  expect(known.kind).toBe('Unexpected');
  expect(known.message).toMatch(/^SyntaxError at /);
  expect(known.message).not.toMatch(/hunter2/);
  expect(knownError('hunter2').message).not.toMatch(/hunter2/);
});

test('every kind is of one class, and its name is the name that is thrown', () => {
  const all = [...kindsOf('final'), ...kindsOf('transient'), ...kindsOf('busy')];
  expect(new Set(all)).toEqual(new Set(Object.keys(ERROR_KINDS)));
  for (const kind of all) expect(new PgshiftError(kind, 'x').name).toBe(kind);
  expect(PLATFORM_ERRORS.transient.some((name) => Object.hasOwn(ERROR_KINDS, name))).toBe(false);
});
