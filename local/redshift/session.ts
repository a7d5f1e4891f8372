// What happens on one client's connection? Its messages are taken one by one; most go on to the backend as they are or
// rewritten, some are carried out here.
import type { Socket } from 'node:net';
import type { Admin } from './admin.ts';
import { literal } from './admin.ts';
import { BackendConnection } from './backend.ts';
import { type CopyContext, runCopy } from './copy/run.ts';
import { RedshiftError, sqlstate } from './errors.ts';
import { Results } from './results.ts';
import { readStatement } from './sql/rewrite.ts';
import type { Statement, Steps } from './sql/statement.ts';
import { statements } from './sql/tokens.ts';
import { code, commandComplete, errorResponse, type Frames, message, query, readyForQuery, text } from './wire.ts';

/** What all sessions of a server share. */
export interface Shared {
  readonly admin: Admin;
  readonly s3: CopyContext['s3'];
  readonly profile: 'pessimistic' | 'optimistic';
  readonly database: string;
}

/** 32 MB: twice the longest statement that Redshift takes. */
const maxBufferedBytes = 32 * 1024 * 1024;

// The backend keeps this for a statement that is carried out here: no parameters, no result, no effect.
const placeholder = `SET redshift.placeholder TO ''`;

export class Session {
  private readonly client: Socket;
  private readonly backend: BackendConnection;
  private readonly results: Results;
  private readonly frames: Frames;
  private readonly shared: Shared;
  private readonly prepared = new Map<string, Statement>();
  private readonly portals = new Map<string, Statement>();
  private pumping = false;
  private started = false;
  /** After an error found here, the client's messages are dropped up to its Sync. */
  private skipping = false;
  private executed = false;
  private clientGone = false;
  private unsent: Buffer[] = [];
  private stopCopy: AbortController | undefined;
  private copyStandsAlone = false;

  constructor(client: Socket, upstream: Socket, frames: Frames, shared: Shared) {
    this.client = client;
    this.frames = frames;
    this.shared = shared;
    this.results = new Results();
    this.backend = new BackendConnection(
      upstream,
      (arrived) => this.fromBackend(arrived),
      () => this.flush(),
      () => this.client.destroySoon(),
    );
    client.on('data', (chunk: Buffer) => {
      this.frames.feed(chunk);
      // The socket is read on while a statement runs, or the client's leaving would go unnoticed.
      if (this.pumping && this.frames.buffered > maxBufferedBytes) client.pause();
      void this.pump();
    });
    client.on('drain', () => this.backend.resume());
    client.on('error', () => {});
    client.on('close', () => this.clientLeft());
    void this.pump();
  }

  /** The backend's process and secret key, by which a cancel request names the session. */
  get key(): string {
    return this.results.key;
  }

  /** Ends a COPY that runs here; whatever runs in the backend is cancelled there. */
  cancel(): void {
    this.stopCopy?.abort(new RedshiftError('canceling statement due to user request', '57014'));
  }

  private clientLeft(): void {
    this.clientGone = true;
    // Outside a transaction block a COPY that has begun goes on and commits.
    if (this.stopCopy !== undefined && this.copyStandsAlone) return;
    this.stopCopy?.abort(new RedshiftError('the client has gone', '08006'));
    this.backend.destroy();
  }

  private toClient(bytes: Buffer): void {
    this.unsent.push(bytes);
    if (!this.backend.dispatching) this.flush();
  }

  /** Many small messages leave as one piece. */
  private flush(): void {
    const [first, ...more] = this.unsent;
    if (first === undefined) return;
    const bytes = more.length === 0 ? first : Buffer.concat(this.unsent);
    this.unsent = [];
    if (!this.clientGone && !this.client.write(bytes)) this.backend.pause();
  }

  private fromBackend(arrived: Buffer): void {
    if (!this.started && arrived[0] === code('Z')) {
      void this.begin(arrived);
      return;
    }
    const translated = this.results.translate(arrived);
    if (translated !== undefined) this.toClient(translated);
  }

