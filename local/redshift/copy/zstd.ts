// How is a zstd object of several frames read? Node's decompressor stops after the first frame and drops the rest
// without a word; so the frames are told apart here (RFC 8878, section 3.1) and decompressed one by one.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';

const frameMagic = 0xfd2fb528;
/** The last four bits are free. */
const skippableMagic = 0x184d2a50;
const checksumBytes = 4;
const dictionaryIdBytes = [0, 1, 2, 4];

type State = 'magic' | 'descriptor' | 'block' | 'skippable' | 'end';

/** Finds where a frame ends, in bytes that come piece by piece. */
class FrameEnd {
  private state: State = 'magic';
  private held: Buffer = Buffer.alloc(0);
  private needed = 4;
  private toSkip = 0;
  private checksum = false;
  private last = false;

  /** Where the frame ends in these bytes, or -1 when it goes on behind them. */
  find(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length || (this.toSkip === 0 && this.state === 'end')) {
      if (this.toSkip > 0) {
        const step = Math.min(this.toSkip, bytes.length - at);
        this.toSkip -= step;
        at += step;
      } else if (this.state === 'end') return at;
      else {
        const step = Math.min(this.needed - this.held.length, bytes.length - at);
        this.held = Buffer.concat([this.held, bytes.subarray(at, at + step)]);
        at += step;
        if (this.held.length === this.needed) this.advance();
      }
    }
    return -1;
  }

  private advance(): void {
    const held = this.held;
    this.held = Buffer.alloc(0);
    if (this.state === 'magic') this.magic(held.readUInt32LE(0));
    else if (this.state === 'descriptor') this.descriptor(held[0] ?? 0);
    else if (this.state === 'skippable') this.expect('end', 0, held.readUInt32LE(0));
    else this.block(held.readUIntLE(0, 3));
  }

  private expect(state: State, needed: number, toSkip = 0): void {
    this.state = state;
    this.needed = needed;
    this.toSkip = toSkip;
  }

  private magic(value: number): void {
    if (value === frameMagic) this.expect('descriptor', 1);
    else if ((value & 0xfffffff0) >>> 0 === skippableMagic) this.expect('skippable', 4);
    // The decompressor says what is wrong.
    else this.expect('magic', 4, Number.MAX_SAFE_INTEGER);
  }

  private descriptor(value: number): void {
    const single = (value & 0x20) !== 0;
    this.checksum = (value & 0x04) !== 0;
    const contentSize = [single ? 1 : 0, 2, 4, 8][value >> 6] ?? 0;
    this.expect('block', 3, (single ? 0 : 1) + (dictionaryIdBytes[value & 3] ?? 0) + contentSize);
  }

  private block(header: number): void {
    this.last = (header & 1) === 1;
    const repeated = ((header >> 1) & 3) === 1;
    const size = repeated ? 1 : header >> 3;
    if (this.last) this.expect('end', 0, size + (this.checksum ? checksumBytes : 0));
    else this.expect('block', 3, size);
  }
}

/** The decompressed bytes, of all frames. Throws when the last one is not whole. */
export async function* decompressZstd(source: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Buffer> {
  const pieces = source[Symbol.asyncIterator]();
  let rest: Buffer | undefined;

  async function* frame(): AsyncGenerator<Buffer> {
    const end = new FrameEnd();
    for (;;) {
      const piece = rest ?? (await next());
      rest = undefined;
      if (piece === undefined) return;
      const stop = end.find(piece);
      if (stop < 0) {
        yield piece;
        continue;
      }
      if (stop < piece.length) rest = piece.subarray(stop);
      yield piece.subarray(0, stop);
      return;
    }
  }

  async function next(): Promise<Buffer | undefined> {
    const { value, done } = await pieces.next();
    return done ? undefined : value;
  }

  try {
    for (rest = await next(); rest !== undefined; rest ??= await next()) {
      const decoder = createZstdDecompress({ chunkSize });
      const feeding = pipeline(Readable.from(frame(), { objectMode: false }), decoder);
      // A failure comes out of the decoder too.
      feeding.catch(() => {});
      yield* decoder;
      await feeding;
    }
  } finally {
    await pieces.return?.();
  }
}
