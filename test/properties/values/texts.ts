// Which texts and names break programs that move text: what looks like syntax, what looks like nothing, and what takes
// more bytes than it has characters?
import fc from 'fast-check';

const sharp = [
  '',
  ...[' ', '  ', '\t', '\n', '\r', '\r\n', '\v', '\f', '\b', '\u0001', '\u001a', '\u001b', '\u007f', '\u0085'],
  ...['NULL', 'null', '\\N', '\\n', '\\.', '\n\\.\n', '@NULL@', 'None', 'NaN', 'Infinity', 'true', 't', '0', '-'],
  ...['"', '""', '"""', "'", "''", '\\', '\\\\', '\\"', '\\x', '\\x00', '\\000', '\\u0000', '$$', '$1', '%s', '{{x}}'],
  ...[',', ',,', '|', ';', '--', '/*', '*/', '{}', '[]', '{"a":1}', '{NULL}', '()', '(,)', '\u00a0', '\u3000'],
  ...[' leading', 'trailing ', '\ttabs\t', 'a\nb', 'a\r\nb', 'a\rb', '\n', 'a,b\n"c","d""e"\r\n,', '"a","b"', 'a""b'],
  ...['ä', 'ß', 'İ', 'ı', 'ſ', 'K', 'é', 'e\u0301', 'ﬁ', '日本語', 'ᚠ', '\u200b', '\u2028', '\ufeff', '\ufffd'],
  ...[
    'مرحبا',
    'שלום',
    '\u202eabc\u202c',
    '\u200fabc',
    '𝒳',
    '🦉',
    '👩‍👩‍👧‍👦',
    '🇪🇺',
    '\ufdd0',
    '\uffff',
    '\u{10ffff}',
    '\u{1f}',
  ],
];

const withoutNul = (text: string): string => text.replaceAll('\0', '');

/** The first `most` characters, as PostgreSQL counts them. */
export const cut = (text: string, most: number): string => [...text].slice(0, most).join('');

const syntax = fc.constantFrom(...[',', '"', "'", '\\', '\n', '\r', '\t', ' ', '|', 'N', 'x', '0', '{', '}', '(', ')']);

/** Any text that PostgreSQL holds, of so many characters at most. */
export function anyText(most: number): fc.Arbitrary<string> {
  const maxLength = Math.min(most, 40);
  return fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom(...sharp) },
      { weight: 3, arbitrary: fc.string({ unit: syntax, maxLength }) },
      { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength }) },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength }) },
      { weight: 2, arbitrary: fc.array(fc.constantFrom(...sharp), { maxLength: 6 }).map((parts) => parts.join(',')) },
    )
    .map((text) => cut(withoutNul(text), most));
}

/** Texts at the end of what a column of so many characters holds, up to Redshift's 65,535 bytes. */
export function longText(most: number): fc.Arbitrary<string> {
  const bytes = 65_535;
  return fc
    .constantFrom('x', ' ', '"', '\\', '\n', 'é', '€', '🦉')
    .map((unit) => unit.repeat(Math.min(most, Math.floor(bytes / Buffer.byteLength(unit)))));
}

/** Words of letters and digits. */
export const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,8}$/);

/** PostgreSQL's longest name; folded it may be longer, and Redshift's has 127. */
const NAME_BYTES = 63;

const reserved = ['select', 'user', 'Order', 'table', 'tag', 'AES128', 'oids', 'group', 'default', 'sysdate', 'top'];
const strange = [
  'a.b',
  'a"b',
  "a'b",
  'a;b',
  'a b',
  ' a',
  'a ',
  'ä',
  'ÄÖ',
  '日本',
  '🦉',
  'a\nb',
  'a\\b',
  '$1',
  '%s',
  '1',
  '{{x}}',
];

/** A name of anything. */
export const anyName: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 4, arbitrary: word },
    { weight: 2, arbitrary: fc.constantFrom(...reserved) },
    { weight: 3, arbitrary: fc.constantFrom(...strange, ...strange.map((name) => `${name}x`)) },
    { weight: 1, arbitrary: fc.constantFrom('x', 'é', '"', ' ', 'İ').map((unit) => unit.repeat(NAME_BYTES)) },
    { weight: 3, arbitrary: anyText(12) },
  )
  .map((name) => {
    let fitting = name;
    while (Buffer.byteLength(fitting) > NAME_BYTES) fitting = [...fitting].slice(0, -1).join('');
    return fitting;
  });
