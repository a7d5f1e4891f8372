// How is a field checked and written, by the type of its column?
import { LoadError } from '../errors.ts';
import { dateWriter, timestampWriter, timeWriter } from './dates.ts';
import type { FieldWriter, Rules } from './field-writer.ts';
import { decimalWriter, floatWriter, integerWriter } from './numbers.ts';
import { geometryWriter, sketchWriter } from './spatial.ts';
import { superWriter } from './super.ts';
import { charWriter, varbyteWriter, varcharWriter } from './texts.ts';

/** A column as the backend's catalog has it. */
export interface ColumnFacts {
  readonly name: string;
  /** pg_type.typname */
  readonly type: string;
  /** pg_attribute.atttypmod; -1 for none. */
  readonly modifier: number;
  readonly notNull: boolean;
  /** pg_attribute.attidentity: empty, `a` (IDENTITY) or `d` (BY DEFAULT). */
  readonly identity: string;
}

/** What an empty field is: an empty text, an empty string of JSON, or none of it. */
export type EmptyMeaning = 'null' | 'refused' | '' | '""';

export interface LoadColumn {
  readonly name: string;
  /** As Redshift names it in its load errors. */
  readonly type: string;
  readonly length: string;
  readonly notNull: boolean;
  readonly empty: EmptyMeaning;
  readonly isText: boolean;
  readonly isVarchar: boolean;
  readonly write: FieldWriter;
}

/** The column as a load needs it, or undefined for a type that COPY cannot fill here. */
export function loadColumn(facts: ColumnFacts, rules: Rules): LoadColumn | undefined {
  const common = { name: facts.name, notNull: facts.notNull, isText: false, isVarchar: false, length: '0' };
  const scalar = (type: string, write: FieldWriter): LoadColumn => ({ ...common, type, empty: 'null', write });
  const { modifier } = facts;
  switch (facts.type) {
    case 'bool':
      return scalar('bool', writeBoolean);
    case 'int2':
      return scalar('int2', integerWriter('Short', -32_768n, 32_767n));
    case 'int4':
      return scalar('int4', integerWriter('Integer', -2_147_483_648n, 2_147_483_647n));
    case 'int8':
      return scalar('int8', integerWriter('Long', -(2n ** 63n), 2n ** 63n - 1n));
    case 'float4':
      return scalar('float4', floatWriter(true));
    case 'float8':
      return scalar('float8', floatWriter(false));
    case 'numeric': {
      // The modifier is precision × 65536 + scale + 4.
      const [precision, scale] = modifier < 4 ? [38, 37] : [(modifier - 4) >> 16, (modifier - 4) & 0xffff];
      return { ...scalar('numeric', decimalWriter(precision, scale, rules)), length: `${precision}, ${scale}` };
    }
    case 'date':
      return scalar('date', dateWriter(rules));
    case 'timestamp':
      return scalar('timestamp', timestampWriter(rules, false));
    case 'timestamptz':
      return scalar('timestamptz', timestampWriter(rules, true));
    case 'time':
      return scalar('time', timeWriter(false));
    case 'timetz':
      return scalar('timetz', timeWriter(true));
    case 'bpchar': {
      const bytes = modifier < 4 ? 1 : modifier - 4;
      const write = charWriter(bytes, rules);
      return { ...common, type: 'char', length: String(bytes), isText: true, empty: '', write };
    }
    case 'varchar':
    case 'text': {
      const bytes = modifier < 4 ? 65_535 : modifier - 4;
      const write = varcharWriter(bytes, rules);
      return {
        ...common,
        type: 'varchar',
        length: String(bytes),
        isText: true,
        isVarchar: true,
        empty: '',
        write,
      };
    }
    case 'super':
      return { ...common, type: 'super', empty: '""', write: superWriter(rules) };
    case 'varbyte': {
      const bytes = modifier < 0 ? 64_000 : modifier;
      // Whether an empty field is an empty VARBYTE or NULL is unknown.
      const empty = rules.pessimistic ? 'null' : '';
      return { ...common, type: 'varbyte', length: String(bytes), empty, write: varbyteWriter(bytes) };
    }
    case 'geometry':
    case 'geography':
      return { ...common, type: facts.type, empty: rules.pessimistic ? 'refused' : 'null', write: geometryWriter() };
    case 'hllsketch':
      return { ...common, type: facts.type, empty: rules.pessimistic ? 'refused' : 'null', write: sketchWriter() };
    default:
      return undefined;
  }
}

const booleans: Readonly<Record<string, boolean>> = {
  t: true,
  true: true,
  y: true,
  yes: true,
  1: true,
  f: false,
  false: false,
  n: false,
  no: false,
  0: false,
};

const writeBoolean: FieldWriter = (source, start, end, output) => {
  const byte = source[start];
  if (end === start + 1 && (byte === 0x74 || byte === 0x66)) {
    output.byte(byte);
    return;
  }
  const value = end - start > 5 ? undefined : booleans[source.toString('latin1', start, end).toLowerCase()];
  if (value === undefined) throw new LoadError(1210, 'Unknown boolean format');
  output.byte(value ? 0x74 : 0x66);
};
