// Which settings does the app take from `cdk.json` and from `-c pgshift:name=value`? A wrong name or value stops it.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { PgshiftStackProps } from './pgshift-stack.ts';

const PREFIX = 'pgshift:';

type Read = (value: unknown, name: string) => Partial<PgshiftStackProps>;

const text =
  (
    property:
      | 'sourceSecretArn'
      | 'targetSecretArn'
      | 'copyRoleArn'
      | 'unloadRoleArn'
      | 'vpcId'
      | 'schedule'
      | 'command'
      | 'commandKey'
      | 'failureEmail',
  ): Read =>
  (value, name) => {
    if (typeof value !== 'string' || value === '') throw wrong(name, value, 'a text');
    return { [property]: value };
  };

/** In `cdk.json` a list; after `-c` a text with commas. */
const list =
  (property: 'availabilityZones' | 'subnetIds' | 'securityGroupIds'): Read =>
  (value, name) => {
    const values: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
    const texts = values.filter((each) => typeof each === 'string' && each !== '');
    if (texts.length === 0 || texts.length < values.length)
      throw wrong(name, value, 'a list of texts, or a text with commas');
    return { [property]: texts };
  };

const duration =
  (property: 'timeout' | 'keepSnapshot' | 'keepRuns', of: (amount: number) => Duration): Read =>
  (value, name) => {
    const amount = Number(value);
    if (!Number.isInteger(amount) || amount < 1) throw wrong(name, value, 'a whole number above 0');
    return { [property]: of(amount) };
  };

const removalPolicy: Read = (value, name) => {
  if (value !== 'retain' && value !== 'destroy') throw wrong(name, value, 'retain or destroy');
  return { removalPolicy: value === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY };
};

const SETTINGS: Readonly<Record<string, Read>> = {
  sourceSecretArn: text('sourceSecretArn'),
  targetSecretArn: text('targetSecretArn'),
  copyRoleArn: text('copyRoleArn'),
  unloadRoleArn: text('unloadRoleArn'),
  vpcId: text('vpcId'),
  availabilityZones: list('availabilityZones'),
  subnetIds: list('subnetIds'),
  securityGroupIds: list('securityGroupIds'),
  schedule: text('schedule'),
  command: text('command'),
  commandKey: text('commandKey'),
  failureEmail: text('failureEmail'),
  removalPolicy,
  timeoutHours: duration('timeout', (hours) => Duration.hours(hours)),
  keepSnapshotMinutes: duration('keepSnapshot', (minutes) => Duration.minutes(minutes)),
  keepRunsDays: duration('keepRuns', (days) => Duration.days(days)),
};

/** Every setting's name, as the context has it. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS).map((name) => PREFIX + name);

/** Reads every `pgshift:…` key of the context. Throws an Error that names the key for one it does not know. */
export function settingsIn(context: Readonly<Record<string, unknown>>): PgshiftStackProps {
  const keys = Object.keys(context).filter((key) => key.startsWith(PREFIX));
  const parts = keys.map((key) => {
    const read = SETTINGS[key.slice(PREFIX.length)];
    if (read === undefined) throw new Error(`context ${key}: no such setting; there are ${SETTING_NAMES.join(', ')}`);
    return read(context[key], key);
  });
  return Object.assign({}, ...parts);
}

function wrong(name: string, value: unknown, allowed: string): Error {
  return new Error(`context ${name} is ${JSON.stringify(value)}: must be ${allowed}`);
}
