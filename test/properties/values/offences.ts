// What is promised of values that Redshift refuses or alters: which are they, and what does each policy put in their place?
// What stands here is the whole list: nothing else of the kind is drawn for a column by itself.
import type { Choices } from './scalars.ts';

export type Policy = 'null' | 'clamp' | 'truncate';

export interface Offender {
  /** As PostgreSQL prints it. */
  readonly value: string;
  /** What takes its place; null alone may be said where there is none. */
  readonly clamp?: string;
  readonly truncate?: string;
  /** The first version of PostgreSQL that has it. */
  readonly since?: number;
}

export interface Offence {
  /** Its name in the command language. */
  readonly hazard: string;
  readonly offenders: readonly Offender[];
  /** Of the values that a column may have without a policy: those that a policy would replace, and we do not list. */
  readonly isOther?: (text: string) => boolean;
}

const clamped = (hazard: string, ...offenders: readonly (readonly [value: string, clamp: string])[]): Offence => ({
  hazard,
  offenders: offenders.map(([value, clamp]) => ({ value, clamp })),
});
const truncated = (hazard: string, ...offenders: readonly (readonly [value: string, truncate: string])[]): Offence => ({
  hazard,
  offenders: offenders.map(([value, truncate]) => ({ value, truncate })),
});
const nullOnly = (hazard: string, ...values: readonly string[]): Offence => ({
  hazard,
  offenders: values.map((value) => ({ value })),
});
const extraDigits = (
  ...offenders: readonly (readonly [value: string, clamp: string, truncate: string])[]
): Offence => ({
  hazard: 'extra digits',
  offenders: offenders.map(([value, clamp, truncate]) => ({ value, clamp, truncate })),
});

const nan = nullOnly('nan', 'NaN');
const infinite = (most: string, least = `-${most}`): Offence =>
  clamped('infinity', ['Infinity', most], ['-Infinity', least]);
const outOfRange = (...offenders: readonly (readonly [value: string, clamp: string])[]): Offence =>
  clamped('number out of range', ...offenders);
/** REAL and DOUBLE PRECISION hold infinity and NaN, and the least numbers: these are replaced where somebody says so. */
const tiny = (least: number, offence: Offence): Offence => ({
  ...offence,
  isOther: (text) => Number(text) !== 0 && Math.abs(Number(text)) < least,
});
const MOST_REAL = '3.4028235e+38';
const LEAST_REAL = 1.1754944e-38;
const MOST_DOUBLE = '1.7976931348623157e+308';
const LEAST_DOUBLE = 2.2250738585072014e-308;

const days = (
  first: string,
  last: string,
  zone: string,
  ...far: readonly [string, string, string]
): readonly Offence[] => [
  clamped('infinity', ['infinity', last + zone], ['-infinity', first + zone]),
  clamped('date out of range', [far[0], first + zone], [far[1], last + zone], [far[2], last + zone]),
];
const FIRST = '0001-01-01 00:00:00';
const LAST = '9999-12-31 23:59:59.999999';

const VARCHAR_BYTES = 65_535;
const texts: readonly Offence[] = [
  truncated(
    'long text',
    ['x'.repeat(VARCHAR_BYTES + 1), 'x'.repeat(VARCHAR_BYTES)],
    ['é'.repeat(VARCHAR_BYTES / 2 + 1), 'é'.repeat(VARCHAR_BYTES / 2)],
  ),
  truncated('extra blanks', [`x${' '.repeat(VARCHAR_BYTES)}`, `x${' '.repeat(VARCHAR_BYTES - 1)}`]),
];

const longNumbers = [`[${'1234567890'.repeat(4)}]`, `{"a": 0.${'3'.repeat(40)}}`];
const longJson: readonly Offence[] = [
  nullOnly(
    'long json string',
    JSON.stringify('x'.repeat(65_536)),
    JSON.stringify({ ['k'.repeat(65_536)]: 1 }).replace(':', ': '),
  ),
  nullOnly('deep json', `${'['.repeat(1001)}${']'.repeat(1001)}`),
];
const jsonb: readonly Offence[] = [nullOnly('long json number', ...longNumbers), ...longJson];
/** Exponents stay as they were written. */
const exponents = ['1e400', '{"a":[-1E-400]}', '[1.2345678901234567890123e5]', '9007199254740993e0'];

/** By the name of a row of our table of types. */
const ofTypes: Readonly<Record<string, readonly Offence[]>> = {
  date: days('0001-01-01', '9999-12-31', '', '0044-03-15 BC', '10000-01-01', '5874897-12-31'),
  timestamp: days(FIRST, LAST, '', '4713-01-01 00:00:00 BC', '10000-01-01 00:00:00', '294276-12-31 23:59:59'),
  timestamptz: days(
    FIRST,
    LAST,
    '+00',
    '0001-12-31 23:59:59+00 BC',
    '10000-01-01 00:00:00+00',
    '294276-12-31 23:59:59+00',
  ),
  'numeric(p,s)': [nan],
  float4: [infinite(MOST_REAL), nan, tiny(LEAST_REAL, outOfRange(['1e-45', '0'], ['-1e-40', '0']))],
  float8: [infinite(MOST_DOUBLE), nan, tiny(LEAST_DOUBLE, outOfRange(['5e-324', '0'], ['-1e-310', '0']))],
  text: texts,
  varchar: texts,
  jsonb,
  json: [
    nullOnly('long json number', ...longNumbers, ...exponents),
    ...longJson,
    nullOnly('bad json character', '"\\u0000"', '{"\\uD800": 1}', '["\\udc00\\ud800"]'),
  ],
};

