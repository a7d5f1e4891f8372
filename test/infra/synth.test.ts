// Does synthesis need nothing but this folder, and does it fail when cdk-nag finds something?
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/app.ts';
import { PgshiftStack } from '../../infra/index.ts';
import { ACCOUNT, EVERYTHING, flags, NETWORK, SECRETS } from './synthesized.ts';

const repository = join(import.meta.dirname, '..', '..');
let out: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'pgshift-synth-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** Synthesizes with cdk-nag, as `buildApp` does, whatever stack `add` makes. */
function check(add: (app: App) => void): void {
  const app = new App({ outdir: out, context: flags, stackTraces: false });
  add(app);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

describe.each([
  ['in any account', {}],
  ['in a known account', ACCOUNT],
])('%s', (_, env) => {
  test.each([
    ['the plain stack', {}],
    ['the stack with everything', EVERYTHING],
    ['the stack with its own security groups', { ...NETWORK, securityGroupIds: ['sg-00000000000000001'] }],
    ['the stack that leaves nothing behind', { ...SECRETS, removalPolicy: RemovalPolicy.DESTROY }],
  ])('cdk-nag finds nothing in %s', (_name, props) => {
    check((app) => new PgshiftStack(app, 'Pgshift', { ...props, env }));
    expect(existsSync(join(out, 'Pgshift.template.json'))).toBe(true);
  });

  test('a violation makes synthesis fail', () => {
    expect(() =>
      check((app) => {
        new Bucket(new PgshiftStack(app, 'Pgshift', { env }), 'Open');
      }),
    ).toThrow(/AwsSolutions-S10/);
  });

  test('a wildcard that nobody acknowledged makes synthesis fail', () => {
    expect(() =>
      check((app) => {
        const { pgshift } = new PgshiftStack(app, 'Pgshift', { env });
        pgshift.bucket.grantRead(pgshift.functions.plan);
      }),
    ).toThrow(/AwsSolutions-IAM5/);
  });
});

test('every acknowledgement has a reason', () => {
  const app = new App({ context: flags });
  new PgshiftStack(app, 'Pgshift', EVERYTHING);
  const acknowledged = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .flatMap(({ type, data }) =>
      type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY ? Object.entries<unknown>(data) : [],
    );
  expect(acknowledged.length).toBeGreaterThan(10);
  for (const [id, reason] of acknowledged) expect(String(reason).length, id).toBeGreaterThan(20);
});

test('the app checks itself with cdk-nag', () => {
  const app = buildApp({ outdir: out, context: flags, stackTraces: false });
  new Bucket(app.node.findChild('Pgshift') as PgshiftStack, 'Open');
  expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
});

test('the command needs no account, no credentials and no network', () => {
  const said = execFileSync(process.execPath, ['infra/synth.ts', '--out', out], {
    cwd: repository,
    encoding: 'utf8',
    // Nothing of AWS in the environment, and a proxy that nobody answers for whoever tries.
    env: {
      PATH: process.env.PATH ?? '',
      HOME: out,
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
    },
  });
  expect(said).toMatch(/^synthesized into .*pgshift-synth-/);
  expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatchObject({
    artifacts: { Pgshift: { environment: 'aws://unknown-account/unknown-region' } },
  });
});

test('cdk.json has every recommended flag', () => {
  expect(flags).toMatchObject(recommended);
});
