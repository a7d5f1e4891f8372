#!/usr/bin/env node
// Finds a Node that runs pgshift (24 or later: its own npm dependency, or the one at hand) and hands over to it.
// Plain JavaScript that any Node from 20 on can run.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const compiled = join(home, 'dist', 'cli', 'main.js');
const source = join(home, 'cli', 'main.ts');
const entry = existsSync(source) ? source : compiled;

function nodeThatCameAlong() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv[1] = entry;
  // Compiled once, the same files start faster the next time; where the folder cannot be written nothing is kept.
  module.enableCompileCache(join(home, '.cache', 'compiled'));
  await import(entry);
} else {
  const node = nodeThatCameAlong();
  if (node === undefined) {
    process.stderr.write(
      `pgshift needs Node 24 or later; this is Node ${process.versions.node}, and no node-${process.platform}-${process.arch} ` +
        'package was installed beside it. Install Node 24, or install pgshift without --omit=optional.\n',
    );
    process.exit(1);
  }
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The child decides when to end. From a terminal it gets Ctrl-C twice (its own and this one), and must bear that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}
