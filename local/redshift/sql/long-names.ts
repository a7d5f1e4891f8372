// How does a name of 64 to 127 bytes live in a backend whose names have 63 at most? Under a code, made of its digest: the
// client's SQL is written with codes, and what goes back to the client with names.
import { createHash } from 'node:crypto';
import { int32, message } from '../wire.ts';

/** The longest name that Redshift keeps; what is longer is cut. */
const maxNameBytes = 127;
const maxBackendBytes = 63;

/** One kind for names that need quotes and one for those that don't, so that the backend quotes both as it should. */
const plainName = /^[a-z_][a-z0-9_]*$/;
const marker = 'longname';
const anyCode = /longname[_ ][a-z2-7]{26}/g;
const letters = 'abcdefghijklmnopqrstuvwxyz234567';

function codeOf(name: string): string {
  const digest = createHash('sha256').update(name).digest().subarray(0, 26);
  return `${marker}${plainName.test(name) ? '_' : ' '}${Array.from(digest, (byte) => letters[byte & 31]).join('')}`;
}

/** A name as Redshift keeps it: at most 127 bytes, no character broken. */
function cutName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= maxNameBytes) return name;
  let end = maxNameBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** No list of names is longer: what is, is not looked at. */
const longestText = 1_000_000;
const part = /"(?:[^"]|"")*"|[^".]+/g;
const dotted = /^(?:"(?:[^"]|"")*"|[^".{}]+)(?:\.(?:"(?:[^"]|"")*"|[^".]+))*$/;
const array = /^\{.*\}$/s;
const element = /"(?:[^"\\]|\\.)*"|[^{},"]+/g;

/** What keeps codes for the next start. */
export type Save = (codes: ReadonlyMap<string, string>) => Promise<void>;

export class LongNames {
  private readonly byCode: Map<string, string>;
  private readonly unsaved = new Map<string, string>();
  private readonly keep: Save;

  constructor(known: Iterable<readonly [code: string, name: string]>, keep: Save) {
    this.byCode = new Map(known);
    this.keep = keep;
  }

  /** What the backend calls what Redshift calls so. */
  toBackend(name: string): string {
    const kept = cutName(name);
    if (Buffer.byteLength(kept) <= maxBackendBytes) return kept;
    const code = codeOf(kept);
    if (!this.byCode.has(code)) {
      this.byCode.set(code, kept);
      this.unsaved.set(code, kept);
    }
    return code;
  }

  /** To be awaited before a new code reaches the backend. */
  async save(): Promise<void> {
    if (this.unsaved.size === 0) return;
    await this.keep(new Map(this.unsaved));
    this.unsaved.clear();
  }

  /** A string for the backend: in a known name, one with its schema, or an array of them, names become codes. */
  inString(text: string): string {
    if (this.byCode.size === 0 || text.length > longestText) return text;
    const code = this.known(text);
    if (code !== undefined) return code;
    if (dotted.test(text)) return text.replaceAll(part, (name) => this.inPart(name, '""'));
    return array.test(text) ? text.replaceAll(element, (name) => this.inPart(name, '\\"')) : text;
  }

  private known(name: string): string | undefined {
    const bytes = Buffer.byteLength(name);
    if (bytes <= maxBackendBytes || bytes > maxNameBytes) return undefined;
    const code = codeOf(name);
    return this.byCode.has(code) ? code : undefined;
  }

  /** With its quotes, when it has any; `quote` is how one is written inside. */
  private inPart(written: string, quote: string): string {
    if (!written.startsWith('"')) return this.known(written) ?? written;
    const code = this.known(written.slice(1, -1).replaceAll(quote, '"'));
    return code === undefined ? written : `"${code}"`;
  }

  /** A Bind message whose parameters are such strings. */
  inBind(bind: Buffer, parameters: number): Buffer {
    if (this.byCode.size === 0) return bind;
    let at = parameters + 2 + 2 * bind.readInt16BE(parameters);
    const count = bind.readInt16BE(at);
    at += 2;
    const parts: Buffer[] = [bind.subarray(5, at)];
    for (let i = 0; i < count; i++) {
      const length = bind.readInt32BE(at);
      const value = length < 0 ? undefined : this.inString(bind.toString('utf8', at + 4, at + 4 + length));
      const known = value !== undefined && value !== bind.toString('utf8', at + 4, at + 4 + length);
      const bytes = known ? Buffer.from(value) : bind.subarray(at + 4, at + 4 + Math.max(0, length));
      parts.push(int32(known ? bytes.length : length), bytes);
      at += 4 + Math.max(0, length);
    }
    return message('B', ...parts, bind.subarray(at));
  }

  /** A message for the client, with names where it has codes. */
  inMessage(bytes: Buffer): Buffer {
    if (this.byCode.size === 0 || !bytes.includes(marker)) return bytes;
    const type = String.fromCharCode(bytes[0] ?? 0);
    if (type === 'D') return this.inRow(bytes);
    // The others hold strings that end with a zero byte.
    return 'TENS'.includes(type) ? message(type, this.inBytes(bytes.subarray(5))) : bytes;
  }

  private inRow(row: Buffer): Buffer {
    const parts: Buffer[] = [row.subarray(5, 7)];
    for (let at = 7; at < row.length; ) {
      const length = row.readInt32BE(at);
      const value = this.inBytes(row.subarray(at + 4, at + 4 + Math.max(0, length)));
      parts.push(int32(length < 0 ? length : value.length), value);
      at += 4 + Math.max(0, length);
    }
    return message('D', ...parts);
  }

  private inBytes(bytes: Buffer): Buffer {
    if (!bytes.includes(marker)) return bytes;
    const named = bytes.toString('latin1').replace(anyCode, (code) => {
      const name = this.byCode.get(code);
      return name === undefined ? code : Buffer.from(name).toString('latin1');
    });
    return Buffer.from(named, 'latin1');
  }
}
