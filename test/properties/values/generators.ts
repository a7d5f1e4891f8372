// Random texts that PostgreSQL reads as its types: their extremes by hand, and anything between.
import fc from 'fast-check';
import { anyText } from './texts.ts';

export type Texts = fc.Arbitrary<string>;

/** Words apart by blanks, as often as anything else. */
export const edged = (edges: string | readonly string[], any: Texts): Texts =>
  fc.oneof(fc.constantFrom(...(typeof edges === 'string' ? edges.split(' ') : edges)), any);

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

export function integers(bits: 16 | 32 | 64): Texts {
  const most = 2n ** BigInt(bits - 1) - 1n;
  const edges = [0n, 1n, -1n, most, -most - 1n, most - 1n, 10n];
  return edged(edges.map(String), fc.bigInt({ min: -most - 1n, max: most }).map(String));
}

export function naturals(bits: 32 | 64): Texts {
  const most = 2n ** BigInt(bits) - 1n;
  const edges = [0n, 1n, most / 2n, most / 2n + 1n, most];
  return edged(edges.map(String), fc.bigInt({ min: 0n, max: most }).map(String));
}

const finite = { noNaN: true, noDefaultInfinity: true } as const;
export const real = edged(
  '0 -0 NaN Infinity -Infinity 1e-45 1.1754944e-38 3.4028235e38 -3.4028235e38 16777217 0.1 1e20',
  fc.float(finite).map(String),
);
/** Of those that REAL holds with all of their digits: none next to 0. */
export const normalReal = real.filter((text) => Number(text) === 0 || !(Math.abs(Number(text)) < 1.2e-38));
const longestDouble = '-1.7976931348623157e308';
export const double = edged(
  `0 -0 NaN Infinity -Infinity 5e-324 -2.2250738585072014e-308 ${longestDouble} 0.1 9007199254740993 1e22`,
  fc.double(finite).map(String),
);

/** In JSON: of some whole numbers PostgreSQL prints a digit more than it takes to tell them from their neighbours. */
export const doubleInJson = double.filter(
  (text) => !(Math.abs(Number(text)) > 2 ** 53 && Math.abs(Number(text)) < 1e18),
);

export const digits = (most: number, least = 0): Texts =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most, size: 'max' });

/** Numbers with so many digits before and after the point. */
export function decimals(before: number, after: number): Texts {
  const nines = `${'9'.repeat(before)}${after > 0 ? `.${'9'.repeat(after)}` : ''}`;
  const edges = ['0', '-0', nines, `-${nines}`, after > 0 ? `0.${'0'.repeat(after - 1)}1` : '0'];
  const any = fc
    .tuple(fc.constantFrom('', '-'), digits(before), digits(after))
    .map(([sign, whole, fraction]) => `${sign}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`);
  return edged(edges, any);
}

/** numeric without precision. */
export const unbounded = edged(
  '0 0.0 0.00 -0.1 1e1000 1e-1000 123456789012345678901234567890.123456789 NaN',
  decimals(60, 60),
);

