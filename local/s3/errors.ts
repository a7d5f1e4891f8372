// Which errors does the local S3 server answer, and with which status and code? The codes are Amazon S3's own, except
// InsufficientStorage: S3 never runs out of disk, a laptop does.

/** An error as S3 answers it: HTTP status, code, message, further elements of the XML and further headers. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly elements: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { elements?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
    this.elements = more.elements ?? {};
    this.headers = more.headers ?? {};
  }
}

export const badRequest = (code: string, message: string) => new S3Error(400, code, message);

export const invalidArgument = (name: string, value: string, message: string) =>
  new S3Error(400, 'InvalidArgument', message, { elements: { ArgumentName: name, ArgumentValue: value } });

export const malformedXml = (what: string) =>
  new S3Error(400, 'MalformedXML', `The XML you provided was not well-formed or did not validate: ${what}`);

export const accessDenied = (message = 'Access Denied') => new S3Error(403, 'AccessDenied', message);

export const noSuchBucket = (bucket: string) =>
  new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { elements: { BucketName: bucket } });

export const noSuchKey = (key: string) =>
  new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { elements: { Key: key } });

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { elements: { UploadId: uploadId } },
  );

export const preconditionFailed = (condition: string) =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    elements: { Condition: condition },
  });

/** What S3 may well be able to do and this server is not: never a silent success. */
export const notImplemented = (what: string) =>
  new S3Error(501, 'NotImplemented', `This local S3 server does not implement ${what}.`);

const diskFullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Any thrown value as the error to answer; a full disk names the directory that is full. */
export function asS3Error(error: unknown, directory: string): S3Error {
  if (error instanceof S3Error) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (diskFullCodes.has(code)) {
    return new S3Error(
      507,
      'InsufficientStorage',
      `No space left for objects in ${directory} (${code}): free some space there, or choose another directory.`,
    );
  }
  return new S3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');
}
