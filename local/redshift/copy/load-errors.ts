// Where are the bad rows of a load written down? In a table that the stand-in's own session fills, so that they stay
// when the client's transaction is rolled back.
import { type Admin, literal } from '../admin.ts';
import type { LoadError } from '../errors.ts';
import type { LoadColumn } from './columns.ts';

/** What all bad rows of one COPY have in common. */
export interface LoadFacts {
  readonly userId: number;
  readonly tableId: number;
  readonly pid: number;
  readonly copyId: number;
  readonly transactionId: string;
  readonly database: string;
}

/** The longest texts that the views show. */
const shownCharacters = 1024;

/** The bad rows of one COPY. They are written down now and then, so that many of them need no room. */
export class LoadErrors {
  /** Of the whole COPY. */
  count = 0;
  private readonly admin: Admin;
  private readonly facts: LoadFacts;
  private readonly columns: readonly LoadColumn[];
  private unwritten: string[] = [];

  constructor(admin: Admin, facts: LoadFacts, columns: readonly LoadColumn[]) {
    this.admin = admin;
    this.facts = facts;
    this.columns = columns;
  }

  add(file: string, error: LoadError): void {
    this.count++;
    const { userId, tableId, pid, copyId, transactionId, database } = this.facts;
    const column = this.columns[error.column];
    // Multi-byte characters of the line are shown as periods.
    const line = error.rawLine.replace(/[^\0-\x7f]/gu, '.');
    const texts = [file, column?.name, column?.type, column?.length, line, error.rawField, error.message];
    const [path, name, type, length, raw, field, reason] = texts.map(shown);
    this.unwritten.push(`(${userId}, 0, ${tableId}, statement_timestamp() AT TIME ZONE 'UTC', ${pid}, ${copyId}, ${path},
      ${error.line}, ${name}, ${type}, ${length}, ${error.position}, ${raw}, ${field}, ${error.errorCode}, ${reason}, 0, 0,
      ${literal(database)}, ${transactionId})`);
  }

  async write(): Promise<void> {
    if (this.unwritten.length === 0) return;
    const rows = this.unwritten.splice(0);
    await this.admin.run(`INSERT INTO pg_internal.load_errors VALUES ${rows.join(', ')}`);
  }
}

function shown(text: string | undefined): string {
  return literal((text ?? '').replaceAll('\0', '').slice(0, shownCharacters));
}
