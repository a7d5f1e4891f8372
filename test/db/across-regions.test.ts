// Do rows go from a cluster of one region into a cluster of another, by way of a bucket in a third?
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERY_TYPE, type FromRedshift, startFromRedshift } from '../support/from-redshift.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { keys } from '../support/redshift-stand-in.ts';

let world: FromRedshift;
beforeAll(async () => {
  world = await startFromRedshift();
});
afterAll(() => world.stop());

/** A cluster elsewhere than the bucket: it finds nothing there, and writes nothing, unless it is told the bucket's region. */
const clusterIn = (region: string) => ({ s3: { endpoint: world.standIn.s3.endpoint, region, role: keys } });

it('each is told where the bucket is, and every type arrives as it left', async () => {
  const source = await world.source('east', EVERY_TYPE, clusterIn('us-east-1'));
  const target = await world.source('south', 'SELECT 1', clusterIn('ap-southeast-2'));
  const written = await loadBySteps(world.ports(source, target), 'regions', world.command());
  expect(written.map(({ rows }) => rows)).toEqual([6]);
  const all = 'SELECT * FROM s.every ORDER BY id';
  expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
});
