// How is a COPY carried out? Look at the table, find the files, and send their rows through the client's own connection
// as a COPY FROM STDIN, so that the transaction is the client's. A row that is refused ends it with CopyFail.
import { type Admin, identifier, literal } from '../admin.ts';
import type { BackendConnection } from '../backend.ts';
import { LoadError, notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { code, commandComplete, errorFields, int32, message, notice, query } from '../wire.ts';
import { type ColumnFacts, type LoadColumn, loadColumn, type Rules } from './columns.ts';
import { CsvReader } from './csv.ts';
import { type S3Options, type SourceFile, Sources, sourceUrl } from './sources.ts';

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

interface Target {
  readonly oid: number;
  readonly name: string;
  readonly userId: number;
  readonly columns: readonly ColumnFacts[];
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

async function must(backend: BackendConnection, sql: string): Promise<(string | null)[][]> {
  const { rows, error } = await backend.ask(sql);
  if (error) throw backendError(error);
  return rows;
}

function backendError(fields: ReadonlyMap<string, string>): RedshiftError {
  const sqlstateOf = fields.get('C') ?? sqlstate.internal;
  if (sqlstateOf === '40001') {
    const detail = 'Serializable isolation violation on table - 0, transactions forming the cycle are: 0';
    return new RedshiftError('1023', sqlstate.internal, detail);
  }
  return new RedshiftError(fields.get('M') ?? 'error', sqlstateOf, fields.get('D'));
}

// --- the table

async function findTarget(copy: CopyStatement, backend: BackendConnection): Promise<Target> {
  const rows = await must(
    backend,
    `SELECT c.oid, c.relname, c.relkind, u.usesysid, a.attname, t.typname, a.atttypmod, a.attnotnull, a.attidentity
     FROM pg_class c JOIN pg_user u ON u.usename = current_user
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_type t ON t.oid = a.atttypid
     WHERE c.oid = to_regclass(${literal(copy.table.sql)}) ORDER BY a.attnum`,
  );
  const [first] = rows;
  if (first === undefined) throw new RedshiftError(`Cannot COPY into nonexistent table ${copy.table.last}`);
  if (first[2] !== 'r') throw new RedshiftError(`"${copy.table.last}" is not a table`, '42809');
  const columns = rows.map((row) => ({
    name: row[4] ?? '',
    type: row[5] ?? '',
    modifier: Number(row[6]),
    notNull: row[7] === 't',
    identity: row[8] ?? '',
  }));
  return { oid: Number(first[0]), name: first[1] ?? '', userId: Number(first[3]), columns };
}

function chooseColumns(copy: CopyStatement, target: Target): ColumnFacts[] {
  const { explicitIds } = copy.options;
  const chosen =
    copy.columns === undefined
      ? target.columns.filter((column) => column.identity !== 'a' || explicitIds)
      : copy.columns.map((name) => findColumn(name, target));
  if (new Set(chosen).size < chosen.length) {
    throw new RedshiftError('a column is specified more than once', sqlstate.duplicateColumn);
  }
  const identity = chosen.some((column) => column.identity === 'a');
  if (identity && !explicitIds) {
    throw new RedshiftError('cannot load an IDENTITY column without EXPLICIT_IDS', sqlstate.featureNotSupported);
  }
  if (explicitIds && !identity) {
    throw new RedshiftError('EXPLICIT_IDS needs an IDENTITY column to load', sqlstate.featureNotSupported);
  }
  return chosen;
}

function findColumn(name: string, target: Target): ColumnFacts {
  const column = target.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new RedshiftError(`column "${name}" of relation "${target.name}" does not exist`, sqlstate.undefinedColumn);
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

/** A COPY FROM STDIN in the backend. */
class CopyIn {
  private readonly backend: BackendConnection;
  private refused: Map<string, string> | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(backend: BackendConnection) {
    this.backend = backend;
  }

  /** Resolves when the backend takes rows. Throws its error when it does not. */
  async start(sql: string): Promise<void> {
    let opened: () => void = () => {};
    const open = new Promise<void>((resolve) => {
      opened = resolve;
    });
    this.ended = this.backend.sendWith(query(sql), (arrived) => {
      if (arrived[0] === code('E')) this.refused ??= errorFields(arrived);
      if (arrived[0] === code('G')) opened();
    });
    // Awaited by finish() or abort(), but it may fail before.
    this.ended.catch(() => {});
    await Promise.race([open, this.ended]);
    if (this.refused) {
      await this.ended;
      throw backendError(this.refused);
    }
  }

  /** Throws when the backend has given up. */
  async write(rows: Buffer): Promise<void> {
    if (this.refused) throw new Error('the backend has refused the rows');
    if (rows.length === 0) return;
    const head = Buffer.concat([Buffer.from('d'), int32(rows.length + 4)]);
    void this.backend.send(head);
    await this.backend.send(rows);
  }

  /** All rows are sent; the backend's error, if it has one. */
  async finish(): Promise<Map<string, string> | undefined> {
    if (!this.refused) await this.backend.send(message('c'));
    await this.ended;
    return this.refused;
  }

  /** Takes everything back. Returns the backend's own error when that came first. */
  async abort(): Promise<Map<string, string> | undefined> {
    const first = this.refused;
    if (!first) await this.backend.send(message('f', 'refused\0'));
    await this.ended;
    return first;
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
