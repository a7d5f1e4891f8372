// Are settings read as documented, and wrong ones refused by name?
import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { SETTING_NAMES, settingsIn } from '../../infra/settings.ts';

test('other keys of the context are none of our business', () => {
  expect(settingsIn({ '@aws-cdk/core:checkSecretUsage': true, other: 1 })).toEqual({});
});

test('texts, lists, times and the removal policy are read', () => {
  const settings = settingsIn({
    'pgshift:vpcId': 'vpc-1',
    'pgshift:subnetIds': ['subnet-1', 'subnet-2'],
    'pgshift:availabilityZones': 'eu-central-1a,eu-central-1b',
    'pgshift:timeoutHours': '12',
    'pgshift:keepSnapshotMinutes': 5,
    'pgshift:keepRunsDays': 30,
    'pgshift:removalPolicy': 'destroy',
  });
  expect(settings).toEqual({
    vpcId: 'vpc-1',
    subnetIds: ['subnet-1', 'subnet-2'],
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    timeout: Duration.hours(12),
    keepSnapshot: Duration.minutes(5),
    keepRuns: Duration.days(30),
    removalPolicy: RemovalPolicy.DESTROY,
  });
});

test.each([
  ['pgshift:sorceSecretArn', 'x', 'no such setting'],
  ['pgshift:vpcId', '', 'must be a text'],
  ['pgshift:subnetIds', 'a,,b', 'must be a list'],
  ['pgshift:timeoutHours', '0', 'must be a whole number above 0'],
  ['pgshift:keepRunsDays', 'week', 'must be a whole number above 0'],
  ['pgshift:removalPolicy', 'snapshot', 'must be retain or destroy'],
])('%s = %j is refused', (key, value, message) => {
  expect(() => settingsIn({ [key]: value })).toThrow(`context ${key}`);
  expect(() => settingsIn({ [key]: value })).toThrow(message);
});

test('the reference lists every setting and no other', () => {
  const reference = readFileSync(new URL('../../docs/reference/infrastructure.md', import.meta.url), 'utf8');
  const listed = [...reference.matchAll(/^\| `(pgshift:\w+)`/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(SETTING_NAMES.toSorted());
});
