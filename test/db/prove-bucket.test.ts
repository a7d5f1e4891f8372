// Does the proof that the target can read the bucket hold when two of them are at work at once, a zombie and its retry?
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proveBucket } from '../../lambdas/5-prepare/prove-bucket.ts';
import { openSession } from '../support/database.ts';
import { bucket, keys, region, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { stepWorld } from '../support/step-world.ts';

let standIn: StandIn;
let s3: S3Client;
beforeAll(async () => {
  standIn = await startStandIn();
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

test('one that begins and ends while another is at work takes nothing of it away', async () => {
  const { redshift } = standIn;
  const login = { port: redshift.port, user: 'awsuser', password: '', database: 'dev' };
  const { ports } = stepWorld(s3, bucket, login, { authorization: keys });
  const [first, second] = await Promise.all([openSession(redshift.uri()), openSession(redshift.uri())]);
  const prove = (session: typeof first) => proveBucket(ports, 'r', { session, dialect: 'redshift' }, '@N0@');
  const interrupted: typeof first = {
    ...first,
    run: async (sql) => {
      if (sql.startsWith('COPY')) await prove(second);
      await first.run(sql);
    },
  };
  await prove(interrupted);
  expect(await ports.store.list('runs/r/probe/')).toEqual([]);
  await Promise.all([first.close(), second.close()]);
});
