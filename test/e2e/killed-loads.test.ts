// Does a load that is killed at random moments, and resumed each time, end equal, and read no more twice than what was being
// read? The same with millions of rows, and as long as one likes: `npm run soak -- resume`.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killAndResume } from '../support/killed-loads.ts';
import { type Servers, startServers } from './servers.ts';

let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.stop());

it('ends equal after three kills, and leaves nothing behind', async () => {
  const told: string[] = [];
  const load = { rows: 100_000, parts: 12, workers: 2, kills: 3, seed: 7 };
  const killed = await killAndResume(servers, load, {
    note: (line) => told.push(line),
    signal: new AbortController().signal,
  });
  expect(killed, told.join('\n')).toMatchObject({ kills: 3, differences: 0, leftovers: [] });
  expect(killed.loads).toBeGreaterThan(0);
  expect(killed.partsKept, told.join('\n')).toBeGreaterThan(0);
  expect(killed.rereadRows, told.join('\n')).toBeLessThanOrEqual(killed.inFlightRows);
});
