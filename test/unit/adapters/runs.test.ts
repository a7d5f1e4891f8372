// Is it told right whether another run still runs, and said so where it cannot be told?
import { SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../../../adapters/memory-store.ts';
import { runsOf } from '../../../adapters/runs.ts';
import { artifactKeys } from '../../../core/artifacts.ts';
import { type States, startStates } from '../../../local/states/api.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local' };
const variables = {
  AWS_ENDPOINT_URL_SFN: '',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};
const unsupported = async () => {
  throw new Error('the machine has no need of this');
};

let states: States;
let client: SFNClient;
let machine: string;
const before = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
beforeAll(async () => {
  const host = { task: unsupported, readObject: unsupported, listObjects: unsupported, writeObject: unsupported };
  states = await startStates({ host, credentials, region, accountId: '111122223333' });
  // The SDK finds them where it always does.
  Object.assign(process.env, variables, { AWS_ENDPOINT_URL_SFN: states.endpoint });
  client = new SFNClient({ endpoint: states.endpoint, region, credentials });
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Stay',
    States: { Stay: { Type: 'Wait', Seconds: 900, End: true } },
  };
  machine = states.register('load', JSON.stringify(definition));
});
afterAll(async () => {
  client.destroy();
  await states.close();
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const store = memoryStore('ours', region);
const onAws = runsOf({}, store, () => 0);

test('an execution runs until Step Functions says that it ended', async () => {
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machine, name: 'one', input: '{}' }),
  );
  expect(onAws.signOf('one', executionArn)).toBe(executionArn);
  expect(await onAws.look(executionArn)).toBe('running');
  await client.send(new StopExecutionCommand({ executionArn }));
  expect(await onAws.look(executionArn)).toBe('ended');
  expect(await onAws.look(executionArn.replace(/one$/, 'never'))).toBe('ended');
});

test('of an execution that may not be looked at, nothing is told', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'another';
  expect(await onAws.look(machine.replace(':stateMachine:', ':execution:').concat(':one'))).toBe('unknown');
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
});

test('a run on a laptop has ended when its heartbeat is gone, or a minute old', async () => {
  const laptop = runsOf({ PGSHIFT_LAPTOP: 'yes' }, store, () => 100_000);
  const sign = laptop.signOf('one', 'arn:aws:states:eu-west-1:111122223333:execution:load:one');
  expect(sign).toBe('s3://ours/runs/one/heartbeat.json');
  expect(await laptop.look(sign)).toBe('ended');
  await store.putJson(artifactKeys.heartbeat('one'), { at: 40_000 });
  expect(await laptop.look(sign)).toBe('running');
  await store.putJson(artifactKeys.heartbeat('one'), { at: 39_999 });
  expect(await laptop.look(sign)).toBe('ended');
});

test.each([
  '',
  'one',
  's3://another/runs/one/heartbeat.json',
  's3://ours/runs/../heartbeat.json',
  's3://ours/runs/one/plan.json',
])('of %j nothing is told', async (sign) => expect(await onAws.look(sign)).toBe('unknown'));
