// How do the rows of a COPY's files get into its table? Through the client's own connection as a COPY FROM STDIN, so that
// the transaction is the client's. A row that is refused ends it with CopyFail, unless errors are allowed.
import { identifier } from '../admin.ts';
import type { BackendConnection } from '../backend.ts';
import { LoadError, RedshiftError } from '../errors.ts';
import { type S3Place, s3Url } from '../s3-access.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { backendError, CopyIn } from './backend-copy.ts';
import type { LoadColumn } from './columns.ts';
import { CsvReader } from './csv.ts';
import type { Rules } from './field-writer.ts';
import type { LoadErrors } from './load-errors.ts';
import type { Sources } from './sources.ts';

/** Too many rows are bad: which, the list of errors says. */
export class FailedLoad extends Error {
  constructor() {
    super('load failed');
  }
}

export class Load {
  private readonly reader: CsvReader;
  private readonly copy: CopyStatement;
  private readonly backend: BackendConnection;
  private readonly columns: readonly LoadColumn[];
  private readonly errors: LoadErrors;
  private file = '';
  /** Rows before each file: what turns the backend's line number into a place. */
  private readonly starts: { readonly file: string; readonly rows: number }[] = [];

  constructor(
    copy: CopyStatement,
    backend: BackendConnection,
    columns: readonly LoadColumn[],
    rules: Rules,
    errors: LoadErrors,
  ) {
    this.copy = copy;
    this.backend = backend;
    this.columns = columns;
    this.errors = errors;
    this.reader = new CsvReader(columns, rules, (error) => this.refuse(error));
  }

  get rows(): number {
    return this.reader.rows;
  }

  async run(files: readonly S3Place[], sources: Sources): Promise<void> {
    if (this.copy.options.noLoad) {
      await this.readFiles(files, sources, async () => void this.reader.output.take());
      return;
    }
    const list = this.columns.map((column) => identifier(column.name)).join(', ');
    const stream = new CopyIn(this.backend);
    await stream.start(`COPY ${this.copy.table.sql} (${list}) FROM STDIN`);
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

  private async readFiles(files: readonly S3Place[], sources: Sources, hand: () => Promise<void>): Promise<void> {
    for (const file of files) {
      this.file = s3Url(file);
      this.starts.push({ file: this.file, rows: this.reader.rows });
      for await (const chunk of sources.read(file, this.copy.options.compression)) {
        this.reader.push(chunk);
        await hand();
        await this.errors.write();
      }
      this.reader.endOfFile();
      await hand();
      await this.errors.write();
    }
  }

  /** A bad row: noted; too many of them, over all files, end the load. */
  private refuse(error: LoadError): void {
    const { maxError } = this.copy.options;
    this.errors.add(this.file, error);
    if (maxError !== 'any' && this.errors.count >= Math.max(1, maxError)) throw new FailedLoad();
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
    this.errors.add(start?.file ?? this.file, error);
    return new FailedLoad();
  }
}
