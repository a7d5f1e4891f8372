// Does `on error resume next` load every row that Redshift takes, and put every other aside?
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { copyBatch as copy, type PartWritten } from '../support/one-batch.ts';
import { bucket } from '../support/redshift-stand-in.ts';
import { type RejectWorld, sentinel, startRejectWorld } from '../support/reject-world.ts';
import type { WorldOptions } from '../support/step-world.ts';

describe.each(['pessimistic', 'optimistic'] as const)('on the %s stand-in', (profile) => {
  let world: RejectWorld;
  beforeAll(async () => {
    world = await startRejectWorld(profile);
  });
  afterAll(() => world.close());
  beforeEach(() => world.begin());

  const copyBatch = (written: readonly PartWritten[], options?: WorldOptions) =>
    copy(world.ports(options), world.input(written));

  /** Changes what the load-error views say before each look at them. */
  const telling = (change: (update: string) => string | undefined) => async (sql: string) => {
    if (!sql.includes('FROM sys_load_error_detail')) return;
    const update = change('UPDATE pg_internal.load_errors');
    if (update !== undefined) await world.backend.query(update);
  };

  const good = (id: number) => `${id},"fine",2024-01-0${(id % 9) + 1},"[${id}]"`;

  test('rows refused for any reason are put aside, and every other row is loaded', async () => {
    const written = [
      await world.part(0, good(1), `2,"far too long",2024-01-01,${sentinel}`, good(3), `4,"x",2024-13-01,"{}"`),
      await world.part(1, good(5), good(6)),
      await world.part(
        2,
        `${sentinel},"",${sentinel},"1"`,
        good(8),
        `ninety,"",${sentinel},"1"`,
        `10,"y",${sentinel},"{"`,
      ),
    ];
    expect(await copyBatch(written)).toEqual({ batch: 0, rows: 5 });
    expect(await world.staged()).toEqual([1, 3, 5, 6, 8]);
    expect(await world.ledger()).toEqual([[0, 5, 5]]);
    const { csv, log } = await world.rejects();
    expect(csv).toBe('2,"far too long",2024-01-01,\n4,"x",2024-13-01,"{}"\n,"",,"1"\nninety,"",,"1"\n10,"y",,"{"\n');
    const place = (number: number, row: number) =>
      `s3://${bucket}/runs/${world.run()}/parts/0000000/000${number}.0.csv.zst, row ${row}: `;
    expect(log).toEqual([
      `${place(0, 2)}column "note": the value is too long or out of range for the column (code 1204)`,
      `${place(0, 4)}column "day": the value is no date that Redshift takes (code 1205)`,
      `${place(2, 1)}column "id": NULL in a column that is NOT NULL (code 1213)`,
      `${place(2, 3)}column "id": the value is not written as a number of that type (code 1207)`,
      `${place(2, 4)}column "a "b"\\n": the value is no JSON that SUPER holds (code 1224)`,
    ]);
  });

  test('a row is found by its number, whatever newlines stand between quotes before it', async () => {
    const written = [await world.part(0, '1,"a\n\nb",2024-01-01,"1"', '2,"far\ntoo long",,', good(3), '4,"c\n",,')];
    expect(await copyBatch(written)).toEqual({ batch: 0, rows: 3 });
    expect(await world.staged()).toEqual([1, 3, 4]);
    expect((await world.rejects()).csv).toBe('2,"far\ntoo long","",""\n');
  });

  test('a row is found where Redshift counts newlines, whichever line of the row it means', async () => {
    for (const line of [4, 5]) {
      await world.begin();
      const written = [
        await world.part(0, '1,"a\n\nb",2024-01-01,"1"', '2,"far\ntoo long",,', good(3), good(4), good(5)),
      ];
      const before = telling((sql) => `${sql} SET line_number = ${line} WHERE line_number = 2`);
      expect(await copyBatch(written, { before })).toEqual({ batch: 0, rows: 4 });
      expect(await world.staged()).toEqual([1, 3, 4, 5]);
      expect((await world.rejects()).log).toEqual([expect.stringMatching(/row 2: column "note": .*1204/)]);
    }
  });

  test('no row that Redshift would load is put aside, whatever its views name', async () => {
    const written = [await world.part(0, good(1), '2,"far too long",,', good(3))];
    const before = telling((sql) => `${sql} SET line_number = 3`);
    await expect(copyBatch(written, { before })).rejects.toMatchObject({
      name: 'RefusalUntold',
      message: 'Batch 0 of sales.t: Redshift refuses rows, and its load-error views do not say which.',
    });
    expect(await world.staged()).toEqual([]);
    expect(await world.ledger()).toEqual([]);
  });

  test('refused rows that Redshift’s views do not show at once are found by and by', async () => {
    const bad = (id: number) => `${id},"far too long",,`;
    const written = [
      await world.part(0, bad(1), good(2), bad(3), bad(4)),
      await world.part(1, good(5), bad(6), good(7)),
    ];
    let looks = 0;
    const before = telling((sql) => {
      looks += 1;
      return looks < 3
        ? `${sql} SET line_number = 0 WHERE line_number > ${looks} OR filename LIKE '%/0001%'`
        : undefined;
    });
    expect(await copyBatch(written, { before })).toEqual({ batch: 0, rows: 3 });
    expect(looks).toBeGreaterThan(2);
    expect(await world.staged()).toEqual([2, 5, 7]);
    expect(await world.ledger()).toEqual([[0, 3, 4]]);
    const { csv, log } = await world.rejects();
    expect(csv).toBe([1, 3, 4, 6].map((id) => `${id},"far too long","",""\n`).join(''));
    expect(log.map((line) => /000\d\.0\.csv\.zst, row \d/.exec(line)?.[0])).toEqual([
      '0000.0.csv.zst, row 1',
      '0000.0.csv.zst, row 3',
      '0000.0.csv.zst, row 4',
      '0001.0.csv.zst, row 2',
    ]);
  });

  test('a batch of refused rows alone is loaded without rows', async () => {
    const written = [await world.part(0, 'one,"",,', 'two,"",,'), await world.part(1, `${sentinel},"",,`)];
    expect(await copyBatch(written)).toEqual({ batch: 0, rows: 0 });
    expect(await world.ledger()).toEqual([[0, 0, 3]]);
    expect((await world.rejects()).csv).toBe('one,"","",""\ntwo,"","",""\n,"","",""\n');
  });

  test('more refused rows than MAXERROR passes over are all put aside', async () => {
    const bad = Array.from({ length: 14 }, (_, at) => `bad ${at},"",${sentinel},"1"`);
    const written = [await world.part(0, good(1), ...bad, good(2)), await world.part(1, good(3))];
    const maxErrors = 5;
    expect(await copy(world.ports(), world.input(written), { maxErrors })).toEqual({ batch: 0, rows: 3 });
    expect(await world.staged()).toEqual([1, 2, 3]);
    expect(await world.ledger()).toEqual([[0, 3, 14]]);
    expect((await world.rejects()).csv).toBe(bad.map((row) => `${row.replace(sentinel, '')}\n`).join(''));
  });

  test('more refused rows than a load can be sifted of stop the run', async () => {
    const bad = Array.from({ length: 11 }, (_, at) => `bad ${at},"",${sentinel},"1"`);
    await expect(
      copy(world.ports(), world.input([await world.part(0, ...bad)]), { maxErrors: 2 }),
    ).rejects.toMatchObject({
      name: 'RowRefused',
      message: 'Batch 0 of sales.t: Redshift refuses more than 10 rows.',
    });
    expect(await world.ledger()).toEqual([]);
  });

  test('each piece of a batch has refused rows of its own', async () => {
    const pieces = [
      await world.part(1, good(1), 'bad,"",,'),
      await world.part(2, good(2), good(3)),
      await world.part(3, `4,"far too long",,`, good(5)),
    ].map(({ key, rows, bytes }) => ({ key: key ?? '', rows, bytes }));
    const list = artifactKeys.pieceList(world.run(), 0, 0, 0);
    await world.ports().store.putJson(list, pieces);
    const whole = { part: 0, rows: 6, bytes: 0, csvBytes: 0, key: list, pieces: 3, startedAt: 0, endedAt: 0 };
    expect(await copyBatch([whole])).toEqual({ batch: 0, rows: 4 });
    expect(await copyBatch([whole])).toEqual({ batch: 0, rows: 4 });
    expect(await world.staged()).toEqual([1, 2, 3, 5]);
    expect(await world.ledger()).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 0],
      [3, 1, 1],
    ]);
    expect((await world.rejects()).csv).toBe('bad,"","",""\n4,"far too long","",""\n');
  });

  test('what a refused row holds stands in its object and its reject file, and nowhere else', async () => {
    const logged: unknown[] = [];
    const ports = world.ports();
    const log = { info: (event: string, facts?: object) => void logged.push(event, facts) };
    await copy({ ...ports, log }, world.input([await world.part(0, good(1), '2,"hunter2 is too long",,')]));
    expect((await world.rejects()).csv).toMatch(/hunter2/);
    expect(JSON.stringify([logged, (await world.rejects()).log])).not.toMatch(/hunter2/);
    const others = (await ports.store.list(`runs/${world.run()}/`)).filter(
      ({ key }) => !/rejects\.csv$|\.zst$/.test(key),
    );
    expect(others.length).toBeGreaterThan(4);
    for (const { key } of others) expect(await ports.store.getText(key), key).not.toMatch(/hunter2/);
  });

  test('an object that is not what was extracted stops the batch', async () => {
    const written = await world.part(0, good(1), 'bad,"",,', good(3));
    await expect(copyBatch([{ ...written, rows: 4 }])).rejects.toMatchObject({
      name: 'CountMismatch',
      message: 'Batch 0 of sales.t: an object of 4 rows holds 3.',
    });
    expect(await world.ledger()).toEqual([]);
  });
});