const pad = (number: number, length: number): string => String(number).padStart(length, '0');
const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Of the years that Redshift takes for certain. */
export const date = edged(
  '0001-01-01 9999-12-31 1582-10-10 1883-11-18 1970-01-01 2000-02-29 1900-02-28 2038-01-19',
  fc
    .tuple(int(1, 9999), int(1, 12))
    .chain(([year, month]) =>
      int(1, days[month - 1] ?? 28).map((day) => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`),
    ),
);
const clock = fc
  .tuple(int(0, 23), int(0, 59), int(0, 59), digits(6))
  .map(([h, m, s, part]) => `${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${part === '' ? '' : `.${part}`}`);
export const time = edged('00:00:00 24:00:00 23:59:59 00:00:00.000001 12:34:56.789 23:59:59.9', clock);
const offset = fc.constantFrom('+00', 'Z', '+05:30', '-03:30', '+14', '-12', '+15:59:59', '-15:59:59', '+00:00:01');
export const timetz = fc.tuple(time, offset).map((parts) => parts.join(''));
export const timestamp = edged(
  ['0001-01-01 00:00:00', '9999-12-31 23:59:59', '2000-02-29 12:00:00.000001', '1999-12-31 23:59:59.4'],
  // Rounded to seconds, the last of them would be in the year 10000.
  fc.tuple(date, clock).map(([day, at]) => (day === '9999-12-31' ? `${day} 00:00:00` : `${day} ${at}`)),
);
export const timestamptz = edged(
  ['0001-01-01 00:00:00+00', '9999-12-31 23:59:59+00', '2024-03-31 01:30:00+00', '1900-01-01 00:00:00+00:19:32'],
  // An offset would carry the first and the last year over the edge.
  fc.tuple(timestamp, offset).map(([at, zone]) => (/^(0001|9999)/.test(at) ? `${at}+00` : `${at}${zone}`)),
);

const some = int(-999, 999);
export const interval = edged(
  [
    ...['0', '-178000000 years', '178000000 years', '-2147483648 days', '1 mon -1 day', '-00:00:00.000001'],
    '-178956970 years -8 mons -2147483648 days -2147483647:59:59.999',
  ],
  fc
    .tuple(some, some, some, some, digits(6))
    .map(([y, mon, d, h, s]) => `${y} years ${mon} mons ${d} days ${h} hours ${s === '' ? '0' : `0.${s}`} secs`),
);

const documents = [
  ...[
    '{"a":1,"a":2}',
    ' [ 1 ,\n2 ]\t',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
    '1E5',
    '-0.0',
    '1.10',
  ],
  ...['1234567890123456789012345678901234567.5', '""', 'null', 'true', '{}', '[]', '{"":""}', '"\\\\N"', '"NULL"'],
  ...['{"b":1,"aa":2}', `${'['.repeat(60)}${']'.repeat(60)}`, '{"a, b": " c : d "}'],
];
/** What Redshift takes: no NUL and no half of a surrogate pair, and no number that has many digits without its exponent. */
const isHoldable = (text: string): boolean => !/\\u0000|\\ud[89a-f]|\de[+-]?\d\d/i.test(text);
const printed = fc
  .tuple(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), fc.constantFrom(undefined, 1, '\t'))
  .map(([value, indent]) => JSON.stringify(value, null, indent));
const sharpString = anyText(30).map((text) => JSON.stringify(text));
export const json = edged(documents, fc.oneof(printed, sharpString).filter(isHoldable));

const hex = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString('hex');
export const bytes = edged(
  `\\x \\x00 \\xff \\x5c \\x22 \\x0a \\x5c78 \\x4e554c4c \\x${hex(Array(256).keys())}`,
  fc.uint8Array({ maxLength: 40 }).map((array) => `\\x${hex(array)}`),
);

const hexPair = int(0, 255).map((byte) => byte.toString(16).padStart(2, '0'));
/** `08:00:2b` */
export const hexPairs = (count: number): Texts =>
  fc.array(hexPair, { minLength: count, maxLength: count }).map((list) => list.join(':'));
export const inet = edged(
  '0.0.0.0/0 255.255.255.255 127.0.0.1/8 :: ::/0 ::1 ::ffff:1.2.3.4 1234:5678:1234:5678:1234:5678:255.255.255.255/127',
  fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), int(0, 32)).map(([ip, mask]) => `${ip}/${mask}`),
  ),
);
export const cidr = edged(
  '0.0.0.0/0 10.0.0.0/8 192.168.1.1/32 ::/0 2001:db8::/32 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128',
  fc.tuple(int(0, 255), int(0, 255)).map(([a, b]) => `${a}.${b}.0.0/16`),
);
export const bits = (most: number, least: number): Texts =>
  fc.string({ unit: fc.constantFrom('0', '1'), minLength: least, maxLength: most, size: 'max' });

/** Finite, and of a size at which the middle of two of them is finite, too. */
const coordinate = fc.oneof(
  int(-1000, 1000).map(String),
  fc.double({ min: -1e300, max: 1e300, noNaN: true }).map(String),
);
const pairOf = (one: Texts): Texts => fc.tuple(one, one).map(([x, y]) => `(${x},${y})`);
const spot = edged([`(${longestDouble},${longestDouble})`], pairOf(coordinate));
const spots = fc.array(pairOf(coordinate), { minLength: 1, maxLength: 5 }).map((list) => list.join(','));
export const point = pairOf(double);
export const line = fc.tuple(int(1, 9), coordinate, coordinate).map((abc) => `{${abc.join(',')}}`);
export const lseg = fc.tuple(spot, spot).map((ends) => `[${ends.join(',')}]`);
export const box = fc.tuple(spot, spot).map((corners) => corners.join(','));
export const path = fc.tuple(spots, fc.boolean()).map(([list, open]) => (open ? `[${list}]` : `(${list})`));
export const polygon = pairOf(coordinate).chain((first) => spots.map((list) => `(${first},${list})`));
export const circle = fc
  .tuple(spot, fc.oneof(int(0, 99).map(String), fc.constant(longestDouble.slice(1))))
  .map(([centre, radius]) => `<${centre},${radius}>`);

const lexeme = fc
  .tuple(anyText(8), fc.constantFrom('', ':1', ':2A,3', ':16383'))
  .map(([text, at]) => `'${`x${text}`.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${at}`);
export const tsvector = fc.array(lexeme, { maxLength: 4 }).map((list) => list.join(' '));

const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
export const xml = edged(
  [
    ...['', 'text', '<a/>', '<?xml version="1.0"?><a b="c">d</a>', '<?xml version="1.0" encoding="UTF-8"?><a/>'],
    ...['<a><![CDATA[x"y,\n]]></a>', '<!-- c --><a/>', '<a>&#13;</a>'],
  ],
  anyText(20).map((text) => `<a>${escaped(text)}</a>`),
);

/** A character of one byte; the empty one is a NUL that prints as nothing. */
export const byteCharacter = fc.oneof(
  fc.constant(''),
  int(1, 127).map((code) => String.fromCharCode(code)),
);
