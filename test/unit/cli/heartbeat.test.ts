// Does a run that lives keep others from resuming it, does one that is dead not, and is it resumed by one at a time?
import { beforeEach, expect, it } from 'vitest';
import { memoryStore } from '../../../adapters/memory-store.ts';
import { claimResumption, hasEnded, startHeartbeat } from '../../../cli/heartbeat.ts';
import { artifactKeys } from '../../../core/artifacts.ts';
import type { Store } from '../../../core/ports.ts';
import type { Heartbeat } from '../../../core/running.ts';

const run = 'night';
let store: Store;
let waits: number;
beforeEach(() => {
  store = memoryStore('bucket', 'eu-west-1');
  waits = 0;
});

const ended = () =>
  hasEnded(store, run, () => {
    waits += 1;
  });
const beatOf = (beat: Partial<Heartbeat>) => store.putJson(artifactKeys.heartbeat(run), { at: Date.now(), ...beat });

it('a run without a heartbeat, or with an old one, has ended', async () => {
  expect(await ended()).toBe(true);
  await beatOf({ at: Date.now() - 61_000 });
  expect(await ended()).toBe(true);
  expect(waits).toBe(0);
});

it('a run of this process lives until it says that it has ended', async () => {
  const end = await startHeartbeat(store, run);
  expect(await ended()).toBe(false);
  await end();
  expect(await ended()).toBe(true);
});

it('a process of this machine that is gone is known to be, at once', async () => {
  const end = await startHeartbeat(store, run);
  const mine = await store.getJson<Heartbeat>(artifactKeys.heartbeat(run));
  await end();
  // Where the system does not say which process is which, only time tells.
  if (mine.process === undefined) return;
  await beatOf({ process: { ...mine.process, started: 'another time' } });
  expect(await ended()).toBe(true);
  await beatOf({ process: mine.process });
  expect(await ended()).toBe(false);
  expect(waits).toBe(0);
});

it('of another machine’s run one waits for the next beat, and believes it', async () => {
  const elsewhere = { machine: 'another', pid: 1, started: '1' };
  await beatOf({ process: elsewhere });
  const asked = ended();
  while (waits === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await beatOf({ at: Date.now() + 1, process: elsewhere });
  expect(await asked).toBe(false);
  expect(waits).toBe(1);
});

it('one of several has a resumption, the others are told; the next comes when it is over', async () => {
  const claims = await Promise.allSettled([1, 2, 3].map(() => claimResumption(store, run)));
  const [won, ...more] = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
  expect(more).toEqual([]);
  expect(won).toMatchObject({ run, resumed: 1 });
  for (const claim of claims) {
    if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ name: 'TableClaimed' });
  }
  // Before its first heartbeat, too.
  expect(await ended()).toBe(false);
  await won?.over();
  expect(await ended()).toBe(true);
  expect(await claimResumption(store, run)).toMatchObject({ resumed: 2 });
});
