// An S3 server in a process of its own, so that a test can limit what the process may write: started with a directory,
// it prints its port and stays until its input ends.
import { startS3Server } from '../../local/s3/server.ts';
import { bucket, owner, region } from './s3-server.ts';

const [directory = ''] = process.argv.slice(2);
const server = await startS3Server({ directory, region, accounts: { [owner.accessKeyId]: owner } });
server.createBucket(bucket, owner.accountId);
process.stdout.write(`${server.port}\n`);
process.stdin.resume().once('end', () => void server.close());
