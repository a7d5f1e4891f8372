// How is the extended protocol served? Most messages go on to the backend as they are; a statement that is carried out
// here stands there as one that does nothing, and is run when it is executed.
import type { BackendConnection } from './backend.ts';
import { RedshiftError } from './errors.ts';
import type { FaultPlan } from './faults.ts';
import type { StatementRunner } from './run-statement.ts';
import type { LongNames } from './sql/long-names.ts';
import type { Statement } from './sql/statement.ts';
import { code, message, text } from './wire.ts';

// No parameters, no result, no effect.
const placeholder = `SET redshift.placeholder TO ''`;

interface Prepared {
  /** As the client wrote it. */
  readonly sql: string;
  readonly statement: Statement;
}

/** What a session lends to the protocol. */
export interface ExtendedParts {
  readonly backend: BackendConnection;
  readonly runner: StatementRunner;
  readonly names: LongNames;
  readonly faults: FaultPlan;
  /** Throws when there is more than one statement. */
  readonly read: (sql: string) => Promise<Statement>;
  /** Runs a statement, unless something goes wrong on purpose. False when it failed. */
  readonly strike: (sql: string, run: () => Promise<boolean>) => Promise<boolean>;
}

export class ExtendedProtocol {
  private readonly parts: ExtendedParts;
  private readonly backend: BackendConnection;
  private readonly prepared = new Map<string, Prepared>();
  private readonly portals = new Map<string, Prepared>();
  /** After an error found here, the client's messages are dropped up to its Sync. */
  private skipping = false;
  private executed = false;

  constructor(parts: ExtendedParts) {
    this.parts = parts;
    this.backend = parts.backend;
  }

  async sync(arrived: Buffer): Promise<void> {
    this.skipping = false;
    this.executed = false;
    await this.backend.sendUntilReady(arrived);
  }

  /** Any other message. */
  async take(type: string, arrived: Buffer): Promise<void> {
    if (this.skipping) return;
    if (this.backend.failed) {
      this.skipping = true;
      return;
    }
    if (type === 'P') await this.parse(arrived);
    else if (type === 'B') await this.bind(arrived);
    else if (type === 'E') await this.execute(arrived);
    else if (type === 'C') await this.close(arrived);
    else if (type === 'D') await this.backend.sendCounted(arrived);
    else if (type === 'H') await this.backend.send(arrived);
    else await this.refuse(new RedshiftError(`message type "${type}" is not supported`, '08P01'));
  }

  private async parse(arrived: Buffer): Promise<void> {
    const name = text(arrived, 5);
    const sql = text(arrived, name.end);
    try {
      const statement = await this.parts.read(sql.value);
      this.prepared.set(name.value, { sql: sql.value, statement });
      const forBackend = statement.kind === 'pass' ? statement.sql : placeholder;
      const parameters = arrived.subarray(sql.end);
      await this.backend.sendCounted(message('P', `${name.value}\0${forBackend}\0`, parameters));
    } catch (error) {
      await this.refuse(error);
    }
  }

  private async bind(arrived: Buffer): Promise<void> {
    const portal = text(arrived, 5);
    const prepared = text(arrived, portal.end);
    const found = this.prepared.get(prepared.value);
    if (found) this.portals.set(portal.value, found);
    else this.portals.delete(portal.value);
    await this.backend.sendCounted(this.parts.names.inBind(arrived, prepared.end));
  }

  private async close(arrived: Buffer): Promise<void> {
    const kind = arrived[5] === code('S') ? this.prepared : this.portals;
    kind.delete(text(arrived, 6).value);
    await this.backend.sendCounted(arrived);
  }

  private async execute(arrived: Buffer): Promise<void> {
    const portal = this.portals.get(text(arrived, 5).value);
    if (portal === undefined || (portal.statement.kind === 'pass' && !this.parts.faults.awaits(portal.sql))) {
      this.executed = true;
      await this.backend.sendCounted(arrived);
      return;
    }
    await this.backend.settled();
    if (this.backend.failed) {
      this.skipping = true;
      return;
    }
    await this.refreshStatus();
    if (this.backend.status === 'E') {
      const message = 'current transaction is aborted, commands ignored until end of transaction block';
      await this.refuse(new RedshiftError(message, '25P02'));
      return;
    }
    const { sql, statement } = portal;
    const run =
      statement.kind === 'pass' ? () => this.toItsEnd(arrived) : () => this.parts.runner.run(async () => statement);
    if (!(await this.parts.strike(sql, run))) this.skipping = true;
  }

  /** Executes in the backend, and does not wait for the client's Sync. */
  private async toItsEnd(execute: Buffer): Promise<boolean> {
    await this.backend.sendCounted(execute);
    await this.backend.sendUntilReady(message('S'));
    return true;
  }

  private async refuse(error: unknown): Promise<void> {
    await this.backend.settled();
    this.skipping = true;
    if (this.backend.failed) return;
    await this.refreshStatus();
    await this.parts.runner.refuse(error);
  }

  /** Messages since the last Sync may have opened or ended a transaction; an empty query tells. */
  private async refreshStatus(): Promise<void> {
    if (this.executed) await this.backend.ask('');
    this.executed = false;
  }
}
