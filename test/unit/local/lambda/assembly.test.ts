// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of Fn::Sub.
// Is a synthesized template read as CloudFormation would resolve it, and refused where it cannot be?
import { expect, test } from 'vitest';
import { assemblyOf } from '../../../../local/lambda/assembly.ts';
import { type Place, parseTemplate, Resolver } from '../../../../local/lambda/template.ts';
import type { Json } from '../../../../local/states/json.ts';

const place: Place = {
  region: 'eu-central-1',
  accountId: '111111111111',
  physical: { Staging: 'my-bucket', 'Secret.Arn': 'arn:secret' },
};
const resources = {
  Work12345678: { Type: 'AWS::Lambda::Function', Properties: {} },
  Load: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'load' } },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::Sub': 'failed-${AWS::Region}' } } },
  Staging0A1B2C3D: { Type: 'AWS::S3::Bucket' },
  Secret: { Type: 'AWS::SecretsManager::Secret' },
};
const template = parseTemplate(JSON.stringify({ Resources: resources }));
const resolve = (value: Json) => new Resolver(template, place).resolve(value, 'here');

test.each<[string, Json, Json]>([
  [
    'pseudo parameters',
    {
      'Fn::Join': [
        '/',
        [{ Ref: 'AWS::Region' }, { Ref: 'AWS::Partition' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::URLSuffix' }],
      ],
    },
    'eu-central-1/aws/111111111111/amazonaws.com',
  ],
  [
    'a function',
    [{ Ref: 'Work12345678' }, { 'Fn::GetAtt': ['Work12345678', 'Arn'] }],
    ['Work12345678', 'arn:aws:lambda:eu-central-1:111111111111:function:Work12345678'],
  ],
  [
    'a state machine',
    [{ Ref: 'Load' }, { 'Fn::GetAtt': ['Load', 'Name'] }],
    ['arn:aws:states:eu-central-1:111111111111:stateMachine:load', 'load'],
  ],
  ['a topic', { Ref: 'Topic' }, 'arn:aws:sns:eu-central-1:111111111111:failed-eu-central-1'],
  [
    'a bucket given without the suffix of its id',
    [{ Ref: 'Staging0A1B2C3D' }, { 'Fn::GetAtt': 'Staging0A1B2C3D.Arn' }],
    ['my-bucket', 'arn:aws:s3:::my-bucket'],
  ],
  ['a given attribute', { 'Fn::GetAtt': ['Secret', 'Arn'] }, 'arn:secret'],
  ['text to fill', { 'Fn::Sub': 'x-${AWS::AccountId}-${Load.Name}-${!literal}' }, 'x-111111111111-load-${literal}'],
  [
    'what lies deep',
    { a: [{ b: { Ref: 'Load' } }], Ref2: 1 },
    { a: [{ b: 'arn:aws:states:eu-central-1:111111111111:stateMachine:load' }], Ref2: 1 },
  ],
])('resolves %s', (_name, value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test.each<[string, Json, RegExp]>([
  [
    'an unknown resource',
    { Ref: 'Nothing' },
    /here: Ref Nothing has no local value; give one as physical\['Nothing'\]/,
  ],
  [
    'an unknown attribute',
    { 'Fn::GetAtt': ['Load', 'StateMachineRevisionId'] },
    /physical\['Load\.StateMachineRevisionId'\]/,
  ],
  ['another intrinsic', { a: { 'Fn::If': ['X', 1, 2] } }, /here\.a: Fn::If is not implemented locally/],
  ['Fn::Sub with a map', { 'Fn::Sub': ['${x}', { x: 1 }] }, /Fn::Sub is not implemented/],
])('refuses %s, and names the place', (_name, value, message) => {
  expect(() => resolve(value)).toThrow(message);
});

const lambda = (extra: object = {}, metadata?: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Handler: 'index.handler', Code: { S3Bucket: 'assets', S3Key: 'abc.zip' }, ...extra },
  ...(metadata && { Metadata: metadata }),
});
const read = (Resources: object) =>
  assemblyOf(
    parseTemplate(JSON.stringify({ Resources })),
    place,
    (key) => (key === 'abc.zip' ? '/cdk/asset.abc' : undefined),
    '/cdk',
  );

test('reads functions with their environment, and the defaults of Lambda', () => {
  const Environment = { Variables: { BUCKET: { Ref: 'Staging' }, COUNT: 7 } };
  const [work] = read({ Work: lambda({ Environment, Timeout: 900, MemorySize: 1769 }) }).functions;
  expect(work).toEqual({
    ...{ logicalId: 'Work', name: 'Work', arn: 'arn:aws:lambda:eu-central-1:111111111111:function:Work' },
    ...{ handler: 'index.handler', timeoutSeconds: 900, memoryMb: 1769, codeFolder: '/cdk/asset.abc' },
    environment: { BUCKET: 'my-bucket', COUNT: '7' },
  });
  expect(read({ Work: lambda() }).functions[0]).toMatchObject({ timeoutSeconds: 3, memoryMb: 128, environment: {} });
});

test('finds the code by the metadata of the asset, too, and says when there is none', () => {
  const Code = { S3Bucket: 'assets', S3Key: 'other.zip' };
  const found = read({ Work: lambda({ Code }, { 'aws:asset:path': 'asset.other' }) });
  expect(found.functions[0]?.codeFolder).toBe('/cdk/asset.other');
  expect(() => read({ Work: lambda({ Code }) })).toThrow(/Work\.Code/);
});

test('names the variable that cannot be resolved', () => {
  const Environment = { Variables: { SECRET: { Ref: 'Unknown' } } };
  expect(() => read({ Work: lambda({ Environment }) })).toThrow(/Work\.Environment\.SECRET: Ref Unknown/);
});

test('does not look at what it does not need', () => {
  const Role = { Type: 'AWS::IAM::Role', Properties: { X: { 'Fn::ImportValue': 'y' } } };
  expect(read({ Role, Work: lambda({ Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }) }).functions).toHaveLength(1);
});

test('joins a definition around the ARNs in it', () => {
  const DefinitionString = {
    'Fn::Join': ['', ['{"f":"', { 'Fn::GetAtt': ['Work', 'Arn'] }, '","p":"', { Ref: 'AWS::Partition' }, '"}']],
  };
  const machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString } };
  const [found] = read({ Work: lambda(), Machine: machine }).machines;
  expect(JSON.parse(found?.definition ?? '')).toEqual({
    f: 'arn:aws:lambda:eu-central-1:111111111111:function:Work',
    p: 'aws',
  });
});

test('says when a text is no template', () => {
  expect(() => parseTemplate('{"Resources":{"A":{}}}')).toThrow(/not a CloudFormation template/);
});
