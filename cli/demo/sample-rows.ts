// Which rows does the sample database have? All are computed inside the server from row numbers, so that they are the
// same on every machine; no clock and no chance is involved.

/** How many rows each growing table gets. Everything that refers to them is within these numbers. */
export interface SampleSize {
  readonly lines: number;
  readonly orders: number;
  readonly customers: number;
  readonly books: number;
}

/** `scale` 1: a million order lines, four to an order. */
export function sampleSize(scale: number): SampleSize {
  const rows = (atFullScale: number) => Math.max(10, Math.round(atFullScale * scale));
  const orders = rows(250_000);
  return { lines: orders * 4, orders, customers: rows(60_000), books: rows(20_000) };
}

/** One of several texts, by a row number. */
const oneOf = (texts: readonly string[], number: string): string =>
  `(ARRAY[${texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(',')}])[1 + (${number}) % ${texts.length}]`;

const firstNames = ['Ana', 'Björn', 'Chloé', 'Дмитрий', 'Ελένη', '芳', 'Gül', "D'Arcy", 'İpek', 'Noor', 'Þóra'];
const lastNames = ['Müller', "O'Neill", 'García Márquez', 'Nguyễn', 'Œuvrard', '山田', 'Łukasz', 'Smith "the reader"'];
const nouns = [
  'Winter',
  'Brücke',
  'Libraire',
  'Tide',
  'Æther',
  'Mountain',
  '夜',
  'Garden',
  'Machine',
  'Cartographer',
  '🦉',
];
const things = ['of Glass', 'and Salt', '— a History', '"Unabridged"', 'in 7 Acts', "that Wasn't", '\\ Backslash', ''];

/** The largest table alone: it takes as long as the rest. */
export const largestRows = ({ lines, books }: SampleSize): string => `
INSERT INTO shop.order_lines
SELECT 1 + i / 4, 1 + i % 4, 1 + (i::bigint * 7919) % ${books}, 1 + (i % 97) / 32,
       (499 + (i::bigint * 31) % 9000) / 100.0,
       CASE i % 11 WHEN 0 THEN NULL WHEN 1 THEN 0 ELSE (i % 50) / 64.0 + 0.1 END,
       i % 16 = 0,
       CASE WHEN i % 16 = 0 THEN
         ${oneOf(['Für Dich 💝', 'with "love"', '', 'line one\nline two', 'NULL', '\\N', "it's yours", '  blanks  '], 'i / 16')}
         || ' ' || i
       WHEN i % 16 = 8 THEN '' END,
       CASE WHEN i % 7 > 0 THEN timestamp '2024-01-01 06:00' + i * interval '47.013 seconds' END
FROM generate_series(0, ${lines - 1}) AS i;
`;

