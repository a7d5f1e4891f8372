// Texts and bytes that are too long for their column, or that a CHAR does not take, in the SQL of PostgreSQL.

import type { Passage } from '../passage.ts';
import type { Bounds } from './bounds.ts';

/** The longest row of CSV that Redshift reads. */
export const MOST_ROW_BYTES = 4 * 1024 * 1024;
/** Two digits a byte and two quotes; and the byte that stands before a value where empty ones are among them. */
const MOST_SENT_BYTES = MOST_ROW_BYTES / 2 - 2;

/** What is cut because of the row leaves 190 kB of it to the other columns: 100 bytes each, were they 1,600. */
const CUT_BYTES = 2_000_000;

/** Of what goes as text into a column that is shorter than it may be. */
export function lengthBounds({ from, to, utf8 }: Passage): Bounds | undefined {
  if ((to.family !== 'varchar' && to.family !== 'char') || to.bytes === undefined) return undefined;
  if (from.longest !== undefined && from.longest <= to.bytes) return undefined;
  return { type: from.kind, bytes: to.bytes, ...(utf8 ? {} : { wide: true }) };
}

/** The blanks that fill a char(n) up mean nothing. */
export function blankBounds(passage: Passage): Bounds | undefined {
  return passage.from.kind === 'bpchar' ? undefined : lengthBounds(passage);
}

export function asciiBounds({ from, to, utf8 }: Passage): Bounds | undefined {
  if (to.family !== 'char' || from.ascii === true) return undefined;
  return { type: from.kind, ...(utf8 ? {} : { wide: true }) };
}

export function bytesBounds({ from, to }: Passage): Bounds | undefined {
  if (to.family !== 'bytes' || to.bytes === undefined) return undefined;
  const bytes = Math.min(to.bytes, MOST_SENT_BYTES);
  if (from.longest !== undefined && from.longest <= bytes) return undefined;
  return { type: from.kind, bytes, ...(bytes === MOST_SENT_BYTES ? { cutTo: CUT_BYTES } : {}) };
}

// --- SQL

/** A server counts bytes in its own encoding, Redshift in UTF-8. */
export const octets = (text: string, { wide }: Bounds): string =>
  wide === true ? `octet_length(convert_to(${text}::text, 'UTF8'))` : `octet_length(${text})`;

/** A byte of another encoding is up to four of UTF-8. */
export const maybeLonger = (text: string, { bytes = 0, wide }: Bounds): string =>
  `octet_length(${text}) > ${wide === true ? Math.floor(bytes / 4) : bytes}`;

const isLonger = (text: string, bounds: Bounds): string => `${octets(text, bounds)} > ${bounds.bytes}`;

/** By more than blanks. */
export const isLongText = (text: string, bounds: Bounds): string => isLonger(`rtrim(${text}, ' ')`, bounds);

export const isLongByBlanks = (text: string, bounds: Bounds): string =>
  `${isLonger(text, bounds)} AND NOT ${isLongText(text, bounds)}`;

/** Cut before the character that does not fit: bytes that go on with one begin with the bits 10. */
export function cutText(text: string, { bytes = 0, type }: Bounds): string {
  const encoded = `convert_to(${text}::text, 'UTF8')`;
  const goesOn = (at: number) => `get_byte(${encoded}, ${at}) & 192 = 128`;
  const least = Math.max(0, bytes - 3);
  const steps = Array.from({ length: bytes - least }, (_, step) => bytes - step);
  const length = `CASE ${steps.map((at) => `WHEN NOT ${goesOn(at)} THEN ${at}`).join(' ')} ELSE ${least} END`;
  const cut = `convert_from(substring(${encoded} FROM 1 FOR ${length}), 'UTF8')`;
  // Beside a char(n) a text would make a text of it, without its blanks.
  return type === 'bpchar' ? `${cut}::bpchar` : cut;
}

/** Blanks at the end of a char(n) are no characters to char_length. */
export function isMultibyte(text: string, { type, wide }: Bounds): string {
  const value = type === 'bpchar' ? `${text}::text` : text;
  return `${octets(value, wide === true ? { wide } : {})} <> char_length(${value})`;
}

const asBytes = (value: string, { type }: Bounds): string =>
  type === 'bytes' ? value : `convert_to(${value}::text, 'UTF8')`;

export const isLongBytes = (value: string, bounds: Bounds): string =>
  `octet_length(${asBytes(value, bounds)}) > ${bounds.bytes}`;

export const cutBytes = (value: string, bounds: Bounds): string =>
  `encode(substring(${asBytes(value, bounds)} FROM 1 FOR ${bounds.cutTo ?? bounds.bytes}), 'hex')`;
