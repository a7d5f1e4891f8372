// What happens on one client's connection? Its messages are taken one by one; most go on to the backend as they are or
// rewritten, some are carried out here.
import type { Socket } from 'node:net';
import { BackendConnection } from './backend.ts';
import { findLateViews, findUserRelations, lateView } from './catalog/late-views.ts';
import type { CopySettings } from './copy/run.ts';
import { RedshiftError, serializationViolation, sqlstate, syntaxError } from './errors.ts';
import { ExtendedProtocol } from './extended.ts';
import type { FaultPlan } from './faults.ts';
import { Results } from './results.ts';
import { StatementRunner } from './run-statement.ts';
import { expandLateViews, isLateView, type LateView } from './sql/late-views.ts';
import { leaderOnlyCalls, leaderOnlyError } from './sql/leader-only.ts';
import type { LongNames } from './sql/long-names.ts';
import { relationNames } from './sql/relations.ts';
import { refuseFetch } from './sql/result-cursor.ts';
import { readStatement } from './sql/rewrite.ts';
import type { Statement } from './sql/statement.ts';
import { type Lexis, statements, type Token, tokenize } from './sql/tokens.ts';
import { checkUnloadedQuery, type UnloadStatement } from './sql/unload-statement.ts';
import { code, commandComplete, errorResponse, type Frames, notice, query, readyForQuery } from './wire.ts';

/** What all sessions of a server share. */
export interface Shared extends CopySettings {
  readonly names: LongNames;
  /** Whether there are views WITH NO SCHEMA BINDING to look for. */
  lateViews: boolean;
  readonly faults: FaultPlan;
  readonly nodes: 'one' | 'several';
}

/** A statement of the client's and what it becomes. */
interface Read {
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly statement: Statement;
}

/** 32 MB: twice the longest statement that Redshift takes. */
const maxBufferedBytes = 32 * 1024 * 1024;

export class Session {
  private readonly client: Socket;
  private readonly backend: BackendConnection;
  private readonly results = new Results();
  private readonly frames: Frames;
  private readonly shared: Shared;
  private readonly runner: StatementRunner;
  private readonly extended: ExtendedProtocol;
  private pumping = false;
  private started = false;
  private clientGone = false;
  private unsent: Buffer[] = [];

  constructor(client: Socket, upstream: Socket, frames: Frames, shared: Shared) {
    this.client = client;
    this.frames = frames;
    this.shared = shared;
    this.backend = new BackendConnection(
      upstream,
      (arrived) => this.fromBackend(arrived),
      () => this.flush(),
      () => this.client.destroySoon(),
    );
    this.runner = new StatementRunner({
      backend: this.backend,
      results: this.results,
      copying: shared,
      names: shared.names,
      tell: (bytes) => this.toClient(bytes),
      forward: (arrived) => this.fromBackend(arrived),
    });
    this.extended = new ExtendedProtocol({
      backend: this.backend,
      runner: this.runner,
      names: shared.names,
      faults: shared.faults,
      read: (sql) => this.readOne(sql),
      strike: (sql, run) => this.strike(sql, run),
    });
    client.on('data', (chunk: Buffer) => {
      this.frames.feed(chunk);
      // The socket is read on while a statement runs, or the client's leaving would go unnoticed.
      if (this.pumping && this.frames.buffered > maxBufferedBytes) client.pause();
      void this.pump();
    });
    client.on('drain', () => this.backend.resume());
    client.on('error', () => {});
    client.on('close', () => {
      this.clientGone = true;
      if (!this.runner.clientLeft()) this.backend.destroy();
    });
    void this.pump();
  }

  /** As the session's enable_case_sensitive_identifier says. */
  private keepsCase = false;

  /** The backend's process and secret key, by which a cancel request names the session. */
  get key(): string {
    return this.results.key;
  }

  /** Ends a COPY that runs here; whatever runs in the backend is cancelled there. */
  cancel(): void {
    this.runner.cancel();
  }

  private toClient(bytes: Buffer): void {
    this.unsent.push(this.shared.names.inMessage(bytes));
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
        // What went on without the client has ended.
        if (this.clientGone) this.backend.destroy();
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
    else if (type === 'S') await this.extended.sync(arrived);
    // Late messages of a COPY that was refused.
    else if ('dcf'.includes(type)) return;
    else await this.extended.take(type, arrived);
  }

  /** Throws what Redshift, or the stand-in, refuses. */
  private async read(sql: string): Promise<Read[]> {
    const list = statements(sql, this.lexis).map((tokens) => ({
      sql: tokens.map(({ text }) => text).join(''),
      tokens,
      statement: readStatement(tokens),
    }));
    for (const { statement } of list) {
      if (statement.kind === 'pass') this.keepsCase = statement.keepsCase ?? this.keepsCase;
      if (statement.kind !== 'pass' || statement.fetches === undefined) continue;
      if (this.shared.nodes === 'one') refuseFetch(statement.fetches);
    }
    await this.shared.names.save();
    if (list.some(({ tokens }) => isLateView(tokens))) this.shared.lateViews = true;
    return list;
  }