/** Everything else but the edge cases. */
export const otherRows = (size: SampleSize): string => String.raw`
INSERT INTO shop.countries VALUES
  ('DE', 'Deutschland', 'EUR', 7.00, '{de}'), ('FR', 'France', 'EUR', 5.50, '{fr,br,oc}'),
  ('GB', 'United Kingdom', 'GBP', 0.00, '{en,cy,gd}'), ('JP', '日本', 'JPY', 10.00, '{ja}'),
  ('IS', 'Ísland', 'ISK', NULL, '{is}'), ('AQ', 'Antarctica', 'XXX', NULL, '{}');

INSERT INTO shop.customers (email, full_name, nickname, born, level, newsletter, balance, country, preferences,
                            last_address, joined, remark)
SELECT CASE WHEN i % 13 > 0 THEN 'reader' || i || '@example.org' END,
       ${oneOf(firstNames, 'i')} || ' ' || ${oneOf(lastNames, 'i / 11')},
       CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE ${oneOf(firstNames, 'i / 5')} END,
       CASE WHEN i % 9 > 0 THEN date '1930-01-01' + (i * 37) % 30000 END,
       (enum_range(NULL::shop.loyalty))[1 + i % 4],
       CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END,
       ((i::bigint * 7907) % 2000000 - 500000) / 100.0,
       ${oneOf(['DE', 'FR', 'GB', 'JP', 'IS', 'AQ'], 'i')},
       CASE WHEN i % 4 > 0 THEN jsonb_build_object('genres', ARRAY['poetry', 'maps'], 'emails', i % 3, 'quote', 'say "hi"',
                                                   'night', i % 2 = 0, 'none', NULL) END,
       CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN ('10.' || i % 256 || '.7.' || i / 256 % 256)::inet
                  ELSE ('2001:db8::' || to_hex(i) || '/64')::inet END,
       timestamptz '2019-03-01 00:00+00' + i * interval '61 minutes 7.000125 seconds',
       CASE WHEN i % 50 = 0 THEN repeat('never on Mondays; ', 1 + i % 40) WHEN i % 50 = 1 THEN '' END
FROM generate_series(1, ${size.customers}) AS i;

INSERT INTO shop.orders (customer_id, placed, shipped, express, token, remark)
SELECT 1 + (i::bigint * 613) % ${size.customers}, timestamptz '2024-01-01 00:00+00' + i * interval '3 minutes 1.5 seconds',
       CASE WHEN i % 12 > 0 THEN timestamp '2024-01-02 08:30' + i * interval '3 minutes' END,
       i % 6 = 0, md5('order ' || i)::uuid,
       CASE i % 40 WHEN 0 THEN 'ring twice, "loudly"' WHEN 1 THEN '' WHEN 2 THEN E'back door\nby the bins' END
FROM generate_series(1, ${size.orders}) AS i;

INSERT INTO shop.payments
SELECT md5('payment ' || i)::uuid, i, ((i::bigint * 1399) % 20000 / 100.0)::numeric(10,2)::money,
       ${oneOf(['card', 'invoice', 'cash', 'voucher'], 'i')},
       CASE i % 4 WHEN 0 THEN decode(md5('card ' || i), 'hex') WHEN 1 THEN ''::bytea END,
       CASE WHEN i % 20 > 0 THEN timestamptz '2024-01-01 00:10+00' + i * interval '3 minutes 0.125 seconds' END
FROM generate_series(1, ${size.orders}) AS i WHERE i % 25 > 0;

INSERT INTO shop.reviews (book_id, customer_id, stars, body, written)
SELECT 1 + (i::bigint * 37) % ${size.books}, 1 + (i::bigint * 101) % ${size.customers}, 1 + i % 5,
       ${oneOf(['Wonderful.', 'Read it twice 📚📚', 'So-so;\nthe second half drags.', '"Never again"', 'C:\\books\\shelf', '', "It's NULL", 'NULL', '\\N', 'ein, zwei; drei\tvier'], 'i')}
       || CASE WHEN i % 10 IN (5, 7, 8) THEN '' ELSE repeat(' ' || ${oneOf(nouns, 'i')}, i % 30) END,
       date '2024-01-01' + i % 700
FROM generate_series(1, ${Math.ceil(size.customers / 2)}) AS i;

INSERT INTO shop.page_views
SELECT timestamptz '2024-02-01 00:00+00' + i * interval '1 day' * ${800 / (size.customers * 3)}, CASE WHEN i % 3 > 0 THEN 1 + i % ${size.customers} END,
       '/books/' || i % ${size.books}, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'https://search.example/?q=' || ${oneOf(nouns, 'i')} END,
       CASE WHEN i % 5 > 0 THEN i % 4000 * interval '1.01 seconds' END, ('192.0.' || i % 256 || '.0/24')::cidr
FROM generate_series(1, ${size.customers * 3}) AS i;

INSERT INTO stock.publishers
SELECT i, ${oneOf(nouns, 'i')} || ' & ' || ${oneOf(lastNames, 'i')} || ' ' || i, ${oneOf(['DE', 'FR', 'GB', 'JP', 'IS'], 'i')},
       CASE WHEN i % 6 > 0 THEN 1600 + i END, CASE WHEN i % 3 > 0 THEN 'https://publisher-' || i || '.example/?a=1&b=%20' END
FROM generate_series(1, 200) AS i;

INSERT INTO stock.authors
SELECT i, ${oneOf(firstNames, 'i')} || ' ' || ${oneOf(lastNames, 'i / 11')}, date '1564-04-26' + i * 41,
       CASE WHEN i % 3 = 0 THEN date '1616-05-03' + i * 41 END
FROM generate_series(1, 3000) AS i;

INSERT INTO stock.books
SELECT i, '978-0-' || to_char(i, 'FM00000000') || '-' || i % 10 || ' ', ${oneOf(nouns, 'i')} || ' ' || ${oneOf(things, 'i / 11')},
       CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'A novel in ' || i % 9 || ' parts' END,
       1 + i % 200, date '1900-01-01' + (i * 13) % 45000, 60 + i % 900, (499 + (i::bigint * 31) % 9000) / 100.0,
       CASE WHEN i % 8 > 0 THEN 0.1 + i / 7.0e4 END,
       CASE WHEN i % 5 > 0 THEN ROW(180 + i % 90, 110 + i % 60, CASE WHEN i % 4 > 0 THEN i % 60 END)::stock.dimensions END,
       CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE ARRAY['prose', 'a "quoted" word', NULL, 'naïve'] END,
       CASE WHEN i % 6 > 0 THEN repeat(${oneOf(nouns, 'i')} || E' stands at the window.\n', 1 + i % 12) END,
       CASE i % 10 WHEN 0 THEN ''::bytea WHEN 1 THEN NULL ELSE decode(md5('cover ' || i), 'hex') || '\x00ff0a22'::bytea END,
       CASE WHEN i % 7 > 0 THEN ('{"edition": ' || i % 5 || ', "weights": [1.50, 2], "note": "caf\u00e9 \"7\""}')::json END
FROM generate_series(1, ${size.books}) AS i;

INSERT INTO stock.book_authors
SELECT i, 1 + (i * 7 + k * 1000) % 3000, CASE k WHEN 0 THEN 'A' ELSE 'T' END::"char"
FROM generate_series(1, ${size.books}) AS i, generate_series(0, 1) AS k WHERE k = 0 OR i % 5 = 0;

INSERT INTO stock.warehouses VALUES
  (1, 'Main hall', '06:00', '08:00:2b:01:02:03', '10.1.0.0/16', '(52.52,13.405)'),
  (2, 'Cellar "B"', '07:30:15.25', NULL, NULL, '(-0.000125,1e+20)'),
  (3, E'Annexe\\North', '00:00', 'ff:ff:ff:ff:ff:ff', '2001:db8::/32', NULL);

INSERT INTO stock.levels (warehouse_id, book_id, copies, reserved, checked)
SELECT w, i, (i * w) % 40, (i * w) % 7, CASE WHEN i % 3 > 0 THEN timestamptz '2025-06-01 12:00+02' + i * interval '1 second' END
FROM generate_series(1, 3) AS w, generate_series(1, ${size.books}) AS i;

INSERT INTO "Back Office"."Employees"
SELECT i, ${oneOf(firstNames, 'i')} || ' ' || ${oneOf(lastNames, 'i')}, CASE WHEN i > 1 THEN i / 2 END,
       date '2001-09-01' + i * 50, CASE WHEN i % 10 > 0 THEN 2000 + i * 17.25 END, i % 8 = 0
FROM generate_series(1, 120) AS i;

INSERT INTO "Back Office"."Shift Plan"
SELECT date '2025-01-01' + d, e, time '06:00' + (e % 8) * interval '1 hour',
       (time '14:00' + (e % 8) * interval '1 hour' || CASE e % 2 WHEN 0 THEN '+01' ELSE '-05:30' END)::timetz,
       CASE e % 3 WHEN 0 THEN NULL WHEN 1 THEN interval '30 minutes' ELSE interval '1 day 00:45:00.5' END
FROM generate_series(0, 99) AS d, generate_series(1, 120) AS e;

INSERT INTO "Back Office"."Audit Log" (at, actor, before, after)
SELECT timestamp '2025-01-01' + i * interval '9.000001 minutes', ${oneOf(['system', 'Ana', 'NULL', ''], 'i')},
       CASE WHEN i % 4 > 0 THEN jsonb_build_object('price', (i % 100)::numeric / 4, 'title', ${oneOf(things, 'i')}) END,
       CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'null'::jsonb WHEN 2 THEN '"text"'::jsonb
                  ELSE jsonb_build_array(i, 'ß', jsonb_build_object('deep', true)) END
FROM generate_series(1, ${size.books}) AS i;
`;
