// What do the operations on buckets do? Create, head, delete, location, and the list of an account's buckets.
import { requestedBucket } from './access.ts';
import { type Answer, type Call, emptyAnswer, xmlAnswer } from './call.ts';
import { badRequest, malformedXml, notImplemented, S3Error } from './errors.ts';
import { receiveText } from './receive.ts';
import { branch, leaf, readXml } from './xml.ts';

export async function createBucket(call: Call): Promise<Answer> {
  const { request, store, account, region } = call;
  const document = await receiveText(request, call.signedBy);
  checkLocation(document, region);
  const present = store.buckets.get(request.bucket);
  if (present === undefined) {
    store.createBucket(request.bucket, account.accountId);
  } else if (present.ownerAccountId !== account.accountId) {
    const message = 'The requested bucket name is not available. Please select a different name and try again.';
    throw new S3Error(409, 'BucketAlreadyExists', message, { elements: { BucketName: request.bucket } });
  } else if (region !== 'us-east-1') {
    // The oldest region alone answers 200 again, and so does this server there.
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new S3Error(409, 'BucketAlreadyOwnedByYou', message, { elements: { BucketName: request.bucket } });
  }
  return emptyAnswer(200, { location: `/${request.bucket}` });
}

// us-east-1 is asked for by leaving the constraint out, every other region by its name.
function checkLocation(document: string, region: string): void {
  const wanted = document === '' ? undefined : locationConstraint(document);
  if (wanted === 'us-east-1')
    throw badRequest('InvalidLocationConstraint', 'The specified location-constraint is not valid');
  if ((wanted ?? 'us-east-1') === region) return;
  const message = `The ${wanted ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw badRequest('IllegalLocationConstraintException', message);
}

function locationConstraint(document: string): string | undefined {
  const root = readXml(document, 'CreateBucketConfiguration');
  for (const child of root.children)
    if (child.name !== 'LocationConstraint') throw notImplemented(`${child.name} in CreateBucketConfiguration`);
  if (root.children.length > 1) throw malformedXml('LocationConstraint occurs twice');
  return root.children[0]?.text;
}

export function headBucket(call: Call): Answer {
  requestedBucket(call);
  return emptyAnswer(200, { 'x-amz-bucket-region': call.region });
}

export async function deleteBucket(call: Call): Promise<Answer> {
  const bucket = requestedBucket(call);
  if (bucket.objects.size > 0)
    throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      elements: { BucketName: bucket.name },
    });
  call.store.deleteBucket(bucket);
  await Promise.all(call.uploads.ofBucket(bucket.name).map((upload) => call.uploads.end(upload)));
  return emptyAnswer(204);
}

export function getBucketLocation(call: Call): Answer {
  requestedBucket(call);
  return xmlAnswer(leaf('LocationConstraint', call.region === 'us-east-1' ? '' : call.region));
}

export function listBuckets({ store, account }: Call): Answer {
  const own = [...store.buckets.values()].filter((bucket) => bucket.ownerAccountId === account.accountId);
  own.sort((a, b) => (a.name < b.name ? -1 : 1));
  return xmlAnswer(
    branch('ListAllMyBucketsResult', [
      branch('Owner', [leaf('ID', account.accountId)]),
      branch(
        'Buckets',
        own.map(({ name, createdMs }) =>
          branch('Bucket', [leaf('Name', name), leaf('CreationDate', new Date(createdMs).toISOString())]),
        ),
      ),
    ]),
  );
}
