// Where does one statement of SQL end?
import { expect, test } from 'vitest';
import { splitSql } from '../../../../core/command/sql-text.ts';

const split = (text: string) => splitSql(text).parts.map((part) => ('text' in part ? part.text : part));

test.each([
  ['select 1; select 2', ['select 1', 'select 2']],
  [' ; ;; -- nothing\n/* at all */ ;', []],
  ["select 'a;b'; select 'it''s;'", ["select 'a;b'", "select 'it''s;'"]],
  ["select E'\\';'; select 'a\\'; select 2", ["select E'\\';'", "select 'a\\'", 'select 2']],
  ['select ";""" from "a;b"; x', ['select ";""" from "a;b"', 'x']],
  ['select $$;$$; select $a$ ; $$ ; $a$; y', ['select $$;$$', 'select $a$ ; $$ ; $a$', 'y']],
  ['select 1 /* ; /* ; */ ; */ + 1; z', ['select 1 /* ; /* ; */ ; */ + 1', 'z']],
  ['select 1 -- ; one\n + 1; z', ['select 1 -- ; one\n + 1', 'z']],
  ['-- before\nselect 1 /* after */;', ['select 1']],
  [
    'create rule r as do (delete from a; delete from b); z',
    ['create rule r as do (delete from a; delete from b)', 'z'],
  ],
  ['select $1, a$b$c; z', ['select $1, a$b$c', 'z']],
  ["select 'e'; select type'x;y'", ["select 'e'", "select type'x;y'"]],
  ['\uFEFFselect 1', ['select 1']],
])('%j', (text, statements) => {
  expect(split(text)).toEqual(statements);
  expect(splitSql(text).problems).toEqual([]);
});

test('lines of psql’s own are told from statements', () => {
  expect(split('\\i a.sql\nselect 1;\n\\ir b.sql;')).toEqual([
    { command: 'i', argument: 'a.sql', from: 0, to: 8 },
    'select 1',
    { command: 'ir', argument: 'b.sql', from: 19, to: 28 },
  ]);
});

test.each(["select 'a", 'select "a', 'select $$ a', 'select $x$ a $$', 'select 1 /* a', "select E'a\\'"])(
  'tells what is never closed in %j',
  (text) => {
    expect(splitSql(text).problems).toHaveLength(1);
  },
);
