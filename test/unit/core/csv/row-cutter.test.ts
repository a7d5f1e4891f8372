import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CutEvent, RowCutter } from '../../../../core/csv/row-cutter.ts';
import type { PieceBounds } from '../../../../core/plan/model.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The pieces as texts, with their numbers of rows, when the CSV arrives in these chunks. */
function pieces(chunks: readonly Uint8Array[], bounds: PieceBounds): [text: string, rows: number][] {
  const cutter = new RowCutter(bounds);
  const found: [string, number][] = [];
  let open: Uint8Array[] = [];
  const take = (events: readonly CutEvent[]) => {
    for (const event of events) {
      if ('bytes' in event) open.push(event.bytes.slice());
      else {
        found.push([new TextDecoder().decode(Buffer.concat(open)), event.rows]);
        open = [];
      }
    }
  };
  for (const chunk of chunks) take(cutter.push(chunk));
  take(cutter.finish());
  expect(open).toEqual([]);
  return found;
}

const ROWS = ['1,"a\nb"\n', '2,"say ""hi"""\n', '3,"\n\n"""""\n', '4,\n', '5,"é🐘\n"\n', '6,"\n"",""\n"\n'];
const CSV = bytesOf(ROWS.join(''));

describe('a cutter of rows', () => {
  test('ends a piece after so many rows, and never inside quotes', () => {
    expect(pieces([CSV], { rows: 2 })).toEqual([
      [`${ROWS[0]}${ROWS[1]}`, 2],
      [`${ROWS[2]}${ROWS[3]}`, 2],
      [`${ROWS[4]}${ROWS[5]}`, 2],
    ]);
  });

  test('leaves a shorter piece at the end, and no empty one', () => {
    expect(pieces([CSV], { rows: 4 }).map(([, rows]) => rows)).toEqual([4, 2]);
    expect(pieces([CSV], { rows: 6 }).map(([, rows]) => rows)).toEqual([6]);
    expect(pieces([CSV], { rows: 100 })).toEqual([[ROWS.join(''), 6]]);
    expect(pieces([], { rows: 1 })).toEqual([]);
  });

  test('keeps a piece below its bytes; a row longer than that stands alone', () => {
    const rows = ['1\n', '22\n', '"a long\nrow"\n', '3\n', '4\n'];
    expect(pieces([bytesOf(rows.join(''))], { bytes: 5 })).toEqual([
      ['1\n22\n', 2],
      ['"a long\nrow"\n', 1],
      ['3\n4\n', 2],
    ]);
  });

  test('holds to whichever bound comes first', () => {
    expect(pieces([bytesOf('1\n2\n3\n44444\n5\n')], { rows: 2, bytes: 6 }).map(([text]) => text)).toEqual([
      '1\n2\n',
      '3\n',
      '44444\n',
      '5\n',
    ]);
  });

  test('takes a last row without its newline', () => {
    expect(pieces([bytesOf('1\n2\n3')], { rows: 2 })).toEqual([
      ['1\n2\n', 2],
      ['3', 1],
    ]);
  });

  test.each([{ rows: 1 }, { rows: 2 }, { bytes: 20 }, { rows: 3, bytes: 30 }])(
    'finds the same pieces wherever the stream is split: %j',
    (bounds) => {
      const whole = pieces([CSV], bounds);
      for (let at = 0; at <= CSV.length; at += 1) {
        expect(pieces([CSV.subarray(0, at), CSV.subarray(at)], bounds)).toEqual(whole);
        for (let next = at; next <= CSV.length; next += 1) {
          expect(pieces([CSV.subarray(0, at), CSV.subarray(at, next), CSV.subarray(next)], bounds)).toEqual(whole);
        }
      }
      expect(
        pieces(
          Array.from(CSV, (byte) => Uint8Array.of(byte)),
          bounds,
        ),
      ).toEqual(whole);
    },
  );

  test('loses and adds no byte and no row, whatever the values', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', '\n', ',', '\r', 'é') });
    fc.assert(
      fc.property(fc.array(value), fc.nat(5), fc.nat(30), (values, rows, bytes) => {
        const lines = values.map((text) => `"${text.replaceAll('"', '""')}"\n`);
        const bounds = { rows: rows + 1, bytes: bytes + 1 };
        const found = pieces([bytesOf(lines.join(''))], bounds);
        expect(found.map(([text]) => text).join('')).toBe(lines.join(''));
        expect(found.reduce((sum, [, count]) => sum + count, 0)).toBe(lines.length);
        for (const [text, count] of found) {
          expect(count).toBeLessThanOrEqual(bounds.rows);
          if (count > 1) expect(bytesOf(text).length).toBeLessThanOrEqual(bounds.bytes);
        }
      }),
    );
  });
});
