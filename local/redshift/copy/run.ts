// How is a COPY carried out? Look at the table, find the files, load their rows, and tell the client how it went.
import type { Admin } from '../admin.ts';
import { notImplemented, RedshiftError } from '../errors.ts';
import type { S3Options } from '../s3-access.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { regclass } from '../sql/keys.ts';
import { inTransaction, type Running } from '../transaction.ts';
import { commandComplete, notice } from '../wire.ts';
import { must } from './backend-copy.ts';
import { type ColumnFacts, type LoadColumn, loadColumn } from './columns.ts';
import type { Rules } from './field-writer.ts';
import { FailedLoad, Load } from './load.ts';
import { LoadErrors } from './load-errors.ts';
import { Sources } from './sources.ts';
import { chooseColumns, findTarget } from './target.ts';

/** What a server knows that runs COPYs and UNLOADs. */
export interface CopySettings {
  readonly admin: Admin;
  readonly s3: S3Options;
  readonly profile: 'pessimistic' | 'optimistic';
  readonly deployment: 'provisioned' | 'serverless';
  readonly database: string;
  readonly unload: 'allowed' | 'refused';
}

export interface CopyContext extends CopySettings, Running {
  readonly pid: number;
  readonly tell: (bytes: Buffer) => void;
}

/** The lock that makes COPYs into one table wait for each other: an advisory one, with the table as its second number. */
const copyLock = 0x52_53;

let lastCopyId = 100;

/** Runs a COPY and tells the client its result. Throws what the client is to be told instead. */
export async function runCopy(copy: CopyStatement, context: CopyContext): Promise<void> {
  await inTransaction(context, () => copyInTransaction(copy, context));
  context.tell(commandComplete('COPY'));
}

async function copyInTransaction(copy: CopyStatement, context: CopyContext): Promise<void> {
  const { backend, admin, pid, database } = context;
  const target = await findTarget(copy, backend);
  const rules: Rules = { options: copy.options, pessimistic: context.profile === 'pessimistic' };
  const columns = loadColumns(chooseColumns(copy, target), rules);
  if (needsOwner(rules)) await must(backend, `SELECT pg_internal.must_own(${regclass(copy.table)})`);
  // The table first: who holds it by LOCK may COPY too, and would wait for the advisory lock of one who waits for him.
  await must(backend, `LOCK TABLE ${copy.table.sql} IN ROW EXCLUSIVE MODE`);
  await must(backend, `SELECT pg_advisory_xact_lock(${copyLock}, ${target.oid}::bit(32)::int)`);
  const [transaction] = await must(backend, 'SELECT pg_current_xact_id()');
  const sources = new Sources(copy, context.s3, context.signal);
  const copyId = ++lastCopyId;
  const facts = { userId: target.userId, tableId: target.oid, transactionId: transaction?.[0] ?? '0' };
  const errors = new LoadErrors(admin, { ...facts, pid, copyId, database }, columns);
  try {
    const files = await sources.list(copy);
    // From here on it is a load: one that fails leaves the count 0.
    await must(backend, remember(0, copyId));
    const load = new Load(copy, backend, columns, rules, errors);
    await load.run(files, sources);
    await must(backend, remember(load.rows, copyId));
    context.tell(notice(summary(target.name, load.rows, errors.count, copy.options.noLoad, context)));
  } catch (error) {
    if (!(error instanceof FailedLoad)) throw error;
    await errors.write();
    throw new RedshiftError(`Load into table '${target.name}' failed.  ${whereToLook(context)}`);
  } finally {
    sources.close();
  }
}

/** STATUPDATE is for owners; whether STATUPDATE OFF is too, is unknown. */
function needsOwner({ options, pessimistic }: Rules): boolean {
  return options.statUpdate === 'on' || (options.statUpdate === 'off' && pessimistic);
}

function remember(count: number, id: number): string {
  return `SELECT setval('pg_internal.last_copy_count', ${count}), setval('pg_internal.last_copy_id', ${id})`;
}

/** Serverless has no STL tables. */
function whereToLook({ deployment }: CopyContext): string {
  const view = deployment === 'serverless' ? 'sys_load_error_detail' : 'stl_load_errors';
  return `Check '${view}' system table for details.`;
}

function summary(table: string, rows: number, refused: number, noLoad: boolean, context: CopyContext): string {
  const head = `Load into table '${table}' completed, ${rows} record(s) ${noLoad ? 'checked' : 'loaded'} successfully.`;
  return refused === 0 ? head : `${head}\n${refused} record(s) could not be loaded.  ${whereToLook(context)}`;
}

function loadColumns(chosen: readonly ColumnFacts[], rules: Rules): LoadColumn[] {
  return chosen.map((facts) => {
    const column = loadColumn(facts, rules);
    if (column === undefined) throw notImplemented(`COPY into a column of type ${facts.type} ("${facts.name}")`);
    return column;
  });
}
