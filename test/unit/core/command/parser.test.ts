// Does a file become the commands it says, and do its mistakes cost no more than themselves?
import { describe, expect, test } from 'vitest';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import type { Reader } from '../../../../core/command/draft.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS } from '../../../../core/command/options.ts';
import { parseCommands } from '../../../../core/command/parser.ts';
import { kitchenFiles, kitchenSink } from './kitchen-sink.ts';

const reader: Reader = {
  readFile: (name) => ({ name, text: kitchenFiles[name] ?? '' }),
  variables: { TABLES: "'a', 'b'", WORKERS: '6', EMPTY: '', SECRET: 'hunter2' },
};

/** The one command of a text without mistakes. */
function commandOf(text: string) {
  const { commands, problems } = parseCommands(text, 'x.load', reader);
  expect(problems.map(printDiagnostic)).toEqual([]);
  const [first] = commands;
  if (first === undefined || commands.length > 1) throw new Error('there must be one command');
  return first.command;
}

const withClauses = (clauses: string) => commandOf(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b\n${clauses};`);

test('reads a command with every default filled in, and keeps passwords apart from it', () => {
  const { commands, problems } = parseCommands(
    'load database\n  from pgsql://u:s3cret@h/a\n  into redshift://v:geheim@r/b;',
    'x.load',
  );
  expect(problems).toEqual([]);
  expect(commands).toHaveLength(1);
  expect(commands[0]?.command).toMatchObject({ options: DEFAULT_OPTIONS, origins: DEFAULT_ORIGINS });
  expect(commands[0]?.passwords).toEqual({ source: 's3cret', target: 'geheim' });
  expect(JSON.stringify(commands[0]?.command)).not.toMatch(/s3cret|geheim/);
});

test('knows of each option where its value is from, whatever the value is', () => {
  const { options, origins } = withClauses('WITH include drop, workers = 4, keep files');
  expect(options).toEqual({ ...DEFAULT_OPTIONS, keepFiles: true });
  expect(origins).toEqual({ ...DEFAULT_ORIGINS, includeDrop: 'given', workers: 'given', keepFiles: 'given' });
});

test('adds up clauses that repeat', () => {
  const command = withClauses(`
    WITH workers = 2 SET a TO '1' CAST type uuid to text INCLUDING ONLY TABLE NAMES MATCHING 'a'
    WITH strict SET b TO '2' CAST type json to text INCLUDING ONLY TABLE NAMES MATCHING 'b' IN SCHEMA 's'
    AFTER LOAD DO $$ select 1 $$ AFTER LOAD DO $$ select 2 $$`);
  expect(command.options).toMatchObject({ workers: 2, strict: true });
  expect(command.settings.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(command.casts).toHaveLength(2);
  expect(command.including).toEqual([
    { tables: [{ kind: 'exact', name: 'a' }] },
    { tables: [{ kind: 'exact', name: 'b' }], schema: 's' },
  ]);
  expect(command.afterLoad).toEqual([{ statements: ['select 1'] }, { statements: ['select 2'] }]);
});

test.each([
  ['1024 kB', 2 ** 20],
  ['20MB', 20 * 2 ** 20],
  ['1 gb', 2 ** 30],
  ['2000 B', 2000],
])('reads the size %s', (size, bytes) => {
  expect(withClauses(`WITH batch size = ${size}`).options.batchBytes).toBe(bytes);
});

test('takes a cast type with modifiers alike in quotes and without', () => {
  const bare = withClauses('CAST type a to timestamp(3) with time zone, type b to varchar (200)');
  const quoted = withClauses('CAST type a to "timestamp(3) with time zone", type b to "varchar(200)"');
  expect(bare.casts).toEqual(quoted.casts);
  expect(bare.casts.map(({ to }) => to)).toEqual([
    { name: 'timestamp with time zone', modifiers: [3] },
    { name: 'varchar', modifiers: [200] },
  ]);
});

test('takes SET behind a cast for the next clause, but not where it belongs to the cast', () => {
  const command = withClauses("CAST column a.b to text set not null SET x TO '1'");
  expect(command.casts[0]?.notNull).toBe('set');
  expect(command.settings).toEqual([{ name: 'x', value: '1' }]);
});

test('cuts the end off a materialized query, so that it can stand in parentheses', () => {
  const { views } = withClauses('MATERIALIZE VIEWS v AS $$ /* a */ select 1; -- the end\n ; $$').materialize;
  expect(views).toEqual([{ name: 'v', query: 'select 1' }]);
});

describe('files and variables', () => {
  test('executes files with the files that they include', () => {
    const { beforeLoad } = withClauses("BEFORE LOAD EXECUTE 'prepare.sql' EXECUTE finish.sql");
    expect(beforeLoad).toEqual([
      { statements: ['select 0', "select 'a;b'", 'select 1'] },
      { statements: [kitchenFiles['finish.sql']?.slice(0, -1)] },
    ]);
  });

  test('asks for files from the file that names them', () => {
    const asked: string[] = [];
    const files: Reader = {
      readFile: (path, from) => {
        asked.push(`${path} from ${from}`);
        return { name: `/sql/${path}`, text: path === 'a.sql' ? "\\i b.sql\n\\ir 'c d.sql'\n" : 'select 1' };
      },
      variables: {},
    };
    const text = "LOAD DATABASE FROM pgsql:///a INTO redshift:///b AFTER LOAD EXECUTE 'a.sql';";
    expect(parseCommands(text, 'x.load', files).problems).toEqual([]);
    expect(asked).toEqual(['a.sql from x.load', 'b.sql from x.load', 'c d.sql from /sql/a.sql']);
  });

  test('takes variables as they stand, also as whole clauses', () => {
    const command = withClauses('WITH workers = {{ WORKERS }} {{{EMPTY}}} EXCLUDING TABLE NAMES MATCHING {{TABLES}}');
    expect(command.options.workers).toBe(6);
    expect(command.excluding[0]?.tables).toHaveLength(2);
  });

  test('tells a missing variable once, and nothing that follows from it', () => {
    const { problems, commands } = parseCommands(
      `-- {{COMMENT}}
       LOAD DATABASE FROM {{A}} INTO {{B}} WITH workers = {{N}}, {{O}} {{CLAUSES}} SET x TO '{{A}}', {{S}} TO 'y'
         CAST {{C}}, column {{T}}.c to {{T}} EXCLUDING TABLE NAMES MATCHING {{P}}
         AFTER LOAD DO $$ select '{{A}}' $$ EXECUTE '{{F}}';`,
      'x.load',
      reader,
    );
    const names = ['A', 'B', 'N', 'O', 'CLAUSES', 'S', 'C', 'T', 'P', 'F'];
    expect(problems.map(({ message }) => message)).toEqual(names.map((name) => `the variable ${name} is not set`));
    expect(commands).toEqual([]);
  });

  test('tells a mistake around a comment that holds a missing variable', () => {
    const text = 'LOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH make /* {{X}} */ it /* {{Y}} */ fast;';
    expect(parseCommands(text, 'x.load').problems.map(({ message }) => message)).toEqual([
      'unknown option `make /* {{X}} */ it /* {{Y}} */ fast`',
    ]);
  });

  test('never repeats a variable’s value', () => {
    const text = 'LOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH {{SECRET}}, strict {{SECRET}};';
    const told = parseCommands(text, 'x.load', reader).problems.map(printDiagnostic).join('\n');
    expect(told).toContain('`{{SECRET}}`');
    expect(told).not.toContain('hunter2');
  });

  test('without a reader knows no variable and no file', () => {
    const text = "LOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH {{X}} AFTER LOAD EXECUTE 'a.sql';";
    expect(parseCommands(text, 'x.load').problems.map(({ message }) => message)).toEqual([
      'the variable X is not set',
      'files cannot be read here; expected DO $$ … $$',
    ]);
  });
});

describe('mistakes', () => {
  test('five give five messages, in the order of the file', () => {
    const { problems } = parseCommands(
      `LOAD DATABASE
  FROM pgsql://h:99999/a
  INTO redshift:///b
  WIHT include dorp, workers = x
  CAST type uuid too varchar, type text to text;`,
      'x.load',
    );
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual(['2:8', '4:3', '4:8', '4:32', '5:18']);
  });

  test('cost one command, not its neighbours', () => {
    const { commands, problems } = parseCommands(
      `LOAD DATABASE FROM pgsql:///a INTO redshift:///b;
       LOAD DATABASE FROM pgsql:///c WITH strict;
       LOAD DATABASE FROM pgsql:///e INTO redshift:///f;`,
      'x.load',
    );
    expect(commands.map(({ command }) => command.source.database)).toEqual(['a', 'e']);
    expect(problems).toHaveLength(1);
  });

  test.each([
    [
      "ALTER TABLE NAMES MATCHING 'a' SET (diststyle = 'som', distkey = 'a, b', sortky = 'c', encode = 'x gzip' backup = 'maybe', z)",
      [
        '1:98 expected auto, even, all or key',
        '1:115 expected one column',
        '1:123 unknown parameter `sortky`; did you mean `sortkey`?',
        '1:146 unknown encoding in',
        '1:155 expected a comma or ), found `backup`',
        '1:164 expected yes or no',
        '1:174 expected = and a value',
      ],
    ],
    [
      'CAST tpye a to b, type c to d drop not nul, type e whn signed to f',
      ['1:55 expected a rule', '1:89 expected null', '1:101 expected to and a type'],
    ],
    [
      "INCLUDNG ONLI TABEL NAMES MATCHNG 'a' IN SCHMA 'b'",
      [
        '1:50 expected a clause',
        '1:59 expected ONLY',
        '1:64 expected TABLE',
        '1:76 expected MATCHING',
        '1:91 expected SCHEMA',
      ],
    ],
  ])('each of several mistakes in one clause is told: %s', (clause, expected) => {
    const { problems } = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b ${clause};`, 'x');
    expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual(
      expected.map((each) => expect.stringContaining(each)),
    );
  });

  test('each mistake of a connection string is told', () => {
    const { problems } = parseCommands('LOAD DATABASE FROM pgsql://h:0/a?sslmode=on INTO redshift://h/b/c;', 'x');
    expect(problems.map(({ column, message }) => `${column} ${message}`)).toEqual([
      '20 a port is a number from 1 to 65535',
      expect.stringContaining('20 unknown sslmode'),
      expect.stringContaining("50 the target's database name holds a /"),
    ]);
  });

  test('of executed files follow those of the load file, file by file, each once', () => {
    const files: Record<string, string> = {
      'one.sql': "select 1;\n\n\n\nselect 'x",
      'two.sql': 'commit;',
      'empty.sql': '-- nothing',
    };
    const { diagnostics } = parseCommands(
      `LOAD DATABASE FROM pgsql:///a INTO redshift:///b
       AFTER LOAD EXECUTE 'one.sql' EXECUTE 'two.sql' EXECUTE 'empty.sql'
       WITH nonsense BEFORE LOAD EXECUTE 'one.sql';`,
      'x.load',
      { readFile: (name) => ({ name, text: files[name] ?? '' }), variables: {} },
    );
    expect(diagnostics.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'x.load:2',
      'x.load:3',
      'one.sql:5',
      'two.sql:1',
    ]);
  });

  test('are told a hundred times at most', () => {
    const { problems } = parseCommands(
      `LOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH ${'nonsense, '.repeat(300)};`,
      'x.load',
    );
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe('100 mistakes: reading stops here');
  });
});

describe('warnings', () => {
  const warningsOf = (text: string, target: string) =>
    parseCommands(`LOAD DATABASE FROM pgsql:///a INTO ${target} ${text};`, 'x.load', reader).warnings.map(
      ({ line, column, message }) => `${line}:${column} ${message}`,
    );

  test('tell what does nothing in Redshift, each once and with the reason', () => {
    expect(warningsOf("WITH drop indexes, reindex SET work_mem TO '1' ", 'redshift:///b')).toEqual([
      '1:55 `drop indexes` does nothing: Redshift has no indexes',
      '1:81 work_mem is set at the source only: Redshift has no such parameter',
    ]);
  });

  test('about Redshift are not told of a target that may be PostgreSQL', () => {
    expect(warningsOf("WITH reindex SET work_mem TO '1'", 'pgsql:///b')).toEqual([]);
    expect(warningsOf("SET query_group TO '1'", 'pgsql:///b')).toEqual([]);
  });

  test('tell SQL that holds no statement, each text of it', () => {
    const files = { readFile: (name: string) => ({ name, text: '/* nothing */' }), variables: {} };
    const text = "AFTER LOAD DO $$ select 1 $$, $$ -- only $$ DO $$$$ EXECUTE 'empty.sql'";
    const { commands, warnings } = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO pgsql:///b ${text};`, 'x', files);
    expect(warnings.map(({ column, message }) => `${column} ${message}`)).toEqual([
      '79 there is no statement here: it does nothing',
      '96 there is no statement here: it does nothing',
      '107 there is no statement in this file: it does nothing',
    ]);
    expect(commands[0]?.command.afterLoad).toEqual([{ statements: ['select 1'] }]);
  });

  test('tell a name that was meant as a pattern or with its schema', () => {
    expect(warningsOf("EXCLUDING TABLE NAMES MATCHING '~/^a/', 'a%', 'shop.a', 'a'", 'redshift:///b')).toEqual([
      expect.stringMatching(/^1:81 this is a name; a regular expression stands without quotes/),
      expect.stringMatching(/^1:90 a % stands for itself here/),
      expect.stringMatching(/^1:96 this is one name, with a point in it/),
    ]);
    expect(warningsOf("EXCLUDING TABLE NAMES LIKE 'a%'", 'redshift:///b')).toEqual([]);
  });

  test('tell a connection string that may be meant in two ways', () => {
    const text = 'LOAD DATABASE FROM pgsql://u:100%%41@h/a INTO redshift:///b;';
    expect(parseCommands(text, 'x').warnings.map(({ message }) => message)).toEqual([
      'some % begin an escape and some do not; % itself is written %25',
    ]);
  });

  test('are told a hundred times at most', () => {
    const told = warningsOf(`EXCLUDING TABLE NAMES MATCHING ${"'a.b', ".repeat(300)}'c'`, 'redshift:///b');
    expect(told).toHaveLength(101);
    expect(told.at(-1)).toMatch(/100 warnings: no more are told$/);
  });

  test('leave the command as it is', () => {
    const { commands, warnings } = parseCommands(kitchenSink, 'kitchen.load', reader);
    expect(commands).toHaveLength(1);
    expect(warnings.length).toBeGreaterThan(5);
  });
});

