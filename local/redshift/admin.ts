// How does the stand-in itself talk to its backend, as superuser? A small client: log in (SCRAM-SHA-256), run SQL.
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RedshiftError } from './errors.ts';
import { code, dataRow, errorFields, Frames, int32, message, query, startupMessage } from './wire.ts';

export interface Backend {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A superuser's session; statements run one after the other. */
export class Admin {
  private readonly socket: Socket;
  private readonly frames = new Frames(false);
  private waiting: ((arrived: Buffer | Error) => void) | undefined;
  private broken: Error | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.frames.feed(chunk);
      this.wake();
    });
    const fail = (error: Error) => {
      this.broken ??= error;
      this.wake();
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error("the stand-in's own session on its backend has ended")));
  }

  static async connect(backend: Backend, database: string): Promise<Admin> {
    const socket = connect(backend.port, backend.host);
    await once(socket, 'connect');
    const admin = new Admin(socket);
    socket.write(
      startupMessage(
        new Map([
          ['user', backend.user],
          ['database', database],
        ]),
      ),
    );
    await admin.logIn(backend.password);
    return admin;
  }

  /** Runs SQL; the rows of all its statements as text. */
  run(sql: string): Promise<(string | null)[][]> {
    const result = this.queue.then(() => this.ask(sql));
    this.queue = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.queue;
    if (this.socket.destroyed) return;
    this.socket.end(message('X'));
    await once(this.socket, 'close');
  }

  private async ask(sql: string): Promise<(string | null)[][]> {
    this.socket.write(query(sql));
    return this.untilReady();
  }

  private async untilReady(): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    let failure: RedshiftError | undefined;
    for (;;) {
      const arrived = await this.next();
      const type = arrived[0];
      if (type === code('D')) rows.push(dataRow(arrived));
      if (type === code('E')) {
        const fields = errorFields(arrived);
        failure = new RedshiftError(fields.get('M') ?? 'error', fields.get('C'), fields.get('D'));
        if (fields.get('S') === 'FATAL') throw failure;
      }
      if (type !== code('Z')) continue;
      if (failure) throw failure;
      return rows;
    }
  }

  private async logIn(password: string): Promise<void> {
    const nonce = randomBytes(18).toString('base64');
    const bare = `n=,r=${nonce}`;
    let expected: Buffer | undefined;
    for (;;) {
      const arrived = await this.next();
      if (arrived[0] === code('E')) throw new RedshiftError(errorFields(arrived).get('M') ?? 'login refused', '28000');
      if (arrived[0] !== code('R')) throw new Error('unexpected message during login');
      const kind = arrived.readInt32BE(5);
      if (kind === 0) break;
      if (kind === 10) {
        const first = Buffer.from(`n,,${bare}`);
        this.socket.write(message('p', 'SCRAM-SHA-256\0', int32(first.length), first));
      } else if (kind === 11) {
        const proof = scramProof(password, bare, nonce, arrived.toString('utf8', 9));
        expected = proof.serverSignature;
        this.socket.write(message('p', proof.answer));
      } else if (kind === 12) {
        const signature = Buffer.from(arrived.toString('utf8', 9).replace(/^v=/, ''), 'base64');
        if (expected?.length !== signature.length || !timingSafeEqual(expected, signature)) {
          throw new Error('the backend does not know the password it was given');
        }
      } else throw new Error(`the backend asks for authentication of kind ${kind}, which the stand-in does not know`);
    }
    await this.untilReady();
  }

  private async next(): Promise<Buffer> {
    for (;;) {
      const ready = this.frames.next();
      if (ready) return ready;
      if (this.broken) throw this.broken;
      await new Promise<unknown>((resolve) => {
        this.waiting = resolve;
      });
    }
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.(Buffer.alloc(0));
  }
}

/** RFC 5802: the client's final message, and the signature that proves the server knows the password too. */
function scramProof(password: string, bare: string, nonce: string, challenge: string) {
  const fields = new Map(challenge.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
  const serverNonce = fields.get('r') ?? '';
  if (!serverNonce.startsWith(nonce)) throw new Error('the backend answered with a nonce that is not ours');
  const salt = Buffer.from(fields.get('s') ?? '', 'base64');
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, Number(fields.get('i')), 32, 'sha256');
  const withoutProof = `c=biws,r=${serverNonce}`;
  const authMessage = `${bare},${challenge},${withoutProof}`;
  const clientKey = hmac(salted, 'Client Key');
  const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
  const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0));
  return {
    answer: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`,
    serverSignature: hmac(hmac(salted, 'Server Key'), authMessage),
  };
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** A SQL literal for the backend, whatever its setting of standard_conforming_strings. */
export function literal(value: string | null): string {
  if (value === null) return 'NULL';
  return `E'${value.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}

/** A quoted identifier for the backend. */
export function identifier(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}
