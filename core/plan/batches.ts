// Parts into batches, and batches into the order they run in.

/**
 * Parts per batch: 32 × 128 MiB is 4 GiB on disk, some 1 GB of zstd over 32 objects. A small cluster (2 slices at
 * 10 MB/s of CSV each) needs about 200 s for it, inside the 5 minutes that a COPY should take at most.
 */
const PARTS_PER_BATCH = 32;
/** A table's batches run one after the other on Redshift: past a hundred, bigger ones are better. */
const MOST_BATCHES_PER_TABLE = 100;
/** What Copy is handed: about 300 bytes for each part, against a state's 256 KiB, with room for the rest. */
const MOST_PARTS_PER_BATCH = 600;

/** The part numbers 0 … count-1 of one table, in batches of nearly equal size. Parts in pieces are a batch each. */
export function groupParts(count: number, inPieces = false): number[][] {
  if (inPieces) return Array.from({ length: count }, (_, part) => [part]);
  const fitting = Math.max(PARTS_PER_BATCH, Math.ceil(count / MOST_BATCHES_PER_TABLE));
  const size = Math.min(fitting, MOST_PARTS_PER_BATCH);
  const batches = Math.ceil(count / size);
  const even = Math.ceil(count / batches);
  const parts = Array.from({ length: count }, (_, part) => part);
  return Array.from({ length: batches }, (_, batch) => parts.slice(batch * even, (batch + 1) * even));
}

/**
 * The order of the run: largest tables first, and each table's batches spread over the whole run, because two batches
 * of one table would wait for each other's lock. `counts[r]` is the number of batches of the r-th largest table.
 * Batch k of n gets the place (k + r/N) / n between 0 and 1; the result lists [rank, k] by place.
 */
export function interleave(counts: readonly number[]): [rank: number, batch: number][] {
  const placed = counts.flatMap((count, rank) =>
    Array.from({ length: count }, (_, batch) => ({ place: (batch + rank / counts.length) / count, rank, batch })),
  );
  placed.sort((a, b) => a.place - b.place || a.rank - b.rank || a.batch - b.batch);
  return placed.map(({ rank, batch }) => [rank, batch]);
}

/**
 * How many batches run at once, and how many parts of each: never more readers than `workers` in all. Tables of one
 * part want many batches at once; large ones want parts read side by side, since their COPYs queue for one lock.
 */
export function spread(
  workers: number,
  mostParts: number,
  concurrency: number | undefined,
): [batches: number, parts: number] {
  const partsAtOnce = Math.max(1, Math.min(concurrency ?? Math.floor(Math.sqrt(workers)), mostParts, workers));
  return [Math.max(1, Math.floor(workers / partsAtOnce)), partsAtOnce];
}
