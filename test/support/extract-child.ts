// Runs extract once in a process of its own and prints what it wrote and the most memory the process had, as JSON.
import { S3Client } from '@aws-sdk/client-s3';
import { extractPart } from './one-batch.ts';
import { type Login, stepWorld } from './step-world.ts';

export interface ExtractChild {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly bucket: string;
  readonly login: Login;
  readonly input: Parameters<typeof extractPart>[1];
}

const { endpoint, region, credentials, bucket, login, input } = JSON.parse(process.argv[2] ?? '{}') as ExtractChild;
const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
const written = await extractPart(stepWorld(s3, bucket, login).ports, input);
// maxRSS is in kilobytes.
process.stdout.write(JSON.stringify({ written, peakBytes: process.resourceUsage().maxRSS * 1024 }));
