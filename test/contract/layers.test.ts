// Who may import whom? Proven from the sources. Types count as imports unless a rule says otherwise.
//
//   core            core only: values and decisions, which never wait
//   lambdas         a step imports core, and what lies beside the folders; its handler.ts adds the step and the adapters'
//                   coat
//   adapters        core; one another by type only, but for those that build them and what two of them must agree on
//   infra           of ours only names: core/{pipeline,environment,errors,artifacts}
//   local           itself: the laptop's services know nothing of what runs on them
//   local/redshift  itself alone, not even the rest of local: a misreading shared with the loader would pass every test
//   cli             core, adapters, lambdas, local
//
// So nothing imports cli, test or bench, and local is imported by cli alone. Tests and benchmarks may import anything.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const LAYERS = ['core', 'lambdas', 'adapters', 'infra', 'local', 'cli'] as const;

interface Import {
  /** The importing file, from the root. */
  readonly from: string;
  /** The imported file, from the root; or the package or builtin. */
  readonly to: string;
  readonly ours: boolean;
  readonly typeOnly: boolean;
}

const sources = LAYERS.flatMap((layer) => filesOf(layer)).map((path) => ({
  path,
  code: withoutComments(readFileSync(join(root, path), 'utf8')),
}));
const imports = sources.flatMap(({ path, code }) => importsOf(path, code));