test('reads the command that follows inline data of another one', () => {
  const ours = 'LOAD DATABASE FROM pgsql://h/db INTO redshift://h/db WITH wrokers = 3;';
  const text = `LOAD CSV FROM INLINE (a,b) INTO pgsql:///x?t WITH truncate;\n1,2\n3,4\n\n${ours}\n${ours}`;
  const { problems } = parseCommands(text, 'x.load');
  expect(problems.map(({ line }) => line)).toEqual([1, 5, 6]);
});

test.each([
  'LOAD DATABASE FROM pgsql://u@h/db?password=SEK RET11 INTO redshift://h/d WITH wrkers = 1;',
  'LOAD DATABASE FROM host=h password=SEKRET11 INTO redshift://h/d;',
  'LOAD DATABASE FROM host=h password=SEK RET11 INTO redshift://h/d;',
])('repeats no password of a connection string that is written wrong: %s', (text) => {
  const { problems } = parseCommands(text, 'x.load');
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.map(printDiagnostic).join('\n')).not.toMatch(/RET11/);
});

test('text that is too large to be read by each step is told, whether it is the file or one that it executes', () => {
  const sql = `select '${'x'.repeat(16_000_000)}';`;
  const reader = { readFile: (name: string) => ({ name, text: sql }), variables: {} };
  const head = 'LOAD DATABASE FROM pgsql:///a INTO redshift:///b AFTER LOAD';
  const told = [expect.stringMatching(/^more than 16 million characters, files included; run larger SQL apart/)];
  const messagesOf = (text: string) => parseCommands(text, 'x', reader).problems.map(({ message }) => message);
  expect(messagesOf(`${head} EXECUTE 'large.sql';`)).toEqual(told);
  expect(messagesOf(`${head} DO $$ ${sql} $$;`)).toEqual(told);
});