  /** The login is done: give the session its own values of the last COPY. */
  private async begin(ready: Buffer): Promise<void> {
    this.started = true;
    try {
      await this.backend.ask(`SELECT setval('pg_internal.last_copy_count', 0), setval('pg_internal.last_copy_id', -1)`);
      this.toClient(ready);
    } catch {
      this.client.destroy();
    }
  }

  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    try {
      for (let next = this.frames.next(); next !== undefined; next = this.frames.next()) {
        await this.take(Buffer.from(next));
      }
    } catch (error) {
      const failure = error instanceof RedshiftError ? error : new RedshiftError(String(error), '08P01');
      this.toClient(errorResponse(failure, 'FATAL'));
      this.client.destroySoon();
      this.backend.destroy();
    } finally {
      this.pumping = false;
      this.client.resume();
    }
  }

  private async take(arrived: Buffer): Promise<void> {
    const type = String.fromCharCode(arrived[0] ?? 0);
    if (type === 'X') {
      await this.backend.send(arrived);
      this.client.end();
    } else if (type === 'p') await this.backend.send(arrived);
    else if (type === 'Q') await this.simple(arrived.toString('utf8', 5, arrived.length - 1));
    else if (type === 'S') await this.sync(arrived);
    else if (this.skipping || 'dcf'.includes(type)) return;
    else await this.extended(type, arrived);
  }

  // --- simple protocol

  private async simple(sql: string): Promise<void> {
    let list: Statement[];
    try {
      list = this.read(sql);
    } catch (error) {
      await this.refuse(error);
      this.toClient(readyForQuery(this.backend.status));
      return;
    }
    const passed = list.flatMap((statement) => (statement.kind === 'pass' ? [statement.sql] : []));
    if (passed.length === list.length) {
      await this.backend.sendUntilReady(query(passed.join(';\n')));
      return;
    }
    await this.oneByOne(list);
    this.toClient(readyForQuery(this.backend.status));
  }

  private read(sql: string): Statement[] {
    return statements(sql, { backslashEscapes: this.results.backslashEscapes }).map(readStatement);
  }

  /** Several statements in one message are one transaction, unless they say otherwise themselves. */
  private async oneByOne(list: readonly Statement[]): Promise<void> {
    let implicit = false;
    for (const statement of list) {
      const control = statement.kind === 'pass' ? /^(BEGIN|COMMIT|ROLLBACK)\b/.exec(statement.sql)?.[1] : undefined;
      if (implicit && control === 'BEGIN') {
        implicit = false;
        this.toClient(commandComplete('BEGIN'));
        continue;
      }
      if (list.length > 1 && this.backend.status === 'I' && control === undefined) {
        await this.backend.ask('BEGIN');
        implicit = true;
      }
      const done = await this.run(statement);
      if (!done) {
        if (implicit) await this.backend.ask('ROLLBACK');
        return;
      }
      if (this.backend.status === 'I') implicit = false;
    }
    if (implicit) await this.askVisibly('COMMIT');
  }

  /** Runs one statement whole; its result goes to the client, without ReadyForQuery. False when it failed. */
  private async run(statement: Statement): Promise<boolean> {
    if (statement.kind === 'pass') return this.passOne(statement.sql);
    try {
      if (statement.kind === 'steps') return await this.runSteps(statement);
      await this.copy(statement);
      return true;
    } catch (error) {
      await this.refuse(error);
      return false;
    }
  }

  private async passOne(sql: string): Promise<boolean> {
    let failed = false;
    await this.backend.sendWith(query(sql), (arrived) => {
      if (arrived[0] === code('E')) failed = true;
      this.fromBackend(arrived);
    });
    return !failed;
  }

  private async runSteps(statement: Steps): Promise<boolean> {
    const inBlock = this.backend.status !== 'I';
    if (inBlock && statement.inBlock === 'refused') {
      throw new RedshiftError(`${statement.tag} cannot run inside a transaction block`, sqlstate.activeTransaction);
    }
    if (statement.ifExists && (await this.exists(statement.ifExists.relation))) {
      return this.passOne(statement.ifExists.sql);
    }
    if (!(await this.askVisibly(statement.steps.join(';\n')))) return false;
    if (inBlock && statement.inBlock === 'commits' && !(await this.askVisibly('COMMIT'))) return false;
    this.toClient(commandComplete(statement.tag));
    return true;
  }

  private async exists(relation: string): Promise<boolean> {
    const { rows } = await this.backend.ask(`SELECT to_regclass(${literal(relation)})`);
    return rows[0]?.[0] != null;
  }

  /** Asks the backend; notices and an error go to the client, rows don't. */
  private async askVisibly(sql: string): Promise<boolean> {
    const { error } = await this.backend.ask(sql, (arrived) => this.fromBackend(arrived));
    if (error) this.toClient(this.results.error(error));
    return error === undefined;
  }

  /** Answers an error found here; an open transaction fails with it. */
  private async refuse(error: unknown): Promise<void> {
    const failure = error instanceof RedshiftError ? error : new RedshiftError(String(error), sqlstate.internal);
    if (this.backend.status === 'T') await this.backend.ask('SELECT 1/0');
    this.toClient(errorResponse(failure));
  }

  private async copy(statement: Statement & { kind: 'copy' }): Promise<void> {
    const stop = new AbortController();
    this.stopCopy = stop;
    this.copyStandsAlone = this.backend.status === 'I';
    try {
      await runCopy(statement.copy, {
        backend: this.backend,
        admin: this.shared.admin,
        s3: this.shared.s3,
        profile: this.shared.profile,
        database: this.shared.database,
        pid: this.results.pid,
        signal: stop.signal,
        stop: (reason) => stop.abort(reason),
        tell: (bytes) => this.toClient(bytes),
      });
    } finally {
      this.stopCopy = undefined;
      if (this.clientGone) this.backend.destroy();
    }
  }

  // --- extended protocol

  private async sync(arrived: Buffer): Promise<void> {
    this.skipping = false;
    this.executed = false;
    await this.backend.sendUntilReady(arrived);
  }

  private async extended(type: string, arrived: Buffer): Promise<void> {
    if (this.backend.failed) {
      this.skipping = true;
      return;
    }
    if (type === 'P') await this.parse(arrived);
    else if (type === 'B') await this.bind(arrived);
    else if (type === 'E') await this.execute(arrived);
    else if (type === 'C') await this.close(arrived);
    else if (type === 'D') await this.describe(arrived);
    else if (type === 'H') await this.backend.send(arrived);
    else await this.refuseExtended(new RedshiftError(`message type "${type}" is not supported`, '08P01'));
  }

  private async parse(arrived: Buffer): Promise<void> {
    const name = text(arrived, 5);
    const sql = text(arrived, name.end);
    try {
      const list = this.read(sql.value);
      if (list.length > 1) {
        throw new RedshiftError('cannot insert multiple commands into a prepared statement', sqlstate.syntaxError);
      }
      const statement = list[0] ?? { kind: 'pass', sql: '' };
      this.prepared.delete(name.value);
      if (statement.kind !== 'pass') this.prepared.set(name.value, statement);
      const forBackend = statement.kind === 'pass' ? statement.sql : placeholder;
      const parameters = arrived.subarray(sql.end);
      await this.backend.sendCounted(message('P', `${name.value}\0${forBackend}\0`, parameters));
    } catch (error) {
      await this.refuseExtended(error);
    }
  }

  private async bind(arrived: Buffer): Promise<void> {
    const portal = text(arrived, 5);
    const statement = this.prepared.get(text(arrived, portal.end).value);
    if (statement) this.portals.set(portal.value, statement);
    else this.portals.delete(portal.value);
    await this.backend.sendCounted(arrived);
  }

  private async close(arrived: Buffer): Promise<void> {
    const kind = arrived[5] === code('S') ? this.prepared : this.portals;
    kind.delete(text(arrived, 6).value);
    await this.backend.sendCounted(arrived);
  }

  private async describe(arrived: Buffer): Promise<void> {
    await this.backend.sendCounted(arrived);
  }

  private async execute(arrived: Buffer): Promise<void> {
    const statement = this.portals.get(text(arrived, 5).value);
    if (statement === undefined) {
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
      await this.refuseExtended(new RedshiftError(message, '25P02'));
      return;
    }
    if (!(await this.run(statement))) this.skipping = true;
  }

  private async refuseExtended(error: unknown): Promise<void> {
    await this.backend.settled();
    this.skipping = true;
    if (this.backend.failed) return;
    await this.refreshStatus();
    await this.refuse(error);
  }

  /** Messages since the last Sync may have opened or ended a transaction; an empty query tells. */
  private async refreshStatus(): Promise<void> {
    if (this.executed) await this.backend.ask('');
    this.executed = false;
  }
}