  private get lexis(): Lexis {
    const { backslashEscapes } = this.results;
    return { backslashEscapes, keepsCase: this.keepsCase, names: this.shared.names };
  }

  /** The statement with the queries of late-binding views in it, as they are when it is run. */
  private async bind({ tokens, statement }: Read): Promise<Statement> {
    await this.refuseLeaderOnly(tokens);
    if (statement.kind === 'unload') return { ...statement, sql: await this.unloadedQuery(statement.unload) };
    if (!this.shared.lateViews || this.backend.status === 'E' || isLateView(tokens)) return statement;
    const find = async (names: readonly string[]): Promise<LateView[]> => {
      await this.backend.settled();
      const { rows } = await this.backend.ask(findLateViews(names));
      return rows.map(lateView);
    };
    const bound = await expandLateViews(tokens, find, (query) => tokenize(query, this.lexis));
    return bound === tokens ? statement : readStatement(bound);
  }

  /** Throws when the statement calls over a user's table what the leader node alone knows. */
  private async refuseLeaderOnly(tokens: readonly Token[]): Promise<void> {
    const calls = leaderOnlyCalls(tokens);
    const names = calls.length === 0 ? [] : relationNames(tokens).map(({ sql }) => sql);
    if (names.length === 0 || this.backend.status === 'E') return;
    await this.backend.settled();
    const { rows } = await this.backend.ask(findUserRelations(names));
    if (rows.length === 0) return;
    for (const call of calls) this.toClient(notice(`Function ${call} not supported.`));
    throw leaderOnlyError();
  }

  /** The query of an UNLOAD for the backend. */
  private async unloadedQuery(unload: UnloadStatement): Promise<string> {
    const [tokens = [], ...more] = statements(unload.query, this.lexis);
    if (more.length > 0) throw syntaxError(';');
    checkUnloadedQuery(tokens);
    const bound = await this.bind({ sql: unload.query, tokens, statement: readStatement(tokens) });
    await this.shared.names.save();
    if (bound.kind !== 'pass') throw syntaxError('');
    return bound.sql;
  }

  private async readOne(sql: string): Promise<Statement> {
    const [first, ...more] = await this.read(sql);
    if (more.length > 0) {
      throw new RedshiftError('cannot insert multiple commands into a prepared statement', sqlstate.syntaxError);
    }
    return first === undefined ? { kind: 'pass', sql: '' } : this.bind(first);
  }

  private async simple(sql: string): Promise<void> {
    try {
      const list = await this.read(sql);
      const plain = list.every((read) => read.statement.kind === 'pass' && !this.shared.faults.awaits(read.sql));
      if (plain) await this.together(list);
      else await this.oneByOne(list);
    } catch (error) {
      if (!(error instanceof RedshiftError) || this.clientGone) throw error;
      await this.runner.refuse(error);
      this.toClient(readyForQuery(this.backend.status));
    }
  }

  /** The backend runs them all, and says when it is ready. */
  private async together(list: readonly Read[]): Promise<void> {
    const passed: string[] = [];
    for (const read of list) {
      const statement = await this.bind(read);
      if (statement.kind === 'pass') passed.push(statement.sql);
    }
    await this.backend.sendUntilReady(query(passed.join(';\n')));
  }

  /** Several statements in one message are one transaction, unless they say otherwise themselves. */
  private async oneByOne(list: readonly Read[]): Promise<void> {
    await this.runAll(list);
    this.toClient(readyForQuery(this.backend.status));
  }

  private async runAll(list: readonly Read[]): Promise<void> {
    let implicit = false;
    for (const read of list) {
      const { statement } = read;
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
      const done = await this.strike(read.sql, () => this.runner.run(() => this.bind(read)));
      if (!done) {
        if (implicit && this.backend.status !== 'I') await this.backend.ask('ROLLBACK');
        return;
      }
      if (this.backend.status === 'I') implicit = false;
    }
    if (implicit) await this.runner.askVisibly('COMMIT');
  }

  /** Runs a statement, unless a fault strikes it. False when it failed. */
  private async strike(sql: string, run: () => Promise<boolean>): Promise<boolean> {
    const answer = this.shared.faults.take(sql);
    if (answer === undefined) return run();
    if (answer === 'serialization violation') {
      if (/^\s*(commit|end)\b/i.test(sql)) await this.backend.ask('ROLLBACK');
      await this.runner.refuse(serializationViolation());
      return false;
    }
    // What is told from now on reaches nobody.
    this.clientGone = true;
    if (answer === 'lose answer') await run();
    this.client.destroy();
    throw new RedshiftError('the connection was cut on purpose', '08006');
  }
}