function filesOf(layer: string): string[] {
  return readdirSync(join(root, layer), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Good enough for sources that Biome has formatted: no import stands behind a comment on its line. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** `import … from`, `export … from`, `import '…'`, `import('…')` and `createRequire(…)('…')`. */
function importsOf(path: string, code: string): Import[] {
  const statements = code.matchAll(/^(?:import|export)\s(?:([^'";]*?)\sfrom\s)?'([^']+)'/gm);
  const calls = code.matchAll(/(typeof )?import\('([^']+)'\)|createRequire\([^)]*\)\('([^']+)'\)/g);
  return [
    ...[...statements].map(([, clause, to]) => importOf(path, to, isTypeOnly(clause ?? ''))),
    ...[...calls].map(([, typeOf, to, required]) => importOf(path, to ?? required, typeOf !== undefined)),
  ];
}

function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true;
  const named = /^\{([^}]*)\}$/.exec(clause.trim())?.[1];
  return named?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

function importOf(from: string, specifier = '', typeOnly: boolean): Import {
  const ours = specifier.startsWith('.');
  return { from, to: ours ? posix.join(posix.dirname(from), specifier) : specifier, ours, typeOnly };
}

/** The imports of a layer that a rule does not allow, as `from → to`. */
function offences(layer: string, allowed: (each: Import) => boolean): string[] {
  return imports
    .filter(({ from }) => from.startsWith(`${layer}/`))
    .filter((each) => !allowed(each))
    .map(({ from, to }) => `${from} → ${to}`);
}

const below =
  (...folders: readonly string[]) =>
  ({ to }: Import): boolean =>
    folders.some((folder) => to.startsWith(`${folder}/`));

/** Run by hand to write `queries.generated.ts` and a page; no part of the product, which the last test of core proves. */
const GENERATORS = ['core/catalog/embed-queries.ts', 'core/cast/write-types-page.ts', 'core/write-error-pages.ts'];

describe('core', () => {
  test('imports nothing of ours but core', () => {
    expect(offences('core', (each) => !each.ours || below('core')(each))).toEqual([]);
  });

  test('what a command says is built of types and values; these know nothing of commands', () => {
    const ofCommands = below('core/command');
    expect(offences('core/cast', (each) => !ofCommands(each))).toEqual([]);
    expect(offences('core/catalog', (each) => !ofCommands(each))).toEqual([]);
  });

  test('touches nothing outside: hashes, the shape of a stream, the width of a text, and no more', () => {
    const pure = ({ from, to, ours, typeOnly }: Import): boolean =>
      ours ||
      GENERATORS.includes(from) ||
      to === 'node:crypto' ||
      to === 'string-width' ||
      (to === 'node:stream' && typeOnly);
    expect(offences('core', pure)).toEqual([]);
  });

  test('never waits', () => {
    const waiting = sources.filter(({ path, code }) => path.startsWith('core/') && /\b(await|async)\b/.test(code));
    expect(waiting.map(({ path }) => path)).toEqual([]);
  });

  test('does not run its generators', () => {
    expect(imports.filter(({ to }) => GENERATORS.includes(to))).toEqual([]);
  });
});

describe('lambdas', () => {
  const isHandler = (path: string): boolean => path.endsWith('/handler.ts');

  test('a step imports core, its own folder, and what two steps share', () => {
    const shared = ({ to }: Import): boolean => posix.dirname(to) === 'lambdas';
    const allowed = (each: Import): boolean =>
      isHandler(each.from) ||
      !each.ours ||
      shared(each) ||
      below('core', each.from.split('/').slice(0, 2).join('/'))(each);
    expect(offences('lambdas', allowed)).toEqual([]);
  });

  test('a step knows neither AWS nor a driver', () => {
    const allowed = ({ from, to }: Import): boolean => isHandler(from) || !/^(@aws-sdk\/|pg$|pg-)/.test(to);
    expect(offences('lambdas', allowed)).toEqual([]);
  });

  test('a handler imports its step, adapters and core', () => {
    const allowed = (each: Import): boolean =>
      !isHandler(each.from) || !each.ours || below('core', 'adapters', posix.dirname(each.from))(each);
    expect(offences('lambdas', allowed)).toEqual([]);
  });
});

describe('adapters', () => {
  /** What builds the others, and how S3 says no, which whoever speaks to S3 has to read alike. */
  const BUILDERS = ['adapters/ports.ts', 'adapters/lambda.ts'];
  const AGREED = ['adapters/s3-errors.ts'];

  test('import nothing of ours but core and adapters', () => {
    expect(offences('adapters', (each) => !each.ours || below('core', 'adapters')(each))).toEqual([]);
  });

  test('do not import one another, except where they are built', () => {
    const allowed = ({ from, to, typeOnly }: Import): boolean =>
      !to.startsWith('adapters/') || typeOnly || BUILDERS.includes(from) || AGREED.includes(to);
    expect(offences('adapters', allowed)).toEqual([]);
  });
});

describe('infra', () => {
  test('takes only names from the rest', () => {
    const names = ['pipeline', 'environment', 'errors', 'artifacts'].map((file) => `core/${file}.ts`);
    const allowed = (each: Import): boolean => !each.ours || below('infra')(each) || names.includes(each.to);
    expect(offences('infra', allowed)).toEqual([]);
  });

  test('what users embed needs neither cdk-nag nor esbuild to load', () => {
    const embedded = new Set<string>(['infra/index.ts']);
    for (const path of embedded) {
      for (const { to, ours } of imports.filter(({ from }) => from === path)) if (ours) embedded.add(to);
    }
    // esbuild is asked for when something has to be built, which in a package nothing has.
    const loaded = imports.filter(({ from, to, typeOnly }) => embedded.has(from) && !typeOnly && to !== 'esbuild');
    expect(loaded.map(({ to }) => to)).toContain('aws-cdk-lib');
    expect(loaded.map(({ to }) => to)).not.toContain('cdk-nag');
    const asked = sources.filter(({ code }) => code.includes("('esbuild')")).map(({ path }) => path);
    expect(asked).toEqual(['infra/bundle.ts']);
  });
});

describe('local', () => {
  test('imports nothing of ours but itself', () => {
    expect(offences('local', (each) => !each.ours || below('local')(each))).toEqual([]);
  });

  test('the stand-in for Redshift imports nothing of ours at all', () => {
    expect(offences('local/redshift', (each) => !each.ours || below('local/redshift')(each))).toEqual([]);
  });
});

describe('cli', () => {
  test('imports core, adapters, steps and local, never the CDK', () => {
    const allowed = (each: Import): boolean =>
      each.ours
        ? below('cli', 'core', 'adapters', 'lambdas', 'local')(each)
        : !/^(aws-cdk-lib|constructs|cdk-nag)/.test(each.to);
    expect(offences('cli', allowed)).toEqual([]);
  });
});

describe('all layers', () => {
  test('every package that runs in the product is a dependency of it', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
    // What only the repository runs: to synthesize, and to bundle.
    const development = ['cdk-nag', 'esbuild'];
    const known = new Set([
      ...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }),
      ...development,
    ]);
    const undeclared = imports
      .filter(({ to, ours, typeOnly }) => !ours && !typeOnly && !isBuiltin(to))
      .filter(({ to }) => !known.has(to.split('/', to.startsWith('@') ? 2 : 1).join('/')));
    expect(undeclared.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('the rules see the imports they judge', () => {
    const code = [
      "import { a } from './a.ts';",
      "import type { B } from '../b.ts';",
      "import { type C, type D } from './c.ts';",
      "import { type E, f } from './e.ts';",
      'import {\n  g,\n} from "x";',
      "import {\n  type H,\n  i,\n} from './h.ts';",
      "export { j } from './j.ts';",
      "const k = await import('./k.ts');",
      "const l: typeof import('l') = createRequire(import.meta.url)('m');",
    ].join('\n');
    expect(importsOf('core/x/y.ts', code).map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
      ['core/x/a.ts', false],
      ['core/b.ts', true],
      ['core/x/c.ts', true],
      ['core/x/e.ts', false],
      ['core/x/h.ts', false],
      ['core/x/j.ts', false],
      ['core/x/k.ts', false],
      ['l', true],
      ['m', false],
    ]);
  });
});
