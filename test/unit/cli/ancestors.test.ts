// Which processes only stand between us and whoever wanted us?
import { describe, expect, it } from 'vitest';
import { isGoBetween, processFacts } from '../../../cli/ancestors.ts';

describe('the chain of ancestors', () => {
  it.each([
    [['npm run pgshift -- local --json']],
    [['npm', 'run', 'pgshift']],
    [['npx pgshift local']],
    [['node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'run', 'x']],
    [['sh', '-c', 'node bin/pgshift.js local']],
    [['/bin/bash', '-lc', 'pgshift local']],
    [['node', 'bin/pgshift.js', 'local', '--json']],
    [['/usr/bin/node', '/home/me/node_modules/.bin/pgshift', 'local']],
  ])('goes on behind %j', (commandLine) => {
    expect(isGoBetween(commandLine)).toBe(true);
  });

  it.each([
    [['-bash']],
    [['/bin/bash']],
    [['bash', 'script.sh']],
    [['node', 'test.mjs']],
    [['python3', '-c', 'import os']],
    [['/usr/bin/npmlog']],
    [[]],
  ])('ends at %j', (commandLine) => {
    expect(isGoBetween(commandLine)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('knows a process from a later one of the same number', () => {
    const facts = processFacts(process.pid);
    expect(facts).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(Number(facts?.startTicks)).toBeGreaterThan(0);
    expect(processFacts(2 ** 30)).toBeUndefined();
  });
});
