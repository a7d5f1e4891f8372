// Does a retry end what its predecessors left in the target, and nobody else's?
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Ports } from '../../core/ports.ts';
import { connectForBlocks, connectToTarget, type TargetSession, type Writing } from '../../lambdas/target-session.ts';
import { bucket, keys, region, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { type Login, stepWorld } from '../support/step-world.ts';

let standIn: StandIn;
let s3: S3Client;
let login: Login;
beforeAll(async () => {
  standIn = await startStandIn();
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const { port, username, password, pathname } = new URL(standIn.redshift.uri());
  const [user = '', secret = ''] = [username, password].map(decodeURIComponent);
  login = { port: Number(port), user, password: secret, database: pathname.slice(1) };
  const session = await standIn.session();
  await session.query('CREATE TABLE held (x INT)');
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

let runs = 0;
let run: string;
let ports: Ports;
beforeEach(async () => {
  run = `predecessors-${++runs}`;
  ports = stepWorld(s3, bucket, login).ports;
  await ports.store.putJson(artifactKeys.capabilities(run), { target: { dialect: 'redshift' } });
});

const target = { end: 'target', scheme: 'redshift' } as const;
const writing = (number: number, attempt: number | undefined): Writing => ({
  ...{ run, step: 'copy', number, attempt },
  command: { target, settings: [] },
});

const lives = async ({ session }: TargetSession): Promise<boolean> =>
  session.query('SELECT 1').then(
    () => true,
    () => false,
  );

describe('a retry', () => {
  it.each([
    ['our own statements', connectToTarget],
    ['a user’s blocks', connectForBlocks],
  ])('ends the session of %s, and has its lock at once', async (_whose, connect) => {
    const zombie = await connect(ports, writing(7, undefined));
    await zombie.session.run('BEGIN; LOCK TABLE held');
    const retry = await connect(ports, writing(7, 1));
    await retry.session.run('SET statement_timeout TO 20000; BEGIN; LOCK TABLE held');
    await expect(zombie.session.run('COMMIT')).rejects.toMatchObject({ kind: 'ConnectionLost' });
    await retry.session.close();
  });

  it('ends neither the sessions of other work, nor of another session of the same call', async () => {
    const others = [
      await connectToTarget(ports, writing(8, 0)),
      await connectForBlocks(ports, writing(7, 0)),
      await connectToTarget(ports, { ...writing(7, 0), step: 'publish' }),
    ];
    const retry = await connectToTarget(ports, writing(7, 1));
    for (const session of [...others, retry]) {
      expect(await lives(session)).toBe(true);
      await session.session.close();
    }
  });

  it('is not ended by a zombie that comes late, and is ended by the next one all the same', async () => {
    const retry = await connectToTarget(ports, writing(7, 2));
    const late = await connectToTarget(ports, writing(7, 1));
    expect(await lives(retry)).toBe(true);
    const next = await connectToTarget(ports, writing(7, 3));
    await expect(retry.session.query('SELECT 1')).rejects.toMatchObject({ kind: 'ConnectionLost' });
    for (const { session } of [late, next]) await session.close();
  });

  it('ends nobody who has the number of a process that has ended', async () => {
    const before = await connectToTarget(ports, writing(7, 0));
    const key = artifactKeys.targetSession(run, 'copy', 7);
    const noted = await ports.store.getJson<object>(key);
    await ports.store.putJson(key, { ...noted, since: '2001-01-01 00:00:00' });
    const retry = await connectToTarget(ports, writing(7, 1));
    expect(await lives(before)).toBe(true);
    for (const { session } of [before, retry]) await session.close();
  });
});
