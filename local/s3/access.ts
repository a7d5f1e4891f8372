// May this account do this to this bucket? Buckets belong to accounts and are shared with nobody; a caller may state
// whom he expects to own the bucket; accounts can be read-only.
import type { Call } from './call.ts';
import { accessDenied } from './errors.ts';
import type { Bucket } from './objects.ts';

/** The bucket of the request. Throws NoSuchBucket, AccessDenied. */
export const requestedBucket = (call: Call): Bucket =>
  bucketFor(call, call.request.bucket, 'x-amz-expected-bucket-owner');

/** The bucket an object is copied from. Throws NoSuchBucket, AccessDenied. */
export const sourceBucket = (call: Call, name: string): Bucket =>
  bucketFor(call, name, 'x-amz-source-expected-bucket-owner');

function bucketFor(call: Call, name: string, expectedOwnerHeader: string): Bucket {
  const bucket = call.store.bucket(name);
  const expected = call.request.headers.get(expectedOwnerHeader);
  if (bucket.ownerAccountId !== call.account.accountId || (expected ?? bucket.ownerAccountId) !== bucket.ownerAccountId)
    throw accessDenied();
  return bucket;
}
