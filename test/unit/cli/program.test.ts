// Does the command line answer help and wrong usage as it says?
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Secrets } from '../../../cli/failure.ts';
import { run } from '../../../cli/program.ts';
import type { Terminal } from '../../../cli/terminal.ts';

function record(): Terminal & { readonly notes: string[] } {
  const notes: string[] = [];
  return { secrets: new Secrets(), live: false, result: () => {}, note: (text) => notes.push(text), notes };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the command line', () => {
  it.each([[['--help']], [['load', '--help']], [['plan', '-h']], [['local', '--help']], [['demo', '--help']]])(
    'prints help for %j to stdout and exits 0',
    async (args) => {
      const written: string[] = [];
      vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
      expect(await run(args, record())).toBe(0);
      expect(written.join('')).toMatch(/^Usage: pgshift/);
    },
  );

  it.each([
    [[], /Usage: pgshift/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['load', '--frobnicate', 'x'], /unknown option '--frobnicate'/],
    [['load'], /SOURCE and TARGET, or FILE, are missing/],
    [['load', 'a', 'b', 'c'], /too many arguments/],
    [['load', 'pgsql://a/b'], /TARGET is missing/],
    [['plan', 'some.load', '--with', 'strict'], /--with goes with SOURCE and TARGET/],
    [['local', '--port-s3', '0'], /A port is 1 to 65535/],
    [['local', '--port-redshift', 'http'], /A port is 1 to 65535/],
    [['demo', '--scale', '-1'], /A scale is above 0/],
    [['load', '--new-snapshot', 'pgsql://h/a', 'redshift://h/b'], /--new-snapshot goes with --resume/],
    [['load', '--resume', '../..'], /a run is called as/],
    [['load', '--resume', 'x', '--with', 'workers = 2'], /no option changes it/],
    [['load', '--resume', 'x', '--dry-run'], /a run that is new/],
  ])('exits 2 for %j', async (args, message) => {
    const terminal = record();
    expect(await run(args, terminal)).toBe(2);
    expect(terminal.notes.join('\n')).toMatch(message);
  });

  it.each([
    [['pgsql://u:geheim42@h/d', 'redshift://u:geheim43@h/d']],
    [['load', 'pgsql://u:geheim42@h/d', '--frob=redshift://u:geheim43@h/d']],
    [['plan', 'pgsql://u:geheim42 x@h/d']],
    [['load', 'mysql://u:geheim42@h/d', 'redshift://h/d']],
  ])('never repeats a connection string: %j', async (args) => {
    const terminal = record();
    expect(await run(args, terminal)).toBeGreaterThan(0);
    expect(terminal.notes.join('\n')).not.toContain('geheim');
  });
});
