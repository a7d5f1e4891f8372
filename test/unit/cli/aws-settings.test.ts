// In which order is the region looked for?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { regionOf } from '../../../cli/aws-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgshift-aws-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const config = join(folder, 'config');
writeFileSync(config, '[default]\nregion = eu-central-1\n[profile my.dev]\nregion=us-west-2\n[profile bare]\n');
const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') };

describe('the region', () => {
  it.each([
    ['AWS_REGION first', { ...files, AWS_REGION: 'a-1', AWS_DEFAULT_REGION: 'b-1' }, 'a-1'],
    ['AWS_DEFAULT_REGION over the profile', { ...files, AWS_REGION: '', AWS_DEFAULT_REGION: 'b-1' }, 'b-1'],
    ['the default profile', files, 'eu-central-1'],
    ['the profile that is named, whatever its name', { ...files, AWS_PROFILE: 'my.dev' }, 'us-west-2'],
  ])('is %s', (_which, environment, region) => {
    expect(regionOf(environment)).toBe(region);
  });

  it.each([
    ['in no file', { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }],
    ['not in the profile', { ...files, AWS_PROFILE: 'bare' }],
  ])('that is %s is asked for', (_why, environment) => {
    expect(() => regionOf(environment)).toThrow(/No AWS region is set: set AWS_REGION/);
  });
});
