// Where rows go: bytes of PostgreSQL's text format, which is tab between columns and newline after a row, with a
// backslash before what would be misread.

const firstBytes = 1 << 18;

const backslash = 92;

/** By byte: what stands behind the backslash, 0 for bytes that need none. NUL is marked too, to be found. */
const escapeLetters = new Uint8Array(256);
for (const [byte, letter] of [
  ['\t', 't'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\\', '\\'],
  ['\0', '0'],
] as const) {
  escapeLetters[byte.charCodeAt(0)] = letter.charCodeAt(0);
}

export class Output {
  bytes = Buffer.allocUnsafe(firstBytes);
  length = 0;

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Bytes that need no backslash. Few: a loop is faster than a copy call. */
  plain(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    let at = this.length;
    for (let i = start; i < end; i++) this.bytes[at++] = source[i] as number;
    this.length = at;
  }

  /** Any text; returns the bitwise OR of its bytes (128 and more: not ASCII), or -1 for a NUL byte in it. */
  text(source: Uint8Array, start: number, end: number): number {
    // At worst each byte gets a backslash.
    this.reserve(2 * (end - start));
    const bytes = this.bytes;
    let at = this.length;
    let seen = 0;
    for (let i = start; i < end; i++) {
      const byte = source[i] as number;
      seen |= byte;
      const letter = escapeLetters[byte] as number;
      if (letter !== 0) {
        if (byte === 0) return -1;
        bytes[at++] = backslash;
        bytes[at++] = letter;
      } else bytes[at++] = byte;
    }
    this.length = at;
    return seen;
  }

  ascii(value: string): void {
    this.reserve(value.length);
    this.length += this.bytes.write(value, this.length, 'latin1');
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** NULL is \N. */
  none(): void {
    this.reserve(2);
    this.bytes[this.length++] = backslash;
    this.bytes[this.length++] = 78;
  }

  /** Hands over what is there and starts anew. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafe(Math.max(firstBytes, this.length));
    this.length = 0;
    return taken;
  }
}
