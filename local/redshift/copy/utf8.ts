// Is this UTF-8 that Redshift takes, and if not, what is wrong with it?

export interface BadSequence {
  readonly start: number;
  readonly length: number;
  /** 1 too long, 2 incomplete, 3 bad first byte, 4 bad continuation, 5 surrogate, 6 not the shortest form or too large. */
  readonly kind: number;
}

/** The first sequence that is not valid, or undefined. */
export function findBadUtf8(source: Uint8Array, start: number, end: number): BadSequence | undefined {
  let i = start;
  while (i < end) {
    const first = source[i] as number;
    if (first < 0x80) {
      i++;
      continue;
    }
    const size = sequenceLength(first);
    if (size === 0) return { start: i, length: 1, kind: 3 };
    const problem = continuation(source, i, end, size);
    if (problem) return problem;
    i += size;
  }
  return undefined;
}

function sequenceLength(first: number): number {
  if (first < 0xc0) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  if (first < 0xf8) return 4;
  if (first < 0xfc) return 5;
  return first < 0xfe ? 6 : 0;
}

function continuation(source: Uint8Array, at: number, end: number, size: number): BadSequence | undefined {
  let point = (source[at] as number) & (0x7f >> size);
  for (let k = 1; k < size; k++) {
    if (at + k >= end) return { start: at, length: end - at, kind: 2 };
    const byte = source[at + k] as number;
    if ((byte & 0xc0) !== 0x80) return { start: at, length: k, kind: 4 };
    point = (point << 6) | (byte & 0x3f);
  }
  if (size > 4) return { start: at, length: size, kind: 1 };
  if (point >= 0xd800 && point <= 0xdfff) return { start: at, length: size, kind: 5 };
  const least = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000;
  if (point < least || point > 0x10ffff) return { start: at, length: size, kind: 6 };
  return undefined;
}

/** The text with each byte of invalid sequences replaced. */
export function replaceBadUtf8(source: Uint8Array, start: number, end: number, by: number): Buffer {
  const copy = Buffer.from(source.subarray(start, end));
  for (let at = 0; ; ) {
    const bad = findBadUtf8(copy, at, copy.length);
    if (bad === undefined) return copy;
    copy.fill(by, bad.start, bad.start + bad.length);
    at = bad.start + bad.length;
  }
}

/** Where to cut so that at most `bytes` remain and no character is broken. */
export function cutAtCharacter(source: Uint8Array, start: number, end: number, bytes: number): number {
  let cut = Math.min(end, start + bytes);
  while (cut > start && cut < end && ((source[cut] as number) & 0xc0) === 0x80) cut--;
  return cut;
}
