// Does an event reach the targets of the rules that match it, in the shape each target asks for?
import { expect, test } from 'vitest';
import { inputFor, matches, targetsOf } from '../../../../local/lambda/rules.ts';

const event = { source: 'aws.states', detail: { status: 'FAILED', name: 'run "1"', count: 2, error: null } };
const arn = 'arn:x';

test.each<[string, object, boolean]>([
  ['one of several values', { detail: { status: ['FAILED', 'ABORTED'] } }, true],
  ['every field at once', { source: ['aws.states'], detail: { status: ['FAILED'], count: [2] } }, true],
  ['none of the values', { detail: { status: ['ABORTED'] } }, false],
  ['one field that does not match', { source: ['aws.s3'], detail: { status: ['FAILED'] } }, false],
  ['a field that is not there', { detail: { cause: ['x'] } }, false],
  ['null', { detail: { error: [null] } }, true],
])('matches %s', (_name, pattern, expected) => {
  expect(matches(JSON.parse(JSON.stringify(pattern)), event)).toBe(expected);
});

test('refuses content filters instead of never matching', () => {
  expect(() => matches({ detail: { status: [{ prefix: 'F' }] } }, event)).toThrow(
    /EventPattern\.detail\.status.*not implemented/,
  );
});

test('gives the targets of all rules that match', () => {
  const rule = (logicalId: string, source: string) => ({
    logicalId,
    pattern: { source: [source] },
    targets: [{ arn: logicalId }],
  });
  const rules = [rule('A', 'aws.states'), rule('B', 'aws.s3'), rule('C', 'aws.states')];
  expect(targetsOf(rules, event)).toEqual([{ arn: 'A' }, { arn: 'C' }]);
});

test('gives the whole event, a part, a constant, or a filled template', () => {
  expect(inputFor({ arn }, event)).toEqual(event);
  expect(inputFor({ arn, inputPath: '$.detail.status' }, event)).toBe('FAILED');
  expect(inputFor({ arn, input: '{"a":1}' }, event)).toEqual({ a: 1 });
  const paths = { name: '$.detail.name', detail: '$.detail', none: '$.detail.nothing' };
  const template = '{"name":<name>,"text":"run <name>, <none>","detail":<detail>,"plain":"<other>"}';
  expect(inputFor({ arn, inputTransformer: { paths, template } }, event)).toEqual({
    ...{ name: 'run "1"', text: 'run run "1", ', detail: event.detail, plain: '<other>' },
  });
});

test('refuses a path it does not know', () => {
  expect(() => inputFor({ arn, inputPath: '$.detail[0]' }, event)).toThrow(/\$\.detail\[0\]/);
});
