// A process of its own that runs one step's bundle, as one warm Lambda does: loads it, answers events one after the
// other, and tells how long each took and the most memory it ever had. Bundled itself: the compiler that runs
// TypeScript would count as memory.

export interface Order {
  /** URL of the step's `index.mjs`. */
  readonly bundle: string;
  readonly events: readonly object[];
}

export interface Told {
  readonly outputs: readonly unknown[];
  readonly seconds: readonly number[];
  readonly loadMilliseconds: number;
  readonly peakBytes: number;
}

/** Lambda's 15 minutes. */
const REMAINING_MS = 900_000;

async function answer({ bundle, events }: Order): Promise<Told> {
  const begun = performance.now();
  const { handler } = await import(bundle);
  const loadMilliseconds = performance.now() - begun;
  const outputs: unknown[] = [];
  const seconds: number[] = [];
  for (const event of events) {
    const before = performance.now();
    outputs.push(await handler(event, { getRemainingTimeInMillis: () => REMAINING_MS }));
    seconds.push((performance.now() - before) / 1000);
  }
  // maxRSS is in kilobytes.
  return { outputs, seconds, loadMilliseconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

process.once('message', (order: Order) => {
  answer(order).then((told) => process.send?.(told, () => process.exit()));
});
