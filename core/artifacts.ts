// Where each artifact of a run lives in the bucket. Every S3 key that pgshift writes is built here.
// Keys hold the run's name and numbers only, never a table's name: names may hold anything.

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

/** An execution name as Step Functions takes them, narrowed to what is harmless in a key and in SQL. */
export const RUN_NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** Throws a RangeError for a run name that could leave its folder. */
export function runFolder(run: string): string {
  if (!RUN_NAME.test(run)) throw new RangeError(`run name ${JSON.stringify(run)}: allowed are ${RUN_NAME.source}`);
  return `runs/${run}/`;
}

const inRun =
  <Args extends readonly unknown[]>(path: (...args: Args) => string) =>
  (run: string, ...args: Args): string =>
    runFolder(run) + path(...args);

export const artifactKeys = {
  command: inRun(() => 'command.json'),
  capabilities: inRun(() => 'capabilities.json'),
  catalog: inRun(() => 'catalog.json'),
  plan: inRun(() => 'plan.json'),
  /** One slice of the plan: about a hundred tables with their SQL, parts and batches. */
  planChunk: inRun((chunk: number) => `plan/${pad(chunk, 5)}.json`),
  /** The items of the distributed map, one batch a line. */
  batches: inRun(() => 'batches.jsonl'),
  /** A part's CSV. Each attempt writes its own object, so that a late twin never touches what a manifest lists. */
  partObject: inRun(
    (batch: number, part: number, attempt: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.csv.zst`,
  ),
  /** A piece of a part that is cut, and the list of its pieces. */
  pieceObject: inRun(
    (batch: number, part: number, attempt: number, piece: number) =>
      `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}/${pad(piece, 6)}.csv.zst`,
  ),
  pieceList: inRun(
    (batch: number, part: number, attempt: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.pieces.json`,
  ),
  partObjects: inRun(() => 'parts/'),
  /** Pieces count from 1; 0 is a batch that is loaded whole. */
  manifest: inRun(
    (batch: number, piece: number) => `manifests/${pad(batch, 7)}${piece === 0 ? '' : `.${pad(piece, 6)}`}.manifest`,
  ),
  /** What a batch moved: written once its rows are committed. */
  batchRecord: inRun((batch: number) => `loaded/${pad(batch, 7)}.json`),
  batchRecords: inRun(() => 'loaded/'),
  /** When a step ran and what it counted; one of a kind for a step that runs in chunks. */
  stepRecord: inRun((step: string) => `steps/${step}.json`),
  stepRecords: inRun(() => 'steps/'),
  /** What a step threw, also when it was tried again: the parent of a map is told only that a child failed. */
  errorRecord: inRun((place: string) => `errors/${place}.json`),
  errorRecords: inRun(() => 'errors/'),
  probe: inRun((name: string) => `probe/${name}`),
  mapResults: inRun(() => 'results'),
  reportText: inRun(() => 'report.txt'),
  reportJson: inRun(() => 'report.json'),
} as const;
