// Which JSON, hex digits, shapes and sketches does COPY take, and with which words are the others refused?
import { describe, expect, it } from 'vitest';
import { rows } from '../support/redshift-stand-in.ts';
import { underBothProfiles } from '../support/redshift-values.ts';

/** A field of CSV, alone on its line. */
const quoted = (json: string) => `"${json.replaceAll('"', '""')}"\n`;

underBothProfiles(({ copy, either, load, refusal, session }) => {
  describe('SUPER and VARBYTE', () => {
    it('takes JSON, with the digits of its decimals', async () => {
      const values = [
        '{"a":[1,2.50,null,true],"ä":"x\\n\\\\"}',
        '"text"',
        '12345678901234567890123456789012345678',
        '-0.1234567890123456789012345678901234567',
        '"1e5 and 123456789012345678901234567890123456789012345"',
        'null',
        '[]',
      ];
      expect(await load('s SUPER', values.map(quoted).join(''))).toEqual(values.map((value) => [value]));
    });

    it('keeps more digits than a DECIMAL has in the optimistic profile only', async () => {
      const digits = '1234567890123456789012345678901234567891';
      const rounded = '1234567890123456800000000000000000000000';
      expect(await load('s SUPER', `[${digits}]\n`)).toEqual([
        [either({ pessimistic: `[${rounded}]`, optimistic: `[${digits}]` })],
      ]);
      expect((await refusal('s SUPER', '[1e400]\n'))[0]).toBe(1224);
    });

    it('refuses what is no JSON', async () => {
      for (const field of ['word', '"{""a"":}"', '"{""a"":""\\ud800""}"', '"""\\u0000"""', "{'a':1}"]) {
        expect((await refusal('s SUPER', `${field}\n`))[0], field).toBe(1224);
      }
    });

    it('refuses strings over 65,535 bytes inside, and too deep nesting', async () => {
      const json = (size: number) => `"[""${'x'.repeat(size)}""]"\n`;
      expect(await load('s SUPER', json(65_535))).toHaveLength(1);
      expect((await refusal('s SUPER', json(65_536)))[0]).toBe(1224);
      expect((await refusal('s SUPER', `${'['.repeat(1002)}${']'.repeat(1002)}\n`))[0]).toBe(1224);
    });

    it('takes hex digits into VARBYTE, within its length', async () => {
      expect(await load('v VARBYTE(3)', '6162\nFFff00\n')).toEqual([['6162'], ['ffff00']]);
      for (const field of ['\\x61', '616', '0x61', '6g'])
        expect((await refusal('v VARBYTE(3)', `${field}\n`))[0]).toBe(1219);
      expect((await refusal('v VARBYTE(3)', '61626364\n'))[0]).toBe(1204);
    });

    it('refuses values of JSON_PARSE that a SUPER cannot hold', async () => {
      const parse = (value: string) =>
        rows(session(), `SELECT json_parse('["' || repeat('x', ${value}) || '"]') IS NULL`);
      expect(await parse('65535')).toEqual([[false]]);
      await expect(parse('65536')).rejects.toMatchObject({ code: '22001' });
      const large = `SELECT json_parse('[' || repeat('"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",', 600000) || '1]')`;
      await expect(rows(session(), large)).rejects.toMatchObject({ code: '22001' });
    });

    it('takes JSON up to a row of 4 MB, and 1,000 levels', async () => {
      const parts = Array.from({ length: 60 }, (_, i) => `"${String(i).padStart(65_535, '.')}"`);
      expect(await load('s SUPER', quoted(`[${parts.join(',')}]`))).toHaveLength(1);
      expect(await load('s SUPER', `${'['.repeat(1000)}${']'.repeat(1000)}\n`)).toHaveLength(1);
    });
  });

  describe('shapes and sketches', () => {
    const point = '0101000020E6100000000000000000F03F0000000000000040';

    it('takes hex EWKB into GEOMETRY and GEOGRAPHY', async () => {
      expect(await load('g GEOMETRY, h GEOGRAPHY', `${point},${point.toLowerCase()}\n`)).toEqual([[point, point]]);
      for (const field of ['0101', '01xx', `${point}0`, `02${point.slice(2)}`, '0108000000', '0100000000']) {
        expect((await refusal('g GEOMETRY', `${field}\n`))[0], field).toBe(1200);
      }
    });

    it('takes shapes of up to 1,048,447 bytes', async () => {
      const hex = (bytes: number) => `0102000000${'0'.repeat(2 * bytes - 10)}\n`;
      expect(await load('g GEOMETRY', hex(1_048_447))).toHaveLength(1);
      expect(await refusal('g GEOMETRY', hex(1_048_448))).toEqual([1204, 'String length exceeds DDL length']);
    });

    it('takes sketches as Base64 or JSON', async () => {
      const sketch = '{"logm":15,"sparse":{"indices":[1],"values":[2]}}';
      expect(await load('h HLLSKETCH', `QUJD\n${quoted(sketch)}`)).toEqual([['QUJD'], [sketch]]);
      expect((await refusal('h HLLSKETCH', 'no sketch\n'))[0]).toBe(1200);
    });
  });

  describe('what is not implemented', () => {
    it.each([
      ['INTERVAL DAY TO SECOND', '1 day'],
      ['GEOMETRY', 'POINT(1 2)'],
    ])('says that it cannot load %s from "%s"', async (type, field) => {
      await session().query(`DROP TABLE IF EXISTS v; CREATE TABLE v (c ${type})`);
      const error = copy(`${field}\n`, '');
      await expect(error).rejects.toMatchObject({
        code: '0A000',
        message: expect.stringMatching(/^not implemented by the stand-in/),
      });
    });
  });
});
