// How do Distributed Maps read and write S3: through the client the caller gives?
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Host, ListedObject } from './host.ts';

/** The part of a Host that is S3. */
export function s3Objects(client: S3Client): Omit<Host, 'task'> {
  return {
    async readObject(bucket, key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!Body) throw new Error(`s3://${bucket}/${key} has no body`);
      return Buffer.from(await Body.transformToByteArray());
    },
    async listObjects(bucket, prefix) {
      const listed: ListedObject[] = [];
      const request = { Bucket: bucket, ...(prefix !== undefined && { Prefix: prefix }) };
      for await (const page of paginateListObjectsV2({ client }, request)) {
        for (const { Key = '', Size = 0, ETag = '', LastModified, StorageClass = 'STANDARD' } of page.Contents ?? []) {
          const seconds = Math.floor((LastModified?.getTime() ?? 0) / 1000);
          listed.push({ Key, Size, Etag: ETag, LastModified: seconds, StorageClass });
        }
      }
      return listed;
    },
    async writeObject(bucket, key, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
  };
}
