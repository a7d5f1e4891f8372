// The reject files of a run, one pair for each table with refused rows: the rows, and line for line why they were refused.
// They are put together of what each cut left beside its objects, which is deleted afterwards.

import { Readable } from 'node:stream';
import { artifactKeys } from '../../core/artifacts.ts';
import { rejectHeader } from '../../core/csv/reject-row.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlanChunk, PlanSummary } from '../../core/plan/model.ts';
import type { Store } from '../../core/ports.ts';
import type { BatchRecord, RejectFiles } from '../../core/report/model.ts';

export async function writeRejectFiles(
  store: Store,
  run: string,
  plan: PlanSummary | undefined,
  batches: readonly BatchRecord[],
): Promise<RejectFiles[]> {
  const byTable = Map.groupBy(
    batches.filter(({ rejected }) => rejected > 0),
    ({ table }) => table,
  );
  if (plan === undefined || byTable.size === 0) return [];
  const left = await keysIn(store, artifactKeys.partObjects(run));
  const written = await keysIn(store, artifactKeys.rejectFiles(run));
  const files: RejectFiles[] = [];
  for (const { table, chunk, source } of plan.tables) {
    const mine = byTable.get(table);
    if (mine === undefined) continue;
    const { target, columns } = await plannedTable(store, run, chunk, table);
    const [csv, log] = [
      artifactKeys.rejectedRows(run, target.schema, target.name),
      artifactKeys.rejectedLog(run, target.schema, target.name),
    ];
    const [rowKeys, logKeys] = [pieceKeys(run, mine, artifactKeys.cutRows), pieceKeys(run, mine, artifactKeys.cutLog)];
    if ([...rowKeys, ...logKeys].every((key) => left.has(key))) {
      await join(store, csv, rejectHeader(columns.map((column) => column.target)), rowKeys);
      await join(store, log, '', logKeys);
    } else if (!written.has(csv) || !written.has(log)) {
      // An earlier attempt at this report deletes them only after it has written the files.
      throw new PgshiftError('Unexpected', `Rejected rows of ${source} are gone from the bucket.`);
    }
    const rows = mine.reduce((sum, { rejected }) => sum + rejected, 0);
    files.push({ table: source, rows, csv: `s3://${store.bucket}/${csv}`, log: `s3://${store.bucket}/${log}` });
  }
  return files;
}

const keysIn = async (store: Store, prefix: string): Promise<ReadonlySet<string>> =>
  new Set((await store.list(prefix)).map(({ key }) => key));

async function plannedTable(store: Store, run: string, chunk: number, table: number) {
  const { tables } = await store.getJson<PlanChunk>(artifactKeys.planChunk(run, chunk));
  const planned = tables.find((candidate) => candidate.table === table);
  if (planned === undefined) throw new PgshiftError('Unexpected', `The plan has no table ${table} in chunk ${chunk}.`);
  return planned;
}

function pieceKeys(run: string, batches: readonly BatchRecord[], keyOf: typeof artifactKeys.cutRows): string[] {
  const inOrder = batches.toSorted((a, b) => a.batch - b.batch);
  return inOrder.flatMap(({ batch, cuts }) => cuts.map((cut) => keyOf(run, batch, cut)));
}

async function join(store: Store, key: string, head: string, keys: readonly string[]): Promise<void> {
  await store.putStream(key, Readable.from(pieces(store, head, keys), { objectMode: false }));
}

async function* pieces(store: Store, head: string, keys: readonly string[]): AsyncGenerator<Uint8Array> {
  if (head !== '') yield Buffer.from(head);
  for (const key of keys) yield* await store.getStream(key);
}
