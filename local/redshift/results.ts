// How do the backend's answers become Redshift's? Version, encoding, error texts, and the text of SUPER and VARBYTE.
import { superOid, varbyteOid } from './catalog/types.ts';
import { concurrentConflict, serializationViolation } from './errors.ts';
import { code, errorFields, errorResponse, int32, message, type ResultColumn, rowDescription, text } from './wire.ts';

/** Two sessions made the same object: the backend finds out by the keys of its catalogs. */
const MADE_TWICE = /unique constraint "pg_\w+_index"/;

export class Results {
  /** As the session's standard_conforming_strings says. */
  backslashEscapes = true;
  pid = 0;
  key = '';
  private columns: readonly ResultColumn[] = [];
  private rewriteRows = false;

  /** The message for the client; undefined when it should not get one. */
  translate(arrived: Buffer): Buffer | undefined {
    switch (String.fromCharCode(arrived[0] ?? 0)) {
      case 'S':
        return this.parameter(arrived);
      case 'E':
        return this.error(errorFields(arrived));
      case 'K':
        this.pid = arrived.readInt32BE(5);
        this.key = arrived.toString('hex', 5);
        return arrived;
      case 'T':
        this.columns = rowDescription(arrived);
        this.rewriteRows = this.columns.some(isRewritten);
        return arrived;
      case 'D':
        return this.rewriteRows ? this.row(arrived) : arrived;
      default:
        return arrived;
    }
  }

  /** An error of the backend in Redshift's words, without what tells of the backend. */
  error(fields: ReadonlyMap<string, string>): Buffer {
    const sqlstate = fields.get('C') ?? 'XX000';
    if (sqlstate === '40001') return errorResponse(serializationViolation());
    const told = fields.get('M') ?? '';
    if (sqlstate === '23505' && MADE_TWICE.test(told)) return errorResponse(concurrentConflict());
    const severity = fields.get('V') ?? fields.get('S') ?? 'ERROR';
    const message = sqlstate === '42P07' ? told.replace(/^relation/, 'Relation') : told;
    return errorResponse({ code: sqlstate, message, detail: fields.get('D'), hint: fields.get('H') }, severity);
  }

  private parameter(arrived: Buffer): Buffer | undefined {
    const name = text(arrived, 5);
    const { value } = text(arrived, name.end);
    if (name.value === 'standard_conforming_strings') this.backslashEscapes = value === 'off';
    if (name.value === 'server_version') return message('S', 'server_version\x008.0.2\0');
    if (name.value === 'client_encoding') return message('S', 'client_encoding\0UNICODE\0');
    return arrived;
  }

  private row(arrived: Buffer): Buffer {
    const parts: Buffer[] = [arrived.subarray(5, 7)];
    let offset = 7;
    for (const column of this.columns) {
      const length = arrived.readInt32BE(offset);
      const value = length < 0 ? undefined : arrived.subarray(offset + 4, offset + 4 + length);
      if (value === undefined || !isRewritten(column))
        parts.push(arrived.subarray(offset, offset + 4 + Math.max(0, length)));
      else {
        const shown = column.typeOid === varbyteOid ? hexDigits(value) : compactJson(value);
        parts.push(int32(shown.length), shown);
      }
      offset += 4 + Math.max(0, length);
    }
    return message('D', ...parts);
  }
}

function isRewritten(column: ResultColumn): boolean {
  return !column.binary && (column.typeOid === varbyteOid || column.typeOid === superOid);
}

/** PostgreSQL prints \x before the digits; Redshift does not. */
function hexDigits(value: Buffer): Buffer {
  return value[0] === code('\\') ? value.subarray(2) : value;
}

/** PostgreSQL prints a blank after `:` and `,`; Redshift does not. */
export function compactJson(value: Buffer): Buffer {
  const compact = Buffer.alloc(value.length);
  let length = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const byte = value[i] ?? 0;
    if (byte === 0x20 && !quoted) continue;
    compact[length++] = byte;
    if (byte === 0x22) quoted = !quoted;
    if (byte === 0x5c && quoted) compact[length++] = value[++i] ?? 0;
  }
  return compact.subarray(0, length);
}
