// From the S3 client's errors to our kinds. Its messages may repeat what we sent; only names and codes are kept.

import { PgshiftError } from '../core/errors.ts';

const CREDENTIALS = new Set([
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'TokenRefreshRequired',
]);

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|no answer in time/;
const PASSING =
  /ECONNRESET|EPIPE|ETIMEDOUT|TimeoutError|RequestTimeout|socket hang up|SlowDown|ServiceUnavailable|InternalError|Throttl|503|500/;

/** A PgshiftError passes as it is: a body that broke brings its own. `doing` completes "… while …". */
export function storageError(
  error: unknown,
  bucket: string,
  doing: string,
  options: { readonly firstContact?: boolean } = {},
): PgshiftError {
  if (error instanceof PgshiftError) return error;
  const { name, code, status } = factsOf(error);
  const told = `The bucket "${bucket}" failed while ${doing}`;
  if (CREDENTIALS.has(name)) {
    return new PgshiftError('CredentialsInvalid', `${told}: S3 does not accept the credentials (${name}).`);
  }
  if (name === 'AuthorizationHeaderMalformed' || status === 301) {
    const message = `The bucket "${bucket}" is in another region than the one that is set (AWS_REGION, AWS_DEFAULT_REGION).`;
    return new PgshiftError('ConfigurationInvalid', message);
  }
  // It was completed and the answer lost, or somebody has aborted it: whoever begins another one gets over that.
  if (name === 'NoSuchUpload') {
    return new PgshiftError('StorageUnavailable', `${told}: the upload is over, and S3 does not say how (${name}).`);
  }
  if (name === 'NoSuchBucket' || (status === 404 && name !== 'NoSuchKey')) {
    return new PgshiftError('BucketMissing', `There is no bucket "${bucket}".`);
  }
  if (name === 'InsufficientStorage' || status === 507) {
    return new PgshiftError('DiskFull', `${told}: the disk that holds it is full.`);
  }
  if (status === 403) return new PgshiftError('BucketDenied', `${told}: access is denied (${name}).`);
  if (UNREACHABLE.test(code)) {
    const kind = options.firstContact ? 'ServerUnreachable' : 'StorageUnavailable';
    return new PgshiftError(kind, `${told}: S3 cannot be reached (${code}).`);
  }
  if ((status ?? 0) >= 500 || PASSING.test(`${name} ${code}`)) {
    return new PgshiftError('StorageUnavailable', `${told}: ${status ?? code}.`);
  }
  return new PgshiftError('StatementRefused', `${told}: S3 says ${name}${status === undefined ? '' : ` (${status})`}.`);
}

function factsOf(error: unknown): { name: string; code: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', code: '', status: undefined };
  // An abort comes from our own time-out.
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return { name: error.name, code: 'no answer in time', status: undefined };
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    metadata !== null && typeof metadata === 'object' ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  const code: unknown = Reflect.get(error, 'code');
  return {
    name: error.name,
    code: typeof code === 'string' ? code : '',
    status: typeof status === 'number' ? status : undefined,
  };
}
