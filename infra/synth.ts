// Writes the cloud assembly without the CDK's CLI, without network and without an account.
//   node infra/synth.ts [--out DIR] [--quiet]
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildApp } from './app.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Synthesizes into `out`. Throws when cdk-nag finds what is not acknowledged. */
export function synthesize(out: string, context: Readonly<Record<string, unknown>> = {}): void {
  const cdk = JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  buildApp({
    outdir: out,
    context: { ...cdk.context, ...context },
    // The same input gives the same assembly, wherever it is made.
    analyticsReporting: false,
    stackTraces: false,
  }).synth();
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, quiet: { type: 'boolean' } } });
  const out = resolve(values.out ?? join(repository, 'cdk.out'));
  try {
    synthesize(out);
    if (values.quiet !== true) process.stdout.write(`synthesized into ${relative(process.cwd(), out) || '.'}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
