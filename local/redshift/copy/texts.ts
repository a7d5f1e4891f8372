// What may a text or a hex string be, and how long?
import { LoadError } from '../errors.ts';
import type { FieldWriter, Rules } from './field-writer.ts';
import { cutAtCharacter, findBadUtf8, replaceBadUtf8 } from './utf8.ts';

const blank = 32;

export function tooLong(): LoadError {
  return new LoadError(1204, 'String length exceeds DDL length');
}

function hex(source: Uint8Array, start: number, end: number): string {
  return Array.from(source.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export function badUtf8(source: Buffer, start: number, end: number): LoadError | undefined {
  const bad = findBadUtf8(source, start, end);
  if (bad === undefined) return undefined;
  const sequence = hex(source, bad.start, bad.start + bad.length);
  const reason = 'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence';
  return new LoadError(1220, `${reason}: ${sequence} (error ${bad.kind})`);
}

function nulByte(): LoadError {
  return new LoadError(
    1220,
    'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00 (error 3)',
  );
}

/** Where the text ends within its column: blanks over the length are cut, anything else only when asked for. */
function shorten(source: Buffer, start: number, end: number, bytes: number, truncate: boolean): number {
  if (end - start <= bytes) return end;
  if (truncate) return cutAtCharacter(source, start, end, bytes);
  for (let i = start + bytes; i < end; i++) if (source[i] !== blank) throw tooLong();
  return start + bytes;
}

export function varcharWriter(bytes: number, rules: Rules): FieldWriter {
  const { truncateColumns, acceptInvalid, trimBlanks } = rules.options;
  const replacement = acceptInvalid?.charCodeAt(0);
  const write: FieldWriter = (source, start, end, output) => {
    let last = end;
    if (trimBlanks) while (last > start && source[last - 1] === blank) last--;
    last = shorten(source, start, last, bytes, truncateColumns);
    const before = output.length;
    const seen = output.text(source, start, last);
    if (seen < 0) throw nulByte();
    if (seen < 0x80) return;
    const problem = badUtf8(source, start, last);
    if (problem === undefined) return;
    if (replacement === undefined) throw problem;
    output.length = before;
    const replaced = replaceBadUtf8(source, start, last, replacement);
    output.text(replaced, 0, replaced.length);
  };
  return write;
}

export function charWriter(bytes: number, rules: Rules): FieldWriter {
  const { truncateColumns } = rules.options;
  return (source, start, end, output) => {
    const last = shorten(source, start, end, bytes, truncateColumns);
    const seen = output.text(source, start, last);
    if (seen < 0) throw nulByte();
    if (seen < 0x80) return;
    let at = start;
    while (at < last && (source[at] as number) < 0x80) at++;
    const shown = hex(source, at, Math.min(at + 4, last));
    const hint = '(Hint: Try using VARCHAR). Invalid char';
    throw new LoadError(1220, `Multibyte character not supported for CHAR ${hint}: ${shown}`);
  };
}

export function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);
}

/** Hex digits without prefix; at most `bytes` bytes. */
export function varbyteWriter(bytes: number): FieldWriter {
  return (source, start, end, output) => {
    for (let i = start; i < end; i++) {
      if (!isHexDigit(source[i] as number)) throw new LoadError(1219, 'Invalid hex digit in a VARBYTE value');
    }
    if ((end - start) % 2 !== 0) throw new LoadError(1219, 'Odd number of hex digits in a VARBYTE value');
    if ((end - start) / 2 > bytes) throw tooLong();
    // In the text format the backslash of PostgreSQL's \x is doubled.
    output.ascii('\\\\x');
    output.plain(source, start, end);
  };
}
