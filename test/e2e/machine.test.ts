// Is what runs the synthesized definition, and does no secret show anywhere in a run?
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { ListMapRunsCommand, paginateGetExecutionHistory, paginateListExecutions } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsSettings } from '../../cli/aws-settings.ts';
import { readCommands } from '../../cli/commands.ts';
import { Secrets } from '../../cli/failure.ts';
import { type Lifetime, withLifetime } from '../../cli/lifetime.ts';
import { startMachine } from '../../cli/machine.ts';
import { type Machine, runCommand } from '../../cli/run-command.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { findAssembly } from '../../local/assembly.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Servers, startServers } from './servers.ts';

const secret = (name: string): string => `${name}'s "pass\\word" 100%41 @home`;
const awsSecret = 'kP4nted+Secret/Key0fThe0wner/aaaabbbbcccc';

let servers: Servers;
let source: TestDatabase;
let sourceUri: string;
beforeAll(async () => {
  servers = await startServers({ targetPassword: secret('target'), secretAccessKey: awsSecret });
  const password = secret('source');
  source = await createDatabase(
    servers.source,
    `CREATE TABLE public.t (id int, note text); INSERT INTO public.t SELECT i, 'note ' || i FROM generate_series(1, 500) i;
     CREATE TABLE public.forbidden (id int);
     CREATE ROLE reader LOGIN PASSWORD '${password.replaceAll("'", "''")}'; GRANT SELECT ON public.t TO reader;`,
  );
  sourceUri = source.uri.replace(/\/\/.*@/, `//reader:${encodeURIComponent(password)}@`);
  // The SDK of this process finds its credentials where it always does.
  Object.assign(process.env, servers.env());
});
afterAll(async () => {
  await source.drop();
  await servers.stop();
});

/** Everything that a run shows: what it says, what its functions log, its histories, and every object it writes. */
interface Seen {
  readonly texts: string[];
  readonly terminal: Terminal;
}

function record(): Seen {
  const texts: string[] = [];
  const keep = (text: string) => void texts.push(text);
  // Nothing is redacted here: what has to be redacted should not be there in the first place.
  return { texts, terminal: { secrets: new Secrets(), live: false, result: keep, note: keep } };
}

async function machineOf(life: Lifetime, seen: Seen, secrets: Readonly<Record<string, string>>, assembly?: string) {
  const environment = { ...servers.env(), ...secrets };
  const keep = (text: string) => void seen.texts.push(text);
  const aws = await awsSettings(environment);
  return startMachine(life, { aws, environment, log: keep, functionLog: keep, ...(assembly && { assembly }) });
}

async function histories({ client, stateMachineArn }: Machine): Promise<string[]> {
  const texts: string[] = [];
  const read = async (executionArn: string) => {
    for await (const page of paginateGetExecutionHistory({ client }, { executionArn, includeExecutionData: true })) {
      texts.push(JSON.stringify(page));
    }
  };
  for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { executionArn = '' } of executions) {
      await read(executionArn);
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
      for (const { mapRunArn } of mapRuns) {
        for await (const children of paginateListExecutions({ client }, { mapRunArn })) {
          for (const child of children.executions ?? []) await read(child.executionArn ?? '');
        }
      }
    }
  }
  return texts;
}

/** Every file that the S3 server has, as text; compressed ones also as what they hold. */
function objects(): string[] {
  const folder = join(servers.folder, 's3');
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const compressed = bytes.readUInt32LE(0) === 0xfd2fb528;
    return [entry.name, bytes.toString('latin1'), ...(compressed ? [zstdDecompressSync(bytes).toString('utf8')] : [])];
  });
}

/** The forms in which a secret could hide. In base64, three texts: one for each place in a group of three bytes. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(text),
    encodeURI(text),
    text.replaceAll("'", "''"),
    ...inBase64,
  ];
}

describe('a run', () => {
  it('shows no secret in any artifact, log, state or output, whether it succeeds or fails', async () => {
    const seen = record();
    await withLifetime({ graceMilliseconds: 5000, complain: () => {} }, async (life) => {
      const commands = [[], ['keep files']].flatMap((options) =>
        readCommands({ first: sourceUri, target: servers.target, options }, seen.terminal.secrets),
      );
      const machine = await machineOf(life, seen, Object.assign({}, ...commands.map(({ secrets }) => secrets)));
      const [load, keep] = commands;
      if (load === undefined || keep === undefined) throw new Error('no commands');
      // The first fails: one table may not be read.
      const failure = await runCommand(seen.terminal, machine, load, life.signal).catch((error: Error) => error);
      expect(failure).toBeInstanceOf(Error);
      seen.texts.push(String(failure));
      await source.session.run('GRANT SELECT ON public.forbidden TO reader');
      const { summary } = await runCommand(seen.terminal, machine, keep, life.signal);
      seen.texts.push(summary, ...(await histories(machine)), ...objects());
    });
    const all = seen.texts.join('\n');
    // What was looked through is what there is to look through.
    expect(all).toContain('note 499');
    expect(all).toContain('TaskStateEntered');
    expect(all).toContain('PGSHIFT_SECRET_SOURCE_1');
    for (const planted of [secret('source'), secret('target'), awsSecret, servers.source.password]) {
      for (const form of formsOf(planted)) expect(all.includes(form), form).toBe(false);
    }
  });

  it('is of the synthesized definition: with another function behind Copy it fails', async () => {
    const assembly = join(servers.folder, 'assembly');
    cpSync(await findAssembly(() => {}), assembly, { recursive: true });
    const file = join(assembly, 'Pgshift.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8'));
    const machine = Object.entries<{ Type: string; Properties: { DefinitionString: object } }>(template.Resources).find(
      ([id, { Type }]) => Type === 'AWS::StepFunctions::StateMachine' && id.startsWith('PgshiftLoadStateMachine'),
    )?.[1];
    const functionOf = (step: string) =>
      Object.keys(template.Resources).find((id) => new RegExp(`^Pgshift${step}Function[0-9A-F]{8}$`).test(id)) ?? '';
    if (machine === undefined) throw new Error('no state machine');
    const definition = JSON.stringify(machine.Properties.DefinitionString);
    const mutated = definition.replaceAll(functionOf('Copy'), functionOf('Report'));
    expect(mutated).not.toBe(definition);
    machine.Properties.DefinitionString = JSON.parse(mutated);
    writeFileSync(file, JSON.stringify(template));

    const seen = record();
    await withLifetime({ graceMilliseconds: 5000, complain: () => {} }, async (life) => {
      const [command] = readCommands({ first: source.uri, target: servers.target, options: [] }, seen.terminal.secrets);
      if (command === undefined) throw new Error('no command');
      const mutant = await machineOf(life, seen, command.secrets, assembly);
      await expect(runCommand(seen.terminal, mutant, command, life.signal)).rejects.toThrow(/failed/);
    });
  });
});
