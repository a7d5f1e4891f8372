// Where may an UNLOAD write, and under which names?
import { DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { RedshiftError } from '../errors.ts';
import type { S3Access, S3Place } from '../s3-access.ts';
import type { UnloadOptions } from '../sql/unload-options.ts';

const compressionExtensions = { none: '', gzip: '.gz', zstd: '.zst' } as const;

/** The name of one file: its slice and part in parallel, else a running number. An extension that was given is the only one. */
export function filePlace(prefix: S3Place, options: UnloadOptions, slice: number, part: number): S3Place {
  const { extension, compression, parallel } = options;
  const number = parallel ? `${padded(slice, 4)}_part_${padded(part, 2)}` : padded(part, 3);
  const end = extension === undefined ? compressionExtensions[compression] : `.${extension}`;
  return { bucket: prefix.bucket, key: `${prefix.key}${number}${end}` };
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** Throws when there are files already, unless they may be overwritten or are to be deleted. */
export async function prepareDestination(prefix: S3Place, options: UnloadOptions, s3: S3Access): Promise<void> {
  await s3.checkRegion(prefix.bucket);
  if (options.allowOverwrite) return;
  for await (const keys of s3.keys(prefix)) {
    if (keys.length === 0) continue;
    if (!options.cleanPath) {
      throw new RedshiftError(
        'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, ' +
          'manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
      );
    }
    const command = new DeleteObjectsCommand({
      Bucket: prefix.bucket,
      Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
    });
    const { Errors = [] } = await s3.call(() => s3.client.send(command, { abortSignal: s3.signal }));
    const [error] = Errors;
    if (error) throw new RedshiftError(`S3ServiceException:${error.Message},Error ${error.Code}`);
  }
}

export async function writeManifest(prefix: S3Place, text: string, s3: S3Access): Promise<void> {
  const command = new PutObjectCommand({ Bucket: prefix.bucket, Key: `${prefix.key}manifest`, Body: text });
  await s3.call(() => s3.client.send(command, { abortSignal: s3.signal }));
}
