// How does the code of each step become what Lambda runs? All handlers in one esbuild call, one folder per step.
// An installed package brings the bundles along and never needs esbuild.
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { STEPS } from '../core/pipeline.ts';

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '..');

/** Where `npm pack` puts the bundles: `dist/bundles`, beside the compiled `dist/infra`. */
const PACKED_BUNDLES = join(here, '..', 'bundles');

let built: string | undefined;

/**
 * Gives the folder that holds one folder per step, named as in `lambdas/`, each with an `index.mjs` that exports
 * `handler`. When they did not come with the package they are built, once per process, into the repository's cache:
 * synthesis copies what it needs, and the next build of a process takes the folder's place.
 */
export function bundledSteps(): string {
  if (existsSync(PACKED_BUNDLES)) return PACKED_BUNDLES;
  if (built === undefined) {
    const folder = join(repository, '.cache', 'bundles', String(process.pid));
    rmSync(folder, { recursive: true, force: true });
    bundle(join(repository, 'lambdas'), folder);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    built = folder;
  }
  return built;
}

/** Bundles every `<lambdas>/<folder>/handler.ts` of the steps into `<out>/<folder>/index.mjs`. Same input, same bytes. */
export function bundle(lambdas: string, out: string): void {
  const folders = STEPS.map((step) => step.folder);
  const missing = folders.filter((folder) => !existsSync(join(lambdas, folder, 'handler.ts')));
  if (missing.length > 0)
    throw new Error(`no handler.ts in ${missing.map((folder) => join(lambdas, folder)).join(', ')}`);
  esbuild().buildSync({
    ...OPTIONS,
    absWorkingDir: repository,
    entryPoints: folders.map((folder) => ({ in: join(lambdas, folder, 'handler.ts'), out: join(folder, 'index') })),
    outdir: out,
  });
}

/** Bundles one script as the steps are bundled: for what has to be measured as Lambda runs it. */
export function bundleScript(entry: string, outfile: string): void {
  esbuild().buildSync({ ...OPTIONS, absWorkingDir: repository, entryPoints: [entry], outfile });
}

// What goes in was measured, for a handler with S3, Secrets Manager and pg (median of 9 cold imports, 2 cores, quiet):
//   ES module, SDK inside from its ES modules   1.29 MB    96 ms   <- this
//   ES module, SDK inside                       1.75 MB   115 ms
//   CommonJS,  SDK inside                       1.76 MB   158 ms
//   ES module, SDK left to the runtime          0.21 MB   144 ms   and not the version that was tested
// Minifying saves 0.1 to 0.5 MB and no time worth the line numbers in a stack trace.
const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  // pg asks for its native twin in a try block; there is none.
  external: ['pg-native'],
  // CommonJS inside an ES module still asks for `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  mainFields: ['module', 'main'],
  alias: { 'node:http': join(here, 'node-http.cts') },
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'error',
} as const satisfies BuildOptions;

/** esbuild, asked for only when something has to be built: it is no dependency of an installed package. */
function esbuild(): typeof import('esbuild') {
  return createRequire(import.meta.url)('esbuild');
}
