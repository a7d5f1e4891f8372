// A load file in which every clause and every kind of option stands, for the tests that need one.

export const kitchenSink = `/* Every clause of the language,
   each at least once. */
LOAD DATABASE
     FROM pgsql://reader:p%40ss@[2001:db8::1]:5433/shop?sslmode=require&tablename=public.orders
     INTO redshift://loader@cluster.example.com/dev?secret=env:PGSHIFT_SECRET_WAREHOUSE

 WITH include no drop, create tables, create no schemas, on error resume next, workers = 8, concurrency = 2,
      batch rows = 1000, batch size = 20 mb, chunk size = 1GB, rows per range = 50000, multiple readers per thread,
      prefetch rows = 100000, max parallel create index = 4, reindex, uniquify index names, create no indexes,
      reset no sequences, no foreign keys, disable no triggers, snake_case identifiers, no truncate, drop schema,
      include materialized views, include foreign tables, create no views, keep files, strict, measure columns, publish table by table,
      verify checksums, snapshot max age = 6 hours, json as varchar, arrays as varchar, composites as super,
      bare numeric scale = 0, keep identity, on infinity null, on extra digits truncate
 WITH schema only

  SET PostgreSQL PARAMETERS work_mem to '16MB', search_path = 'shop, public', app.note to 'it''s {{"{{"}}so}}'
  SET query_group TO 'nightly'

 CAST type uuid to "character varying"(36),
      type numeric when (and (= 18 precision) (or (< scale 6) (not (>= 12 scale)))) to double precision drop typemod,
      type varchar when default 'n/a' and not null to varchar(200) drop default drop not null using right-trim,
      type integer with extra auto_increment to bigint drop extra,
      type "text[]" keep typemod,
      column orders.note to text set not null using empty-string-to-null,
      column shop."Order ""Lines""".qty to timestamp(3) with time zone on infinity clamp on date out of range null,
      type date on infinity fail

 MATERIALIZE VIEWS totals, shop.recent AS $$
    SELECT * FROM orders WHERE placed > now() - interval '1 day'; -- a day's worth
 $$
 MATERIALIZE ALL VIEWS

 INCLUDING ONLY TABLE NAMES MATCHING 'orders', ~/^item_\\d+$/, ~<a/b> IN SCHEMA 'shop'
 INCLUDING ONLY TABLE NAMES LIKE 'customer%' IN SCHEMA 'crm'
 EXCLUDING TABLE NAMES MATCHING 'it''s', ~|(?i)_tmp$|

 DECODING TABLE NAMES MATCHING ~/messed/ AS utf-8
 ALTER SCHEMA 'shop' RENAME TO 'store'
 ALTER SCHEMA 'crm' RENAME TO 'customers'
 ALTER TABLE NAMES MATCHING 'orders' IN SCHEMA 'shop' RENAME TO 'sales'
 ALTER TABLE NAMES MATCHING ~/^item/ SET SCHEMA 'parts'
 ALTER TABLE NAMES MATCHING 'sales'
       SET (diststyle = 'key', distkey = 'customer', sortkey = 'placed, "the ""id"""', encode = 'note zstd', backup = 'no')
 ALTER TABLE NAMES MATCHING 'log' SET (sortkey = 'auto', encode = 'auto', fillfactor = 70)
 ALTER TABLE NAMES MATCHING 'archive' SET TABLESPACE 'slow'

 DISTRIBUTE companies USING id
 DISTRIBUTE shop.ads USING company_id FROM campaigns, shop.companies
 DISTRIBUTE countries AS REFERENCE TABLE

 BEFORE LOAD DO $$ create schema if not exists store; create table store.log (at timestamp); $$,
                $sql$ insert into store.log select $$a;b$$ $sql$
             EXECUTE 'prepare.sql'
 AFTER CREATE SCHEMA DO $$ grant usage on schema store to group readers $$
 AFTER LOAD EXECUTE finish.sql
            DO $$ analyze $$;
`;

/** The files that it names. */
export const kitchenFiles: Readonly<Record<string, string>> = {
  'prepare.sql': "-- begin\n\\i common.sql\nselect 'a;b'; select 1\n",
  'common.sql': 'select 0;',
  'finish.sql': 'create function f() returns int as $f$ begin return 1; end $f$ language plpgsql;',
};
