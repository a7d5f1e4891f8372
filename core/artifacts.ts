// Where each artifact of a run lives in the bucket. Every S3 key that pgshift writes is built here.
// Keys hold the run's name and numbers only, for a table's name may hold anything; reject files alone are named after
// their tables, spelt so that nothing in a key is harmful.

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

/** An execution name as Step Functions takes them, narrowed to what is harmless in a key and in SQL. */
export const RUN_NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** Throws a RangeError for a run name that could leave its folder. */
export function runFolder(run: string): string {
  if (!RUN_NAME.test(run)) throw new RangeError(`run name ${JSON.stringify(run)}: allowed are ${RUN_NAME.source}`);
  return `${ALL_RUNS}${run}/`;
}

/** Where all runs are, and whose folder a key is in. */
export const ALL_RUNS = 'runs/';
export const runOfKey = (key: string): string | undefined => {
  const [, run = ''] = key.split('/');
  return RUN_NAME.test(run) && key.startsWith(runFolder(run)) ? run : undefined;
};

const inRun =
  <Args extends readonly unknown[]>(path: (...args: Args) => string) =>
  (run: string, ...args: Args): string =>
    runFolder(run) + path(...args);

const unloadFolder = (batch: number, part: number, attempt: number): string =>
  `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.unload/`;

const cutFolder = (batch: number, cut: string): string => `parts/${pad(batch, 7)}/cut.${cut}`;

/**
 * A name as a part of a key: letters, digits, `_` and `-` stay, every other byte is `=` and two hexadecimal digits, as in
 * quoted-printable. So two names never share a key, and a dot in one is not the dot between schema and table. `%` would do
 * as well, were it not decoded by whatever takes a key for a URL.
 */
