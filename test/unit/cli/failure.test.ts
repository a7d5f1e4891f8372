// Is a failure told in one message, without a stack trace and without a secret?
import { describe, expect, it } from 'vitest';
import { DoneWithRejects, hideUriPasswords, Secrets, tellFailure, UsageError } from '../../../cli/failure.ts';
import { Interrupted } from '../../../cli/lifetime.ts';
import { PgshiftError } from '../../../core/errors.ts';

describe('a failure', () => {
  it('of one of our kinds is told with its hint and exits 1', () => {
    const told = tellFailure(new PgshiftError('BucketMissing', 'There is no bucket "b".'));
    expect(told.exit).toBe(1);
    expect(told.message).toMatch(/^There is no bucket "b"\.\n {2}Create the bucket/);
  });

  it('of usage exits 2, an interruption 130', () => {
    expect(tellFailure(new UsageError('no TARGET'))).toEqual({ message: 'no TARGET', exit: 2 });
    expect(tellFailure(new Interrupted())).toEqual({ message: '', exit: 130 });
  });

  it('is none where rows were rejected, and exits 3', () => {
    expect(tellFailure(new DoneWithRejects())).toEqual({ message: '', exit: 3 });
  });

  it('of any other kind is told by its message alone', () => {
    const error = new Error('something broke');
    expect(tellFailure(error)).toEqual({ message: 'something broke', exit: 1 });
    expect(tellFailure('thrown text').message).toBe('thrown text');
  });
});

describe('secrets', () => {
  const secret = `it's "a\\b" 100% @home`;
  const secrets = new Secrets();
  secrets.add(secret);

  it.each([
    ['as they are', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['inside JSON', JSON.stringify({ password: secret })],
    ['inside SQL', `PASSWORD '${secret.replaceAll("'", "''")}'`],
  ])('are not shown %s', (_form, text) => {
    const shown = secrets.redact(`before ${text} after`);
    expect(shown).toContain('***');
    expect(shown).toMatch(/^before .*after$/);
    expect(shown).not.toMatch(/home|100%/);
  });

  it('that are ordinary words leave messages readable', () => {
    secrets.add('password');
    secrets.add('');
    expect(secrets.redact('wrong password or user')).toBe('wrong password or user');
  });
});

describe('connection strings in messages', () => {
  it.each([
    ['pgsql://user:pa:s/s@w@host:5432/db', 'pgsql://user:***@host:5432/db'],
    ['pgsql://user:12345@host/db', 'pgsql://user:***@host/db'],
    ['x redshift://u:p w@h/d y', 'x redshift://u:***@h/d y'],
    ['postgresql://h/d?user=u&password=geheim&sslmode=require', 'postgresql://h/d?user=u&password=***&sslmode=require'],
  ])('lose the password: %s', (text, shown) => {
    expect(hideUriPasswords(text)).toBe(shown);
  });

  it.each(['http://127.0.0.1:8080/x', 'pgsql://user@host:5432/db', 's3://bucket/key', 'no string'])(
    'keep %s',
    (text) => {
      expect(hideUriPasswords(text)).toBe(text);
    },
  );
});
