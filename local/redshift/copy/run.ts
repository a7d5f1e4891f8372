// How is a COPY carried out? Look at the table, find the files, and send their rows through the client's own connection
// as a COPY FROM STDIN, so that the transaction is the client's. A row that is refused ends it with CopyFail.
import { type Admin, identifier, literal } from '../admin.ts';
import type { BackendConnection } from '../backend.ts';
import { LoadError, notImplemented, RedshiftError } from '../errors.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { commandComplete, notice } from '../wire.ts';
import { backendError, CopyIn, must } from './backend-copy.ts';
import { type ColumnFacts, type LoadColumn, loadColumn } from './columns.ts';
import { CsvReader } from './csv.ts';
import type { Rules } from './field-writer.ts';
import { type S3Options, type SourceFile, Sources, sourceUrl } from './sources.ts';
import { chooseColumns, findTarget, type Target } from './target.ts';

export interface CopyContext {
  readonly backend: BackendConnection;
  readonly admin: Admin;
  readonly s3: S3Options;
  readonly profile: 'pessimistic' | 'optimistic';
  readonly database: string;
  readonly pid: number;
  readonly signal: AbortSignal;
  readonly stop: (reason: Error) => void;
  readonly tell: (bytes: Buffer) => void;
}

interface Problem {
  readonly file: string;
  readonly error: LoadError;
}

/** The lock that makes COPYs into one table wait for each other: an advisory one, with the table as its second number. */
const copyLock = 0x52_53;

let lastCopyId = 100;

/** Runs a COPY and tells the client its result. Throws what the client is to be told instead. */
export async function runCopy(copy: CopyStatement, context: CopyContext): Promise<void> {
  const { backend } = context;
  const alone = backend.status === 'I';
  if (alone) await must(backend, 'BEGIN');
  const timer = await statementTimer(context);
  try {
    await copyInTransaction(copy, context);
    if (alone) await must(backend, 'COMMIT');
  } catch (error) {
    if (alone) await backend.ask('ROLLBACK');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  context.tell(commandComplete('COPY'));
}

/** The backend's own timer stands still while it waits for rows. */
async function statementTimer(context: CopyContext): Promise<NodeJS.Timeout | undefined> {
  const sql = `SELECT setting FROM pg_settings WHERE name = 'statement_timeout'`;
  // Not before the transaction's first own statement would have been: a COPY is one.
  const { rows } = await context.backend.ask(sql);
  const milliseconds = Number(rows[0]?.[0] ?? 0);
  if (milliseconds === 0) return undefined;
  const late = new RedshiftError('canceling statement due to statement timeout', '57014');
  return setTimeout(() => context.stop(late), milliseconds);
}

async function copyInTransaction(copy: CopyStatement, context: CopyContext): Promise<void> {
  const { backend } = context;
  const target = await findTarget(copy, backend);
  const columns = loadColumns(chooseColumns(copy, target), copy, context);
  // The table first: who holds it by LOCK may COPY too, and would wait for the advisory lock of one who waits for him.
  await must(backend, `LOCK TABLE ${copy.table.sql} IN ROW EXCLUSIVE MODE`);
  await must(backend, `SELECT pg_advisory_xact_lock(${copyLock}, ${target.oid}::bit(32)::int)`);
  const sources = new Sources(copy, context.s3, context.signal);
  const id = ++lastCopyId;
  try {
    const files = await sources.list(copy);
    // From here on it is a load: one that fails leaves the count 0.
    await must(backend, remember(0, id));
    const load = new Load(copy, context, columns);
    await load.run(files, sources);
    await must(backend, remember(load.rows, id));
    await record(load.problems, target, columns, id, context);
    context.tell(notice(summary(target.name, load.rows, load.problems.length, copy.options.noLoad)));
  } catch (error) {
    if (!(error instanceof FailedLoad)) throw error;
    await record(error.problems, target, columns, id, context);
    const place = `Check 'stl_load_errors' system table for details.`;
    throw new RedshiftError(`Load into table '${target.name}' failed.  ${place}`);
  } finally {
    sources.close();
  }
}

function remember(count: number, id: number): string {
  return `SELECT setval('pg_internal.last_copy_count', ${count}), setval('pg_internal.last_copy_id', ${id})`;
}

function summary(table: string, rows: number, refused: number, noLoad: boolean): string {
  const head = `Load into table '${table}' completed, ${rows} record(s) ${noLoad ? 'checked' : 'loaded'} successfully.`;
  if (refused === 0) return head;
  return `${head}\n${refused} record(s) could not be loaded.  Check 'stl_load_errors' system table for details.`;
}

function loadColumns(chosen: readonly ColumnFacts[], copy: CopyStatement, context: CopyContext): LoadColumn[] {
  const rules = rulesOf(copy, context);
  return chosen.map((facts) => {
    const column = loadColumn(facts, rules);
    if (column === undefined) throw notImplemented(`COPY into a column of type ${facts.type} ("${facts.name}")`);
    return column;
  });
}

function rulesOf(copy: CopyStatement, context: CopyContext): Rules {
  return { options: copy.options, pessimistic: context.profile === 'pessimistic' };
}

// --- the load

class FailedLoad extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('load failed');
    this.problems = problems;
  }
}

