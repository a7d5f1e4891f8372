// Do commands leave the command line without their passwords, and say what is wrong with them?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCommands } from '../../../cli/commands.ts';
import { Secrets, UsageError } from '../../../cli/failure.ts';
import { parseCommands } from '../../../core/command/parser.ts';
import { PgshiftError } from '../../../core/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgshift-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(folder, 'commands.load');
  writeFileSync(file, text);
  return file;
}

const read = (first: string, target?: string, options: string[] = []) =>
  readCommands({ first, target, options }, new Secrets());

describe('commands from arguments', () => {
  it('refer to passwords by the names of variables', () => {
    const [command] = read(
      'pgsql://me:s3cret!@src/db',
      'redshift://you:%27%22%5C%25%40 x@dst:5440/dev?sslmode=disable',
    );
    expect(command?.secrets).toEqual({
      PGSHIFT_SECRET_SOURCE_1: '{"password":"s3cret!"}',
      PGSHIFT_SECRET_TARGET_1: JSON.stringify({ password: `'"\\%@ x` }),
    });
    expect(command?.text).not.toContain('s3cret');
    const { commands, problems } = parseCommands(command?.text ?? '', 'text');
    expect(problems).toEqual([]);
    expect(commands).toEqual([{ command: command?.command, passwords: {} }]);
    expect(command?.command.target).toMatchObject({ user: 'you', port: 5440, secret: 'env:PGSHIFT_SECRET_TARGET_1' });
  });

  it('without passwords refer to none', () => {
    const [command] = read('pgsql://src/db', 'redshift://dst/dev?secret=env:PGSHIFT_SECRET_MINE');
    expect(command?.secrets).toEqual({});
    expect(command?.command.target.secret).toBe('env:PGSHIFT_SECRET_MINE');
  });

  it('take their options from --with, which may be repeated', () => {
    const [command] = read('pgsql://a/b', 'redshift://c/d', ['include no drop, workers = 2', 'keep files']);
    expect(command?.command.options).toMatchObject({ includeDrop: false, workers: 2, keepFiles: true });
  });

  it('refuse a password beside ?secret=', () => {
    expect(() => read('pgsql://u:pw@a/b?secret=env:PGSHIFT_SECRET_X', 'redshift://c/d')).toThrow(/both a password/);
  });

  it.each([
    ['mysql://u:geheim42@h/d', 'redshift://c/d'],
    ['pgsql://h/d?pasword=geheim42', 'redshift://c/d'],
    ['pgsql://a/b', 'redshift://u:geheim42@h:99999/d'],
  ])('that cannot be read are told without repeating them: %s %s', (source, target) => {
    expect(() => read(source, target)).toThrow(PgshiftError);
    expect(() => read(source, target)).not.toThrow(/geheim/);
  });

  it('lack a target', () => {
    expect(() => read('pgsql://u:geheim42@a/b')).toThrow(UsageError);
  });
});

describe('commands from a file', () => {
  it('come in order, each with secrets of its own', () => {
    const file = fileWith(`-- two
      LOAD DATABASE FROM pgsql://a:one111@h/d1 INTO redshift://t:two222@r/d WITH include no drop;
      LOAD DATABASE FROM pgsql://b:three3@h/d2 INTO redshift://r/d;`);
    const commands = read(file);
    expect(commands.map(({ command }) => command.source.database)).toEqual(['d1', 'd2']);
    expect(commands.map(({ secrets }) => Object.keys(secrets))).toEqual([
      ['PGSHIFT_SECRET_SOURCE_1', 'PGSHIFT_SECRET_TARGET_1'],
      ['PGSHIFT_SECRET_SOURCE_2'],
    ]);
    expect(commands.map(({ text }) => text).join()).not.toMatch(/one111|two222|three3/);
  });

  it('are refused as a whole, with file, line and column of each problem', () => {
    const file = fileWith('LOAD DATABASE FROM pgsql://a/b INTO redshift://c/d WITH nonsense;\nLOAD CSV FROM x;');
    expect(() => read(file)).toThrow(/commands\.load:1:\d+: unknown option `nonsense`[\s\S]*commands\.load:2:\d+: /);
  });

  it('need a file that can be read', () => {
    expect(() => read(join(folder, 'nowhere.load'))).toThrow(/nowhere\.load: there is no such file/);
    expect(() => read(folder)).toThrow(/it is a folder/);
  });

  it('take no --with', () => {
    expect(() => read(fileWith(''), undefined, ['strict'])).toThrow(UsageError);
  });
});
