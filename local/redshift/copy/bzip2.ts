// How is a bzip2 object read? Node has no decoder for it. Block by block, in plain JavaScript: Huffman codes, move to
// front, Burrows–Wheeler transform, run lengths. Checksums are compared, so that a broken object is never half loaded.
import { Bits, broken, readTables } from './bzip2-codes.ts';

/** A block has at most 900,000 bytes before it is compressed, and not many more afterwards. */
const enoughBytes = 1_200_000;
const outputBytes = 256 * 1024;

const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;

/** The decompressed bytes, of all streams that the object holds one after the other. */
export async function* decompressBzip2(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = source[Symbol.asyncIterator]();
  const bits = new Bits();
  const fill = async () => {
    while (!bits.complete && bits.available < enoughBytes) {
      const { value, done } = await pieces.next();
      if (done) bits.complete = true;
      else bits.add(value);
    }
  };
  try {
    await fill();
    do {
      const decoder = new Decoder(bits);
      for (let block = decoder.next(); block !== undefined; block = decoder.next()) {
        yield* unrunLengths(block);
        await fill();
      }
      bits.toNextByte();
      await fill();
    } while (bits.available > 0);
  } finally {
    await pieces.return?.();
  }
}

interface Block {
  /** Where the byte before each byte is, and that byte in the low eight bits. */
  readonly links: Uint32Array;
  readonly length: number;
  readonly start: number;
  readonly checksum: number;
}

/** One stream: its header, its blocks, its end. */
class Decoder {
  private readonly bits: Bits;
  private readonly links: Uint32Array;
  private checksum = 0;

  constructor(bits: Bits) {
    this.bits = bits;
    const level = bits.read(24) === 0x425a68 ? bits.read(8) - 0x30 : 0;
    if (level < 1 || level > 9) throw broken('incorrect bzip2 header');
    this.links = new Uint32Array(level * 100_000);
  }

  /** Undefined after the last. */
  next(): Block | undefined {
    const magic = this.bits.readLong(48);
    const checksum = this.bits.readLong(32);
    if (magic === endMagic) {
      if (checksum !== this.checksum) throw broken('bzip2 checksum of the whole does not match');
      return undefined;
    }
    if (magic !== blockMagic) throw broken('invalid bzip2 block');
    this.checksum = (((this.checksum << 1) | (this.checksum >>> 31)) ^ checksum) >>> 0;
    if (this.bits.read(1) !== 0) throw broken('randomised bzip2 blocks are not supported');
    const start = this.bits.read(24);
    const length = this.symbols();
    if (start >= length) throw broken('invalid bzip2 block');
    this.link(length);
    return { links: this.links, length, start, checksum };
  }

  /** Huffman codes and move to front: the transformed bytes, in the low bits of `links`. Returns how many. */
  private symbols(): number {
    const { bits, links } = this;
    const alphabet = usedBytes(bits);
    const tables = readTables(bits, alphabet.length + 2);
    const endOfBlock = alphabet.length + 1;
    let length = 0;
    let run = 0;
    let weight = 1;
    for (;;) {
      const symbol = tables.next(bits);
      if (symbol <= 1) {
        run += weight << symbol;
        weight <<= 1;
        if (run > links.length) throw broken('bzip2 block too long');
        continue;
      }
      if (run > 0) {
        if (length + run > links.length) throw broken('bzip2 block too long');
        links.fill(alphabet[0] as number, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === endOfBlock) return length;
      if (length === links.length) throw broken('bzip2 block too long');
      const place = symbol - 1;
      const byte = alphabet[place] as number;
      alphabet.copyWithin(1, 0, place);
      alphabet[0] = byte;
      links[length++] = byte;
    }
  }

  /** The inverse transform: which byte follows which. */
  private link(length: number): void {
    const { links } = this;
    const starts = new Uint32Array(256);
    for (let i = 0; i < length; i++) (starts[(links[i] as number) & 0xff] as number)++;
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = starts[byte] as number;
      starts[byte] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const byte = (links[i] as number) & 0xff;
      const place = starts[byte] as number;
      starts[byte] = place + 1;
      links[place] = (links[place] as number) | (i << 8);
    }
  }
}

/** The bytes that occur in a block, in order. */
function usedBytes(bits: Bits): Uint8Array {
  const rows = bits.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if (((rows >> (15 - row)) & 1) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++)
      if (((columns >> (15 - column)) & 1) === 1) used.push(row * 16 + column);
  }
  if (used.length === 0) throw broken('invalid bzip2 block');
  return Uint8Array.from(used);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** Follows the links; four equal bytes are followed by how many more of them there are. */
function* unrunLengths(block: Block): Generator<Buffer> {
  const { links, length, start, checksum } = block;
  let output = Buffer.allocUnsafe(outputBytes + 256);
  let used = 0;
  let crc = -1;
  let equal = 0;
  let before = -1;
  let link = (links[start] as number) >>> 8;
  for (let i = 0; i < length; i++) {
    const entry = links[link] as number;
    const byte = entry & 0xff;
    link = entry >>> 8;
    const times = equal === 4 ? byte : 1;
    const value = equal === 4 ? before : byte;
    for (let k = 0; k < times; k++) {
      output[used++] = value;
      crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ value) & 0xff] as number);
    }
    if (equal === 4) {
      equal = 0;
      before = -1;
    } else {
      equal = byte === before ? equal + 1 : 1;
      before = byte;
    }
    if (used >= outputBytes) {
      yield output.subarray(0, used);
      output = Buffer.allocUnsafe(outputBytes + 256);
      used = 0;
    }
  }
  if (~crc >>> 0 !== checksum) throw broken('bzip2 checksum does not match');
  if (used > 0) yield output.subarray(0, used);
}
