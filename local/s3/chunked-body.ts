// Which bytes does an aws-chunked body carry? The SDKs send streams in chunks of their own inside the HTTP body, with
// a checksum as trailer (`size CRLF data CRLF … 0 CRLF name:value CRLF CRLF`) or a signature on every chunk.
import { createHash, type Hash } from 'node:crypto';
import { badRequest } from './errors.ts';
import { type ChunkSigning, chunkSignature, signatureDoesNotMatch } from './signature.ts';

const longestLineBytes = 8 * 1024;
const lineEnd = Buffer.from('\r\n');

export interface ChunkedBodyRules {
  /** x-amz-decoded-content-length. */
  readonly decodedBytes: number;
  /** Given when every chunk must carry a signature; absent when none may. */
  readonly signing?: ChunkSigning;
}

/** Decodes a body pushed in pieces of any size. Throws as soon as framing, signatures or length are wrong. */
export class ChunkedBody {
  readonly trailers = new Map<string, string>();
  readonly #rules: ChunkedBodyRules;
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  #rest: Buffer = Buffer.alloc(0);
  #chunkLeftBytes = 0;
  #decodedBytes = 0;
  #chunkHash: Hash | undefined;
  #claimedSignature = '';
  #previousSignature: string;

  constructor(rules: ChunkedBodyRules) {
    this.#rules = rules;
    this.#previousSignature = rules.signing?.seedSignature ?? '';
  }

  /** The payload within the next piece of the body. */
  push(piece: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const payload: Buffer[] = [];
    while (this.#step(payload));
    return payload;
  }

  /** To be called at the body's end. Throws IncompleteBody. */
  end(): void {
    // The empty line after the trailers is missing in what some clients send without trailers.
    const ended = this.#state === 'done' || (this.#state === 'trailer' && this.#rest.length === 0);
    if (!ended) throw badRequest('IncompleteBody', 'The aws-chunked body ended before its last chunk.');
    if (this.#decodedBytes !== this.#rules.decodedBytes) {
      const counts = `${this.#decodedBytes} bytes, x-amz-decoded-content-length says ${this.#rules.decodedBytes}`;
      throw badRequest('IncompleteBody', `The aws-chunked body holds ${counts}.`);
    }
  }

  // One step of the state machine; false when it needs more bytes.
  #step(payload: Buffer[]): boolean {
    switch (this.#state) {
      case 'size':
        return this.#readLine((line) => this.#startChunk(line));
      case 'data':
        return this.#readData(payload);
      case 'data-end':
        return this.#readLine((line) => {
          if (line !== '')
            throw badRequest('InvalidRequest', 'A chunk of the aws-chunked body is longer than it says.');
          this.#state = 'size';
        });
      case 'trailer':
        return this.#readLine((line) => this.#readTrailer(line));
      case 'done':
        if (this.#rest.length > 0) throw badRequest('InvalidRequest', 'There are bytes after the last chunk.');
        return false;
    }
  }

  #readLine(take: (line: string) => void): boolean {
    const end = this.#rest.indexOf(lineEnd);
    if (end < 0) {
      if (this.#rest.length > longestLineBytes) throw badRequest('InvalidRequest', 'The chunk header is too long.');
      return false;
    }
    const line = this.#rest.subarray(0, end).toString('latin1');
    this.#rest = this.#rest.subarray(end + lineEnd.length);
    take(line);
    return true;
  }

  #startChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    const [, size = '', signature] = match ?? [];
    if (match === null || (signature !== undefined) !== (this.#rules.signing !== undefined))
      throw badRequest('InvalidRequest', 'The aws-chunked body has a malformed chunk header.');
    this.#chunkLeftBytes = Number.parseInt(size, 16);
    this.#claimedSignature = signature ?? '';
    if (this.#rules.signing) this.#chunkHash = createHash('sha256');
    if (this.#chunkLeftBytes > 0) {
      this.#state = 'data';
    } else {
      this.#checkSignature();
      this.#state = 'trailer';
    }
  }

  #readData(payload: Buffer[]): boolean {
    if (this.#rest.length === 0) return false;
    const data = this.#rest.subarray(0, this.#chunkLeftBytes);
    this.#rest = this.#rest.subarray(data.length);
    this.#chunkLeftBytes -= data.length;
    this.#decodedBytes += data.length;
    if (this.#decodedBytes > this.#rules.decodedBytes)
      throw badRequest('IncompleteBody', 'The aws-chunked body is longer than x-amz-decoded-content-length says.');
    this.#chunkHash?.update(data);
    payload.push(data);
    if (this.#chunkLeftBytes === 0) {
      this.#checkSignature();
      this.#state = 'data-end';
    }
    return true;
  }

  #checkSignature(): void {
    if (this.#rules.signing === undefined || this.#chunkHash === undefined) return;
    const wanted = chunkSignature(this.#rules.signing, this.#previousSignature, this.#chunkHash.digest('hex'));
    if (wanted !== this.#claimedSignature) throw signatureDoesNotMatch();
    this.#previousSignature = wanted;
  }

  #readTrailer(line: string): void {
    if (line === '') {
      this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    if (colon < 1)
      throw badRequest('MalformedTrailerError', 'The request contained trailing data that was not well-formed');
    this.trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
}
