// Does the conformance script agree where it should, and can it disagree?
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { differences, parseRecording } from '../../../../local/states/recording.ts';

const script = 'local/states/conformance.ts';
const cases = readFileSync(join(import.meta.dirname, 'cases.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

function conformance(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'cases-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function fileOf(...lines: string[]): string {
  files += 1;
  const path = join(folder, `${files}.jsonl`);
  writeFileSync(path, lines.join('\n'));
  return path;
}

test.each(cases.map((line) => [parseRecording(line).id, line]))('runs as expected: %s', async (_id, line) => {
  expect(await differences(parseRecording(line))).toEqual([]);
});

test('ends with 0 and one line when every case agrees', async () => {
  const { code, stdout } = await conformance(fileOf(...cases));
  expect(stdout).toBe(`${cases.length} of ${cases.length} agree\n`);
  expect(code).toBe(0);
});

test('ends with 1 and says what differs: an output, a cause, an event too many, a definition it refuses', async () => {
  const [priced = '', , other = ''] = cases;
  const spoiled = [
    priced.replace('"price": 150', '"price": 151'),
    other.replace('"cause": "only 1"', '"cause": "only 2"'),
    priced.replace('"PassStateExited"', '"WaitStateExited"'),
    priced.replace('"Assign"', '"Assigned"'),
    priced,
  ];
  const { code, stdout } = await conformance(fileOf(...spoiled));
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toContain('output: recorded {"price":151');
  expect(lines[1]).toContain('cause: recorded "only 2", here "only 1"');
  expect(lines[2]).toContain('PassStateExited: recorded 1 events, here 2');
  expect(lines[3]).toContain("'Assigned' is not supported");
  expect(lines[4]).toBe('1 of 5 agree');
  expect(code).toBe(1);
});

test('ends with 2 and the usage when the file is missing, unreadable or empty', async () => {
  for (const args of [[], ['/nowhere/cases.jsonl'], [fileOf('')], ['a', 'b']]) {
    const { code, stdout, stderr } = await conformance(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('usage: npm run conformance -- FILE');
  }
});
