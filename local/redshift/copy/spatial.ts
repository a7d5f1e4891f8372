// Which texts are values of GEOMETRY, GEOGRAPHY and HLLSKETCH? Kept as given: nothing is computed with them here.
import { LoadError, notImplemented } from '../errors.ts';
import type { FieldWriter } from './field-writer.ts';
import { isHexDigit, tooLong } from './texts.ts';

/** A shape in bytes, a sketch in characters. */
const maxShapeBytes = 1_048_447;
const maxSketchBytes = 24_580;

/** From POINT, 1, to GEOMETRYCOLLECTION, 7. */
const lastShape = 7;
const flagBits = 0x1fffffff;

/** The hex digits of (E)WKB: byte order, type, and the rest unread. */
export function geometryWriter(): FieldWriter {
  return (source, start, end, output) => {
    for (let i = start; i < end; i++) {
      if (isHexDigit(source[i] as number)) continue;
      if (/^(SRID|POINT|LINESTRING|POLYGON|MULTI|GEOMETRYC)/i.test(source.toString('latin1', start, start + 12))) {
        throw notImplemented('COPY of GEOMETRY as (E)WKT: only hex (E)WKB');
      }
      throw new LoadError(1200, 'Invalid hex digit in a GEOMETRY value', i - start);
    }
    const head = Buffer.from(source.toString('latin1', start, start + 10), 'hex');
    if ((end - start) % 2 !== 0 || head.length < 5 || (head[0] ?? 2) > 1) throw invalidShape();
    const word = head[0] === 1 ? head.readUInt32LE(1) : head.readUInt32BE(1);
    // Z, M and SRID are bits (EWKB) or thousands (ISO).
    const shape = (word & flagBits) % 1000;
    if (shape < 1 || shape > lastShape) throw invalidShape();
    if ((end - start) / 2 > maxShapeBytes) throw tooLong();
    output.ascii(source.toString('latin1', start, end).toUpperCase());
  };
}

function invalidShape(): LoadError {
  return new LoadError(1200, 'Invalid (E)WKB in a GEOMETRY value');
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 when dense, JSON when sparse. */
export function sketchWriter(): FieldWriter {
  return (source, start, end, output) => {
    if (end - start > maxSketchBytes) throw tooLong();
    const text = source.toString('utf8', start, end);
    if (!base64.test(text) && !isObject(text)) throw new LoadError(1200, 'Invalid HLLSKETCH value');
    output.text(source, start, end);
  };
}

function isObject(text: string): boolean {
  try {
    return text.startsWith('{') && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
