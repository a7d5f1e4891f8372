// How is an UNLOAD carried out? Look at the query's columns, clear the place, hand the rows to the slices' files, write
// the manifest, and tell the client how it went.
import { slices } from '../catalog/views.ts';
import { backendError, must } from '../copy/backend-copy.ts';
import type { CopyContext } from '../copy/run.ts';
import { RedshiftError } from '../errors.ts';
import { S3Access } from '../s3-access.ts';
import type { LongNames } from '../sql/long-names.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import { inTransaction } from '../transaction.ts';
import { code, commandComplete, errorFields, notice, query, type ResultColumn, rowDescription } from '../wire.ts';
import { CsvLines } from './csv-lines.ts';
import { filePlace, prepareDestination, writeManifest } from './destination.ts';
import { manifest, type NamedColumn } from './manifest.ts';
import { SliceFiles } from './result-files.ts';
import { resultRows } from './result-rows.ts';

export interface UnloadContext extends CopyContext {
  readonly names: LongNames;
}

let lastUnloadId = 100;

/** Runs an UNLOAD of a query, given as SQL of the backend. Throws what the client is to be told instead. */
export async function runUnload(unload: UnloadStatement, sql: string, context: UnloadContext): Promise<void> {
  if (context.unload === 'refused') {
    throw new RedshiftError('permission denied: the user lacks the privilege ASSUMEROLE for UNLOAD', '42501');
  }
  const alone = context.backend.status === 'I';
  const unloadId = ++lastUnloadId;
  let begun = false;
  try {
    await inTransaction(context, async () => {
      const rows = await unloadInTransaction(unload, sql, context, () => {
        begun = true;
      });
      await must(context.backend, remember(rows, unloadId));
      context.tell(notice(`UNLOAD completed, ${rows} record(s) unloaded successfully.`));
    });
  } catch (error) {
    // In a block of the client's the old values come back with its rollback.
    if (begun && alone) await context.backend.ask(remember(0, unloadId));
    throw error;
  }
  context.tell(commandComplete('UNLOAD'));
}

function remember(count: number, id: number): string {
  return `SELECT set_config('redshift.last_unload_count', '${count}', false),
    set_config('redshift.last_unload_id', '${id}', false)`;
}

/** Resolves to the number of rows. `begins` is called when nothing is left to be refused before there are rows. */
async function unloadInTransaction(
  unload: UnloadStatement,
  sql: string,
  context: UnloadContext,
  begins: () => void,
): Promise<number> {
  const { options, prefix, authorization } = unload;
  const columns = await describe(sql, context);
  const claim = { statement: 'UNLOAD', authorization, region: options.region };
  const s3 = new S3Access(claim, context.s3, context.signal);
  try {
    await prepareDestination(prefix, options, s3);
    begins();
    const lines = new CsvLines(columns, options);
    const header = options.header ? lines.header(columns.map(({ name }) => name)) : undefined;
    const files = Array.from(
      { length: options.parallel ? slices : 1 },
      (_, slice) => new SliceFiles((part) => filePlace(prefix, options, slice, part), options, s3, header),
    );
    const rows = await withFloatDigits(context, () => writeRows(sql, lines, files, context));
    if (options.manifest !== 'none') {
      const written = files.flatMap(({ done }) => done);
      await writeManifest(prefix, manifest(written, columns, options.manifest === 'verbose'), s3);
    }
    return rows;
  } finally {
    s3.close();
  }
}

/** The columns of the result, with the names that the client knows. */
async function describe(sql: string, { backend, names }: UnloadContext): Promise<NamedColumn[]> {
  let columns: readonly ResultColumn[] = [];
  let refused: Map<string, string> | undefined;
  await backend.sendWith(query(`SELECT * FROM (${sql}\n) AS q LIMIT 0`), (arrived) => {
    if (arrived[0] === code('T')) columns = rowDescription(names.inMessage(arrived));
    if (arrived[0] === code('E')) refused = errorFields(arrived);
  });
  if (refused) throw backendError(refused);
  const oids = columns.map(({ typeOid }) => typeOid).join(', ');
  const typeNames = await must(
    backend,
    `SELECT format_type(oid, NULL) FROM unnest(ARRAY[${oids}]::oid[]) WITH ORDINALITY AS u(oid, place) ORDER BY place`,
  );
  return columns.map((column, i) => ({ ...column, typeName: typeNames[i]?.[0] ?? '' }));
}

/**
 * Floats have 15 digits, whatever extra_float_digits says; but whether it has a say is unknown, and in the optimistic
 * profile it has.
 */
async function withFloatDigits<T>({ backend, profile }: UnloadContext, work: () => Promise<T>): Promise<T> {
  if (profile === 'optimistic') return work();
  const [setting] = await must(backend, 'SHOW extra_float_digits');
  await must(backend, 'SET LOCAL extra_float_digits TO 0');
  const result = await work();
  await must(backend, `SET LOCAL extra_float_digits TO ${setting?.[0] ?? 0}`);
  return result;
}

/** The rows go to the slices in turn. Resolves to their number. */
async function writeRows(
  sql: string,
  lines: CsvLines,
  files: readonly SliceFiles[],
  context: UnloadContext,
): Promise<number> {
  const { backend, admin, pid, profile, signal } = context;
  const cancel = () => admin.run(`SELECT pg_cancel_backend(${pid})`);
  let rows = 0;
  try {
    // Whether slices without rows write empty files is unknown.
    if (profile === 'pessimistic') for (const slice of files) await slice.open();
    for await (const piece of resultRows(backend, sql, cancel)) {
      for (const row of piece) {
        signal.throwIfAborted();
        await files[rows++ % files.length]?.write(lines.row(row));
      }
    }
    for (const slice of files) await slice.close();
    return rows;
  } catch (error) {
    for (const slice of files) await slice.abort();
    throw error;
  }
}
