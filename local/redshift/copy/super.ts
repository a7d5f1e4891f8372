// Which JSON is a SUPER value?
import { LoadError } from '../errors.ts';
import type { FieldWriter, Rules } from './field-writer.ts';
import { badUtf8 } from './texts.ts';

/** The longest string inside, and the deepest nesting. A value has up to 16 MB: no row of CSV is that long. */
const maxStringBytes = 65_535;
const maxDepth = 1000;
/** Of a DECIMAL. Numbers that have more, or an exponent, are kept as doubles. */
const maxDigits = 38;

export function superWriter(rules: Rules): FieldWriter {
  return (source, start, end, output) => {
    const problem = badUtf8(source, start, end);
    if (problem) throw problem;
    const text = source.toString('utf8', start, end);
    check(parse(text));
    const kept = rules.pessimistic ? withDoubles(text) : text;
    const bytes = kept === text ? source : Buffer.from(kept);
    const written = bytes === source ? output.text(source, start, end) : output.text(bytes, 0, bytes.length);
    if (written < 0) throw invalid();
  };
}

function invalid(): LoadError {
  return new LoadError(1224, 'Invalid JSON for a SUPER value');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid();
  }
}

/** Level by level, without recursion: a value may be nested deeper than our stack. */
function check(root: unknown): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw new LoadError(1224, `SUPER value is nested deeper than ${maxDepth} levels`);
    level = level.flatMap(inside);
  }
}

/** Checks a value by itself; returns what it holds. */
function inside(value: unknown): unknown[] {
  if (typeof value === 'string') checkString(value);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new LoadError(1224, 'A number inside a SUPER value is out of range');
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value;
  for (const name of Object.keys(value)) checkString(name);
  return Object.values(value);
}

function checkString(value: string): void {
  // A UTF-16 unit is at most three bytes.
  if (value.length * 3 > maxStringBytes && Buffer.byteLength(value) > maxStringBytes) {
    throw new LoadError(1224, `A string inside a SUPER value exceeds ${maxStringBytes} bytes`);
  }
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new LoadError(1224, 'A string inside a SUPER value holds a NUL or half a surrogate pair');
  }
}

const mayBeLong = /\d[eE]|[\d.]{39}/;
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Whether numbers that no DECIMAL holds keep their digits is unknown. */
function withDoubles(text: string): string {
  if (!mayBeLong.test(text)) return text;
  return text.replace(stringOrNumber, (found) => (found.startsWith('"') || isDecimal(found) ? found : double(found)));
}

function isDecimal(number: string): boolean {
  return !/[eE]/.test(number) && number.replace(/^-?0*|\./g, '').length <= maxDigits;
}

function double(number: string): string {
  const value = Number(number);
  return Object.is(value, -0) ? '-0.0' : String(value);
}
