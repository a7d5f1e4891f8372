// How does a session use its own connection to the backend? Forwarding what the client asked for, and asking questions
// of its own in between, whose answers the client does not see.
import type { Socket } from 'node:net';
import { RedshiftError } from './errors.ts';
import { code, dataRow, errorFields, Frames, message, query } from './wire.ts';

/** What one of our own questions was answered. */
export interface Answer {
  readonly rows: (string | null)[][];
  readonly error: Map<string, string> | undefined;
}

/** `I` idle, `T` in a transaction, `E` in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Gets each message of the backend that belongs to what runs now. */
type Listener = (arrived: Buffer) => void;

/** Messages that may come at any time: parameter status, notice, notification. */
const anytime = new Set([code('S'), code('N'), code('A')]);

const answerTypes = new Set(['1', '2', '3', 'C', 'I', 's', 'n', 'T'].map(code));

export class BackendConnection {
  status: TransactionStatus = 'I';
  /** Whether the extended-protocol messages since the last Sync met an error. */
  failed = false;
  private readonly socket: Socket;
  private readonly frames = new Frames(false);
  private readonly forward: Listener;
  private readonly forwarded: () => void;
  /** While the messages of one piece are handed out: `forwarded` is called after the last. */
  dispatching = false;
  private listener: Listener | undefined;
  private unanswered = 0;
  private waiting: (() => void)[] = [];
  private gone = false;

  constructor(socket: Socket, forward: Listener, forwarded: () => void, closed: () => void) {
    this.socket = socket;
    this.forward = forward;
    this.forwarded = forwarded;
    socket.on('data', (chunk: Buffer) => this.arrived(chunk));
    socket.on('error', () => {});
    socket.on('drain', () => this.wake());
    socket.on('close', () => {
      this.gone = true;
      this.wake();
      closed();
    });
  }

  /** Sends bytes; resolves when there is room for more. */
  async send(bytes: Buffer): Promise<void> {
    if (this.gone) throw new RedshiftError('the connection to the backend has ended', '08006');
    if (this.socket.write(bytes)) return;
    await this.until(() => !this.socket.writableNeedDrain);
  }

  /** Sends a message of the extended protocol that the backend answers with exactly one message. */
  async sendCounted(bytes: Buffer): Promise<void> {
    this.unanswered++;
    await this.send(bytes);
  }

  /** Resolves when all counted messages are answered, or one failed. */
  async settled(): Promise<void> {
    if (this.unanswered > 0) await this.send(message('H'));
    await this.until(() => this.unanswered === 0 || this.failed);
  }

  /** Sends Sync or a simple query; resolves after the backend is ready again. */
  async sendUntilReady(bytes: Buffer): Promise<void> {
    const ready = this.nextReady();
    // Awaited below, but sending may fail first.
    ready.catch(() => {});
    await this.send(bytes);
    await ready;
  }

  /** Asks the backend something; the client sees notices only when `notices` is given. */
  async ask(sql: string, notices?: Listener): Promise<Answer> {
    const rows: (string | null)[][] = [];
    let error: Map<string, string> | undefined;
    await this.sendWith(query(sql), (arrived) => {
      if (arrived[0] === code('D')) rows.push(dataRow(arrived));
      else if (arrived[0] === code('E')) error ??= errorFields(arrived);
      else if (arrived[0] === code('N')) notices?.(arrived);
    });
    return { rows, error };
  }

  /** Sends a simple query whose messages, up to ReadyForQuery, go to a listener of its own. */
  async sendWith(bytes: Buffer, listener: Listener): Promise<void> {
    this.listener = listener;
    try {
      await this.sendUntilReady(bytes);
    } finally {
      this.listener = undefined;
    }
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private readies = 0;

  private async nextReady(): Promise<void> {
    const target = this.readies + 1;
    await this.until(() => this.readies >= target);
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.gone) throw new RedshiftError('the connection to the backend has ended', '08006');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private arrived(chunk: Buffer): void {
    this.frames.feed(chunk);
    this.dispatching = true;
    for (let next = this.frames.next(); next !== undefined; next = this.frames.next()) this.dispatch(next);
    this.dispatching = false;
    this.forwarded();
    this.wake();
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }

  private dispatch(arrived: Buffer): void {
    const type = arrived[0] ?? 0;
    if (type === code('Z')) {
      const letter = String.fromCharCode(arrived[5] ?? 0);
      this.status = letter === 'T' || letter === 'E' ? letter : 'I';
      this.readies++;
      this.unanswered = 0;
      this.failed = false;
    }
    if (this.listener !== undefined) {
      if (type === code('S')) this.forward(arrived);
      else if (type !== code('Z')) this.listener(arrived);
      return;
    }
    if (!anytime.has(type)) {
      if (answerTypes.has(type) && this.unanswered > 0) this.unanswered--;
      if (type === code('E')) this.failed = true;
    }
    this.forward(arrived);
  }
}
