// How is one statement carried out, and its result given to the client?
import { literal } from './admin.ts';
import type { BackendConnection } from './backend.ts';
import { type CopySettings, runCopy } from './copy/run.ts';
import { RedshiftError, sqlstate } from './errors.ts';
import type { Results } from './results.ts';
import type { LongNames } from './sql/long-names.ts';
import type { Copy, Statement, Steps, Unload } from './sql/statement.ts';
import { runUnload, type UnloadContext } from './unload/run.ts';
import { code, commandComplete, errorResponse, query } from './wire.ts';

/** What a session lends to the statements that it runs. */
export interface Surroundings {
  readonly backend: BackendConnection;
  readonly results: Results;
  readonly copying: CopySettings;
  readonly names: LongNames;
  /** Sends to the client. */
  readonly tell: (bytes: Buffer) => void;
  /** Sends a message of the backend to the client, in Redshift's words. */
  readonly forward: (arrived: Buffer) => void;
}

export class StatementRunner {
  private readonly around: Surroundings;
  private stopCopy: AbortController | undefined;
  private copyStandsAlone = false;

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Ends a COPY or an UNLOAD that runs here; whatever runs in the backend is cancelled there. */
  cancel(): void {
    this.stopCopy?.abort(new RedshiftError('canceling statement due to user request', '57014'));
  }

  /** Whether something goes on although the client has gone: outside a transaction block a COPY that has begun commits. */
  clientLeft(): boolean {
    if (this.stopCopy !== undefined && this.copyStandsAlone) return true;
    this.stopCopy?.abort(new RedshiftError('the client has gone', '08006'));
    return false;
  }

  /** Runs one statement whole; its result goes to the client, without ReadyForQuery. False when it failed. */
  async run(read: () => Promise<Statement>): Promise<boolean> {
    try {
      const statement = await read();
      if (statement.kind === 'pass') return await this.pass(statement.sql);
      if (statement.kind === 'steps') return await this.steps(statement);
      if (statement.kind === 'copy') await this.copy(statement);
      else await this.unload(statement);
      return true;
    } catch (error) {
      await this.refuse(error);
      return false;
    }
  }

  /** Asks the backend; notices and an error go to the client, rows don't. */
  async askVisibly(sql: string): Promise<boolean> {
    const { backend, forward, results, tell } = this.around;
    const { error } = await backend.ask(sql, forward);
    if (error) tell(results.error(error));
    return error === undefined;
  }

  /** Answers an error found here; an open transaction fails with it. */
  async refuse(error: unknown): Promise<void> {
    const failure = error instanceof RedshiftError ? error : new RedshiftError(String(error), sqlstate.internal);
    if (this.around.backend.status === 'T') await this.around.backend.ask('SELECT 1/0');
    this.around.tell(errorResponse(failure));
  }

  private async pass(sql: string): Promise<boolean> {
    let failed = false;
    await this.around.backend.sendWith(query(sql), (arrived) => {
      if (arrived[0] === code('E')) failed = true;
      this.around.forward(arrived);
    });
    return !failed;
  }

  private async steps(statement: Steps): Promise<boolean> {
    const inBlock = this.around.backend.status !== 'I';
    if (inBlock && statement.inBlock === 'refused') {
      throw new RedshiftError(`${statement.tag} cannot run inside a transaction block`, sqlstate.activeTransaction);
    }
    if (!inBlock && statement.inBlock === 'required') {
      throw new RedshiftError(`${statement.tag} may only be used in transaction blocks`, sqlstate.noActiveTransaction);
    }
    if (statement.ifExists && (await this.exists(statement.ifExists.relation))) {
      return this.pass(statement.ifExists.sql);
    }
    if (!(await this.askVisibly(statement.steps.join(';\n')))) return false;
    if (inBlock && statement.inBlock === 'commits' && !(await this.askVisibly('COMMIT'))) return false;
    this.around.tell(commandComplete(statement.tag));
    return true;
  }

  private async exists(relation: string): Promise<boolean> {
    const { rows } = await this.around.backend.ask(`SELECT to_regclass(${literal(relation)})`);
    return rows[0]?.[0] != null;
  }

  private async copy({ copy }: Copy): Promise<void> {
    this.copyStandsAlone = this.around.backend.status === 'I';
    await this.stoppable((running) => runCopy(copy, running));
  }

  private async unload({ unload, sql }: Unload): Promise<void> {
    if (sql === undefined) throw new Error('the query of an UNLOAD was not read');
    this.copyStandsAlone = false;
    await this.stoppable((running) => runUnload(unload, sql, running));
  }

  private async stoppable(run: (running: UnloadContext) => Promise<void>): Promise<void> {
    const { backend, copying, names, results, tell } = this.around;
    const stop = new AbortController();
    this.stopCopy = stop;
    try {
      await run({
        ...copying,
        backend,
        names,
        pid: results.pid,
        signal: stop.signal,
        stop: (reason) => stop.abort(reason),
        tell,
      });
    } finally {
      this.stopCopy = undefined;
    }
  }
}
