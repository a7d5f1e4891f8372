// How do PostgreSQL's protocol messages look as bytes?

/** The message types that are looked at, by the name of their direction. */
export const code = (letter: string): number => letter.charCodeAt(0);

/** Cuts a stream of bytes into messages: type byte, four bytes of length, body. */
export class Frames {
  private chunks: Buffer[] = [];
  private size = 0;
  /** The first message (startup, SSL and cancel requests) has no type byte. */
  private untyped: boolean;

  constructor(startsUntyped: boolean) {
    this.untyped = startsUntyped;
  }

  feed(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** After the startup message all messages are typed. */
  typedFromNow(): void {
    this.untyped = false;
  }

  /** The next whole message, or undefined when more bytes are needed. */
  next(): Buffer | undefined {
    const head = this.untyped ? 0 : 1;
    if (this.size < head + 4) return undefined;
    const first = this.joined(head + 4);
    const length = head + first.readInt32BE(head);
    if (length < head + 4) throw new Error('a message of impossible length');
    if (this.size < length) return undefined;
    const whole = this.joined(length);
    const rest = whole.subarray(length);
    this.chunks[0] = rest;
    if (rest.length === 0) this.chunks.shift();
    this.size -= length;
    return whole.subarray(0, length);
  }

  /** How many bytes wait. */
  get buffered(): number {
    return this.size;
  }

  private joined(atLeast: number): Buffer {
    const [first] = this.chunks;
    if (first !== undefined && first.length >= atLeast) return first;
    const all = Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
}

/** One message: a type letter and the parts of its body. */
export function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const bodies = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const length = bodies.reduce((sum, part) => sum + part.length, 4);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, ...bodies]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A zero-terminated string at an offset, and the offset behind it. */
export function text(bytes: Buffer, offset: number): { value: string; end: number } {
  const zero = bytes.indexOf(0, offset);
  if (zero < 0) throw new Error('an unterminated string in a message');
  return { value: bytes.toString('utf8', offset, zero), end: zero + 1 };
}

export const query = (sql: string): Buffer => message('Q', sql, '\0');
export const commandComplete = (tag: string): Buffer => message('C', tag, '\0');
export const readyForQuery = (status: string): Buffer => message('Z', status);

interface ErrorFields {
  readonly message: string;
  readonly code: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

export function errorResponse(fields: ErrorFields, severity = 'ERROR'): Buffer {
  const list = [`S${severity}`, `V${severity}`, `C${fields.code}`, `M${fields.message}`];
  if (fields.detail) list.push(`D${fields.detail}`);
  if (fields.hint) list.push(`H${fields.hint}`);
  return message('E', `${list.join('\0')}\0\0`);
}

export function notice(text: string, severity = 'INFO'): Buffer {
  return message('N', `S${severity}\0V${severity}\0C00000\0M${text}\0\0`);
}

/** The fields of an ErrorResponse or NoticeResponse by their letter. */
export function errorFields(bytes: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  let offset = 5;
  while (offset < bytes.length && bytes[offset] !== 0) {
    const letter = String.fromCharCode(bytes[offset] ?? 0);
    const { value, end } = text(bytes, offset + 1);
    fields.set(letter, value);
    offset = end;
  }
  return fields;
}

/** The values of a DataRow in text format. */
export function dataRow(bytes: Buffer): (string | null)[] {
  const count = bytes.readInt16BE(5);
  const values: (string | null)[] = [];
  let offset = 7;
  for (let i = 0; i < count; i++) {
    const length = bytes.readInt32BE(offset);
    offset += 4;
    values.push(length < 0 ? null : bytes.toString('utf8', offset, offset + length));
    if (length > 0) offset += length;
  }
  return values;
}

export interface ResultColumn {
  readonly name: string;
  readonly typeOid: number;
  /** As in pg_attribute.atttypmod; -1 for none. */
  readonly modifier: number;
  readonly binary: boolean;
}

/** The columns of a RowDescription. */
export function rowDescription(bytes: Buffer): ResultColumn[] {
  const count = bytes.readInt16BE(5);
  const columns: ResultColumn[] = [];
  let offset = 7;
  for (let i = 0; i < count; i++) {
    const { value: name, end } = text(bytes, offset);
    // table oid 4, attribute 2, type oid 4, size 2, modifier 4, format 2 bytes
    columns.push({
      name,
      typeOid: bytes.readUInt32BE(end + 6),
      modifier: bytes.readInt32BE(end + 12),
      binary: bytes.readInt16BE(end + 16) === 1,
    });
    offset = end + 18;
  }
  return columns;
}

/** The parameters of a startup message. */
export function startupParameters(bytes: Buffer): Map<string, string> {
  const parameters = new Map<string, string>();
  let offset = 8;
  while (offset < bytes.length && bytes[offset] !== 0) {
    const name = text(bytes, offset);
    const value = text(bytes, name.end);
    parameters.set(name.value, value.value);
    offset = value.end;
  }
  return parameters;
}

export function startupMessage(parameters: ReadonlyMap<string, string>): Buffer {
  const body = Buffer.from(`${[...parameters].map(([name, value]) => `${name}\0${value}\0`).join('')}\0`);
  // Protocol 3.0 in the upper 16 bits.
  return Buffer.concat([int32(8 + body.length), int32(3 << 16), body]);
}
