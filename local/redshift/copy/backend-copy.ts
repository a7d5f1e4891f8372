// How do rows reach the backend? By a COPY FROM STDIN on the client's own connection.
import type { BackendConnection } from '../backend.ts';
import { RedshiftError, serializationViolation, sqlstate } from '../errors.ts';
import { code, errorFields, int32, message, query } from '../wire.ts';

/** Asks the backend; throws its error. */
export async function must(backend: BackendConnection, sql: string): Promise<(string | null)[][]> {
  const { rows, error } = await backend.ask(sql);
  if (error) throw backendError(error);
  return rows;
}

/** An error of the backend in Redshift's words. */
export function backendError(fields: ReadonlyMap<string, string>): RedshiftError {
  const sqlstateOf = fields.get('C') ?? sqlstate.internal;
  if (sqlstateOf === '40001') return serializationViolation();
  return new RedshiftError(fields.get('M') ?? 'error', sqlstateOf, fields.get('D'));
}

/** A COPY FROM STDIN in the backend. */
export class CopyIn {
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
    // Fails when sending the rows does, which is told.
    this.backend.send(head).catch(() => {});
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