/** Of a column that no rule speaks of. */
export function offencesOf(type: string, { json, scale }: Choices): readonly Offence[] {
  if (type === 'numeric') return scale === undefined ? [] : ofDecimal(38, scale, since14);
  if (type === 'json' || type === 'jsonb') return json === 'varchar' ? [] : (ofTypes[type] ?? []);
  return ofTypes[type] ?? [];
}

/** Before, a numeric was never infinite. */
const since14 = (offence: Offence): Offence => ({
  ...offence,
  offenders: offence.offenders.map((offender) => ({ ...offender, since: 14 })),
});

/** Any number that goes into a DECIMAL; `inSource` is what becomes of the infinite ones. */
export function ofDecimal(
  precision: number,
  scale: number,
  inSource = (offence: Offence) => offence,
): readonly Offence[] {
  const fraction = (digits: string): string => (scale === 0 ? '' : `.${digits}`);
  const most = `${'9'.repeat(precision - scale)}${fraction('9'.repeat(scale))}`;
  const huge = `1${'0'.repeat(60)}`;
  const zero = `0${fraction('0'.repeat(scale))}`;
  const least = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return [
    inSource(infinite(most)),
    nan,
    outOfRange([huge, most], [`-${huge}`, `-${most}`]),
    extraDigits([`0.${'0'.repeat(scale)}7`, least, zero]),
  ];
}

/** What a CAST rule brings about, by the rule. */
export const ofRules = {
  'int8 to smallint': [outOfRange(['32768', '32767'], ['-9223372036854775808', '-32768'])],
  'float8 to integer': [
    infinite('2147483647', '-2147483648'),
    nan,
    outOfRange(['1e+300', '2147483647'], ['-2147483649', '-2147483648']),
    extraDigits(['1.25', '1', '1'], ['-1.75', '-2', '-1']),
  ],
  'float8 to bigint': [
    infinite('9223372036854775807', '-9223372036854775808'),
    nan,
    outOfRange(['1e+19', '9223372036854775807'], ['-1e+300', '-9223372036854775808']),
    extraDigits(['1.25', '1', '1'], ['-1.75', '-2', '-1']),
  ],
  'float8 to real': [
    infinite(MOST_REAL),
    nan,
    tiny(LEAST_REAL, outOfRange(['1e+300', MOST_REAL], ['-1e+39', `-${MOST_REAL}`], ['1e-300', '0'])),
  ],
  'float8 to decimal(38,10)': [
    infinite(`${'9'.repeat(28)}.${'9'.repeat(10)}`),
    nan,
    outOfRange(['1e+30', `${'9'.repeat(28)}.${'9'.repeat(10)}`], ['-1e+300', `-${'9'.repeat(28)}.${'9'.repeat(10)}`]),
    extraDigits(['1e-11', '0.0000000000', '0.0000000000'], ['1.23456789019', '1.2345678902', '1.2345678901']),
  ],
  'float4 to decimal(12,4)': [
    infinite('99999999.9999'),
    nan,
    outOfRange(['1e+20', '99999999.9999']),
    extraDigits(['1.23456', '1.2346', '1.2345']),
  ],
  'float4 to double precision': [infinite(MOST_DOUBLE), nan],
  'numeric(20,6) to decimal(10,2)': [
    nan,
    outOfRange(['123456789.000000', '99999999.99'], ['-99999999999999.000000', '-99999999.99']),
    extraDigits(['1.234500', '1.23', '1.23'], ['-1.237000', '-1.24', '-1.23']),
  ],
  'text to varchar(10)': [
    truncated(
      'long text',
      ['abcdefghijk', 'abcdefghij'],
      ['12345678é€', '12345678é'],
      ['🦉🦉🦉', '🦉🦉'],
      ['" \\,\n"""""""', '" \\,\n"""""'],
    ),
    truncated('extra blanks', ['ab         ', 'ab        '], ['           ', '          ']),
  ],
  'text to char(10)': [
    nullOnly('multibyte', 'é', 'a🦉', '\u0080'),
    truncated('long text', ['abcdefghijk', 'abcdefghij']),
    truncated('extra blanks', ['ab         ', 'ab        ']),
  ],
  'bytea to varbyte(4)': [truncated('long bytes', ['\\x0102030405', '01020304'], ['\\x0000000000', '00000000'])],
} as const satisfies Readonly<Record<string, readonly Offence[]>>;

/** What the command may say of every column. */
export const hazards: readonly (readonly [hazard: string, policies: readonly Policy[]])[] = [
  ['infinity', ['null', 'clamp']],
  ['nan', ['null']],
  ['date out of range', ['null', 'clamp']],
  ['number out of range', ['null', 'clamp']],
  ['extra digits', ['null', 'clamp', 'truncate']],
  ['multibyte', ['null']],
  ['long text', ['null', 'truncate']],
  ['extra blanks', ['null', 'truncate']],
  ['long bytes', ['null', 'truncate']],
  ['long json', ['null']],
  ['long json string', ['null']],
  ['long json number', ['null']],
  ['deep json', ['null']],
  ['bad json character', ['null']],
];

/** What arrays hold as well: there it is text within JSON. */
export const withinArrays = (type: string): readonly string[] =>
  ['date', 'timestamp', 'timestamptz', 'numeric(p,s)'].includes(type)
    ? (ofTypes[type] ?? []).flatMap(({ offenders }) => offenders.map(({ value }) => value))
    : [];