test('takes {{secret:NAME:FIELD}} in the place of a password for a reference, which is never replaced', () => {
  const text = `LOAD DATABASE FROM pgsql://u:{{ secret:shop:reader }}@h/a INTO redshift://u:{{secret:dwh}}@h/b
    -- {{secret:in a comment}}
    ;`;
  const { commands, problems } = parseCommands(text, 'x', { readFile: () => ({ problem: '' }), variables: {} });
  expect(problems).toEqual([]);
  expect(commands).toMatchObject([
    { command: { source: { secret: 'shop', secretKey: 'reader' }, target: { secret: 'dwh' } }, passwords: {} },
  ]);
});

test('tells a secret that stands anywhere else, once', () => {
  const text = `LOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH {{secret:a}}
    AFTER LOAD DO $$ create user u password '{{secret:b:c}}' $$;
    LOAD DATABASE FROM pgsql://{{secret:d}}/a INTO redshift:///b;`;
  const { commands, problems } = parseCommands(text, 'x');
  expect(commands).toEqual([]);
  expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    expect.stringMatching(/^1:55 {{secret:…}} stands for the password of a connection string, and for nothing else/),
    expect.stringMatching(/^2:46 {{secret:…}} stands for the password of a connection string, and for nothing else/),
    expect.stringMatching(/^3:24 in the source's connection string {{secret:…}} stands for a whole password/),
  ]);
});