const harmless = (name: string): string =>
  [...new TextEncoder().encode(name)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

export const artifactKeys = {
  /** The text of a command that is too large for an execution's input. */
  commandText: inRun(() => 'command.load'),
  command: inRun(() => 'command.json'),
  capabilities: inRun(() => 'capabilities.json'),
  catalog: inRun(() => 'catalog.json'),
  /** What was measured of columns until the time of an attempt was over. */
  measured: inRun(() => 'measured.json'),
  /** Which moment of the source the run copies; where it can be had now, by holder; and that nobody holds it any more. */
  snapshot: inRun(() => 'snapshot.json'),
  snapshotHolder: inRun((holder: string) => `snapshot/${holder}.json`),
  snapshotOver: inRun(() => 'snapshot/over.json'),
  plan: inRun(() => 'plan.json'),
  /** One slice of the plan: about a hundred tables with their SQL, parts and batches. */
  planChunk: inRun((chunk: number) => `plan/${pad(chunk, 5)}.json`),
  /** The items of the distributed map, one a line. */
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
  /** How many values of a part were replaced: numbers of columns and of their guards, and rows. */
  replacedValues: inRun(
    (batch: number, part: number, attempt: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.replaced.json`,
  ),
  /** The sums over a part's columns, where they are compared with those over what was loaded. */
  partSums: inRun(
    (batch: number, part: number, attempt: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.sums.json`,
  ),
  /**
   * What was written of a part, by whoever was first: later attempts go by it. `moment` is when the run's snapshot was taken,
   * 0 without one, so that what was read of another moment is never taken for it.
   */
  writtenPart: inRun(
    (batch: number, part: number, moment: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.written.${moment}.json`,
  ),
  /** The same of all parts at once, where they are read in one transaction. */
  writtenTogether: inRun(() => 'parts/written.together.json'),
  /** What the names of the files of an UNLOAD begin with, each attempt's with its own; and the one that lists them. */
  unloadPrefix: inRun(unloadFolder),
  unloadManifest: inRun(
    (batch: number, part: number, attempt: number) => `${unloadFolder(batch, part, attempt)}manifest`,
  ),
  /** The files of a part that Redshift itself wrote, with their rows. */
  objectList: inRun(
    (batch: number, part: number, attempt: number) => `parts/${pad(batch, 7)}/${pad(part, 4)}.${attempt}.objects.json`,
  ),
  partObjects: inRun(() => 'parts/'),
  /** How far a load has got whose rows are refused. */
  siftState: inRun((batch: number, piece: number) => `parts/${pad(batch, 7)}/sift.${pad(piece, 6)}.json`),
  /** An object without its refused rows, by its place among the objects of the load. */
  keptObject: inRun(
    (batch: number, cut: string, object: number) => `${cutFolder(batch, cut)}/${pad(object, 4)}.csv.zst`,
  ),
  /** The rows that a cut was the first to take out, to be asked about once more. */
  suspectObject: inRun((batch: number, cut: string) => `${cutFolder(batch, cut)}/suspects.csv.zst`),
  /** What lists the one, and the other. */
  keptManifest: inRun((batch: number, cut: string) => `${cutFolder(batch, cut)}/kept.manifest`),
  suspectManifest: inRun((batch: number, cut: string) => `${cutFolder(batch, cut)}/suspects.manifest`),
  /** What a cut adds to the reject files of its table. */
  cutRows: inRun((batch: number, cut: string) => `${cutFolder(batch, cut)}/rejects.csv`),
  cutLog: inRun((batch: number, cut: string) => `${cutFolder(batch, cut)}/rejects.log`),
  /** The rows of a table that Redshift refused, and why, line for line. */
  rejectedRows: inRun((schema: string, table: string) => `rejects/${harmless(schema)}.${harmless(table)}.csv`),
  rejectedLog: inRun((schema: string, table: string) => `rejects/${harmless(schema)}.${harmless(table)}.log`),
  rejectFiles: inRun(() => 'rejects/'),
  /** Pieces count from 1; 0 is a batch that is loaded whole. */
  manifest: inRun(
    (batch: number, piece: number) => `manifests/${pad(batch, 7)}${piece === 0 ? '' : `.${pad(piece, 6)}`}.manifest`,
  ),
  /** That the tables of one publish transaction are live: which they are. */
  published: inRun((transaction: number) => `published/${pad(transaction, 5)}.json`),
  publishedMarks: inRun(() => 'published/'),
  /** That the run's SQL blocks are over: none runs any more. */
  blocksOver: inRun(() => 'blocks/over.json'),
  /** That a table's sums are the same at both ends. */
  verified: inRun((table: number) => `verified/${pad(table, 5)}.json`),
  /** What the batches moved that one attempt at a Copy loaded, by the first of them: those whose rows are committed. */
  batchRecord: inRun((batch: number, attempt: number) => `loaded/${pad(batch, 7)}.${attempt}.json`),
  batchRecords: inRun(() => 'loaded/'),
  /** When a step ran and what it counted; one of a kind for a step that runs in chunks. */
  stepRecord: inRun((step: string) => `steps/${step}.json`),
  stepRecords: inRun(() => 'steps/'),
  /** What a step threw, also when it was tried again: the parent of a map is told only that a child failed. */
  errorRecord: inRun((place: string) => `errors/${place}.json`),
  errorRecords: inRun(() => 'errors/'),
  /** How to find out whether the run still runs. */
  signOfLife: inRun(() => 'sign.json'),
  /** Written again and again while a run on a laptop runs. */
  heartbeat: inRun(() => 'heartbeat.json'),
  /** That somebody resumes the run, for the n-th time: nobody else does then. */
  resumption: inRun((number: number) => `resumed/${pad(number, 5)}.json`),
  resumptions: inRun(() => 'resumed/'),
  /** Who of a step writes into the target, by the step and the number of its batch or chunk. */
  targetSession: inRun((step: string, number: number) => `sessions/${step}-${pad(number, 7)}.json`),
  probe: inRun((name: string) => `probe/${name}`),
  mapResults: inRun(() => 'results'),
  reportText: inRun(() => 'report.txt'),
  reportJson: inRun(() => 'report.json'),
} as const;