/** The files of one COPY on their way into the table. */
class Load {
  readonly problems: Problem[] = [];
  private readonly reader: CsvReader;
  private readonly copy: CopyStatement;
  private readonly context: CopyContext;
  private readonly statement: string;
  private readonly columns: readonly LoadColumn[];
  private file = '';
  /** Rows before each file: what turns the backend's line number into a place. */
  private readonly starts: { readonly file: string; readonly rows: number }[] = [];

  constructor(copy: CopyStatement, context: CopyContext, columns: readonly LoadColumn[]) {
    this.copy = copy;
    this.context = context;
    this.columns = columns;
    const list = columns.map((column) => identifier(column.name)).join(', ');
    this.statement = `COPY ${copy.table.sql} (${list}) FROM STDIN`;
    this.reader = new CsvReader(columns, rulesOf(copy, context), (error) => this.refuse(error));
  }

  get rows(): number {
    return this.reader.rows;
  }

  async run(files: readonly SourceFile[], sources: Sources): Promise<void> {
    if (this.copy.options.noLoad) {
      await this.readFiles(files, sources, async () => this.drop());
      return;
    }
    const stream = new CopyIn(this.context.backend);
    await stream.start(this.statement);
    try {
      await this.readFiles(files, sources, () => stream.write(this.reader.output.take()));
    } catch (error) {
      const refused = await stream.abort();
      if (refused && !(error instanceof FailedLoad) && !(error instanceof RedshiftError)) throw this.byBackend(refused);
      throw error;
    }
    const refused = await stream.finish();
    if (refused) throw this.byBackend(refused);
  }

  private drop(): void {
    this.reader.output.take();
  }

  private async readFiles(
    files: readonly SourceFile[],
    sources: Sources,
    hand: () => void | Promise<void>,
  ): Promise<void> {
    for (const file of files) {
      this.file = sourceUrl(file);
      this.starts.push({ file: this.file, rows: this.reader.rows });
      for await (const chunk of sources.read(file, this.copy.options.compression)) {
        this.reader.push(chunk);
        await hand();
      }
      this.reader.endOfFile();
      await hand();
    }
  }

  /** A bad row: noted; too many of them end the load. */
  private refuse(error: LoadError): void {
    this.problems.push({ file: this.file, error });
    if (this.problems.length >= Math.max(1, this.copy.options.maxError)) throw new FailedLoad(this.problems);
  }

  /** An error of the backend: a row that our checks let through, or something about the statement as a whole. */
  private byBackend(fields: ReadonlyMap<string, string>): Error {
    const place = /, line (\d+)(?:, column ("(?:[^"]|"")*"|[^:\s]+))?/.exec(fields.get('W') ?? '');
    const isData = /^2[23]/.test(fields.get('C') ?? '');
    if (place === null || !isData) return backendError(fields);
    const row = Number(place[1]);
    const start = this.starts.findLast((candidate) => candidate.rows < row);
    const error = new LoadError(fields.get('C') === '23502' ? 1213 : 1200, fields.get('M') ?? '');
    error.line = row - (start?.rows ?? 0) + this.copy.options.ignoreHeader;
    const column = place[2]?.replaceAll('"', '');
    error.column = this.columns.findIndex((candidate) => candidate.name === column);
    return new FailedLoad([...this.problems, { file: start?.file ?? this.file, error }]);
  }
}

// --- what went wrong

/** Written by the stand-in's own session: the rows stay when the client's transaction is rolled back. */
async function record(
  problems: readonly Problem[],
  target: Target,
  columns: readonly LoadColumn[],
  id: number,
  context: CopyContext,
): Promise<void> {
  if (problems.length === 0) return;
  const rows = problems.map(({ file, error }) => {
    const column = columns[error.column];
    const texts = [file, column?.name, column?.type, column?.length, error.rawLine, error.rawField, error.message];
    const [path, name, type, length, line, raw, reason] = texts.map((text) =>
      literal((text ?? '').replaceAll('\0', '').slice(0, 1024)),
    );
    return `(${target.userId}, 0, ${target.oid}, statement_timestamp() AT TIME ZONE 'UTC', ${context.pid}, ${id}, ${path},
      ${error.line}, ${name}, ${type}, ${length}, 0, ${line}, ${raw}, ${error.errorCode}, ${reason}, 0, 0,
      ${literal(context.database)}, 0)`;
  });
  await context.admin.run(`INSERT INTO pg_internal.load_errors VALUES ${rows.join(', ')}`);
}
