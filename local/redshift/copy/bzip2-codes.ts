// How are the bits of a bzip2 object read, and the Huffman codes that they make?

/** So many symbols are written with one table, before another may be used. */
const groupSize = 50;
export function broken(why: string): Error {
  return Object.assign(new Error(why), { code: 'BZIP2_DATA' });
}

/** Bits of bytes that come piece by piece, the highest of each byte first. */
export class Bits {
  /** Whether no more will be added. */
  complete = false;
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private held = 0;
  private heldBits = 0;

  get available(): number {
    return this.bytes.length - this.at;
  }

  add(piece: Buffer): void {
    this.bytes = Buffer.concat([this.bytes.subarray(this.at), piece]);
    this.at = 0;
  }

  /** At most 24 bits. */
  read(count: number): number {
    while (this.heldBits < count) {
      if (this.at >= this.bytes.length) throw broken('unexpected end of bzip2 data');
      this.held = ((this.held << 8) | (this.bytes[this.at++] as number)) & 0xffffffff;
      this.heldBits += 8;
    }
    this.heldBits -= count;
    return (this.held >>> this.heldBits) & ((1 << count) - 1);
  }

  /** 32 or 48 bits. */
  readLong(count: number): number {
    const high = this.read(count - 24);
    return high * 2 ** 24 + this.read(24);
  }

  toNextByte(): void {
    this.heldBits -= this.heldBits % 8;
  }
}

export interface Tables {
  next(bits: Bits): number;
}

export function readTables(bits: Bits, symbols: number): Tables {
  const count = bits.read(3);
  const selectorCount = bits.read(15);
  if (count < 2 || count > 6 || selectorCount === 0) throw broken('invalid bzip2 block');
  const order = [...Array(count).keys()];
  const selectors = new Uint8Array(selectorCount);
  for (let i = 0; i < selectorCount; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= count) throw broken('invalid bzip2 block');
    const [table = 0] = order.splice(place, 1);
    order.unshift(table);
    selectors[i] = table;
  }
  const tables = Array.from({ length: count }, () => new HuffmanTable(readLengths(bits, symbols)));
  let group = -1;
  let left = 0;
  let table: HuffmanTable | undefined;
  return {
    next: (from) => {
      if (left === 0) {
        group++;
        table = tables[selectors[group] ?? -1];
        left = groupSize;
      }
      if (table === undefined) throw broken('invalid bzip2 block');
      left--;
      return table.read(from);
    },
  };
}

function readLengths(bits: Bits, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i++) {
    while (bits.read(1) === 1) length += bits.read(1) === 1 ? -1 : 1;
    if (length < 1 || length > 20) throw broken('invalid bzip2 block');
    lengths[i] = length;
  }
  return lengths;
}

/** Canonical codes: those of one length are numbers that follow each other. */
class HuffmanTable {
  private readonly symbols: Uint16Array;
  /** By length: the first code, how many there are, and where their symbols begin. */
  private readonly first = new Uint32Array(21);
  private readonly counts = new Uint32Array(21);
  private readonly offsets = new Uint32Array(21);

  constructor(lengths: Uint8Array) {
    this.symbols = new Uint16Array(lengths.length);
    for (const length of lengths) (this.counts[length] as number)++;
    let code = 0;
    let offset = 0;
    for (let length = 1; length <= 20; length++) {
      this.first[length] = code;
      this.offsets[length] = offset;
      code = (code + (this.counts[length] as number)) << 1;
      let place = offset;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] === length) this.symbols[place++] = symbol;
      }
      offset = place;
    }
  }

  read(bits: Bits): number {
    let code = 0;
    for (let length = 1; length <= 20; length++) {
      code = (code << 1) | bits.read(1);
      const place = code - (this.first[length] as number);
      if (place >= 0 && place < (this.counts[length] as number)) {
        return this.symbols[(this.offsets[length] as number) + place] as number;
      }
    }
    throw broken('invalid bzip2 code');
  }
}
