import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Numbering, type Refused, RowSieve } from '../../../../core/csv/row-sieve.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What is kept, as one text, and each refused row, when the CSV arrives in these chunks. */
function sieve(chunks: readonly Uint8Array[], what: Partial<Refused<string>>) {
  const rows = new RowSieve<string>({ lines: new Map(), numbering: 'rows', gone: new Map(), ...what });
  const kept: Uint8Array[] = [];
  const refused: [row: number, text: string, reason: string, fresh: boolean][] = [];
  const take = (events: ReturnType<typeof rows.push>) => {
    for (const event of events) {
      if ('kept' in event) kept.push(event.kept.slice());
      else refused.push([event.row, textOf(event.refused), event.reason, event.fresh]);
    }
  };
  for (const chunk of chunks) take(rows.push(chunk));
  take(rows.finish());
  expect(rows.refused).toBe(refused.length);
  return { kept: textOf(Buffer.concat(kept)), refused, counts: [rows.kept, rows.refused] };
}

const lines = (...numbers: number[]) => new Map(numbers.map((number) => [number, `line ${number}`]));

const ROWS = ['1,"a\nb"\n', '2,"say ""hi"""\n', '3,"\n\n"""""\n', '4,\n', '5,"é🐘\n"\n', '6,"\n"",""\n"\n'];
const CSV = bytesOf(ROWS.join(''));
/** Of each row by newlines: its first line and its last. */
const SPANS = [
  [1, 2],
  [3, 3],
  [4, 6],
  [7, 7],
  [8, 9],
  [10, 12],
] as const;

describe('a sieve of rows', () => {
  test('keeps everything where no line is named', () => {
    expect(sieve([CSV], {})).toEqual({ kept: ROWS.join(''), refused: [], counts: [6, 0] });
  });

  test('takes out the rows of the lines that are named, where a line is a row', () => {
    expect(sieve([CSV], { lines: lines(1, 3, 6) })).toEqual({
      kept: `${ROWS[1]}${ROWS[3]}${ROWS[4]}`,
      refused: [
        [1, ROWS[0], 'line 1', true],
        [3, ROWS[2], 'line 3', true],
        [6, ROWS[5], 'line 6', true],
      ],
      counts: [3, 3],
    });
  });

  test.each(SPANS.flatMap((span, row) => [...new Set(span)].map((line) => [line, row + 1] as const)))(
    'finds newline %d in row %d, where a line is a newline',
    (line, row) => {
      const found = sieve([CSV], { lines: lines(line), numbering: 'newlines' });
      expect(found.refused).toEqual([[row, ROWS[row - 1], `line ${line}`, true]]);
      expect(found.kept).toBe(ROWS.filter((_, index) => index !== row - 1).join(''));
    },
  );

  test('does not count the lines of rows that are gone', () => {
    const gone = new Map([
      [1, 'gone'],
      [3, 'gone too'],
    ]);
    expect(sieve([CSV], { gone, lines: lines(2) })).toMatchObject({
      refused: [
        [1, ROWS[0], 'gone', false],
        [3, ROWS[2], 'gone too', false],
        [4, ROWS[3], 'line 2', true],
      ],
    });
    expect(sieve([CSV], { gone, lines: lines(2), numbering: 'newlines' }).refused.at(-1)).toEqual([
      4,
      ROWS[3],
      'line 2',
      true,
    ]);
  });

  test('takes a last row without its newline, and no row at all', () => {
    expect(sieve([bytesOf('1\n2')], { lines: lines(2) })).toEqual({
      kept: '1\n',
      refused: [[2, '2', 'line 2', true]],
      counts: [1, 1],
    });
    expect(sieve([], { lines: lines(1) }).counts).toEqual([0, 0]);
  });

  test.each<Numbering>(['rows', 'newlines'])('finds the same rows wherever the stream is split, by %s', (numbering) => {
    const what = { lines: lines(2, 4, 5), numbering, gone: new Map([[2, 'gone']]) };
    const whole = sieve([CSV], what);
    for (let at = 0; at <= CSV.length; at += 1) {
      for (let next = at; next <= CSV.length; next += 1) {
        expect(sieve([CSV.subarray(0, at), CSV.subarray(at, next), CSV.subarray(next)], what)).toEqual(whole);
      }
    }
  });

  test('parts any rows into those named and the others, each once and in order', () => {
    const field = fc.oneof(fc.constantFrom('', '1', '@N@', '""', '"a\n"', '"""\n"",\n"'), fc.nat().map(String));
    const row = fc.array(field, { minLength: 1, maxLength: 3 }).map((fields) => `${fields.join(',')}\n`);
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.boolean())), fc.nat(200), (rows, at) => {
        const csv = bytesOf(rows.map(([text]) => text).join(''));
        const named = rows.flatMap(([, refused], index) => (refused ? [index + 1] : []));
        const found = sieve([csv.subarray(0, at), csv.subarray(at)], { lines: lines(...named) });
        expect(found.kept).toBe(rows.flatMap(([text, refused]) => (refused ? [] : [text])).join(''));
        expect(found.refused.map(([number, text]) => [number, text])).toEqual(
          named.map((number) => [number, rows[number - 1]?.[0]]),
        );
      }),
    );
  });
});
