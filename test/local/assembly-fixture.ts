// A small synthesized assembly, written by hand: one template, its assets file, and a folder per function.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FixtureFunction {
  /** The content of `index.js`, CommonJS. */
  code: string;
  environment?: Record<string, unknown>;
  timeoutSeconds?: number;
  memoryMb?: number;
  /** Instead of `index.js`. */
  file?: string;
}

export interface Fixture {
  functions: Record<string, FixtureFunction>;
  /** States of the machine `Machine`, of role `MachineRole`; `@Name` in a FunctionName stands for a function's ARN. */
  definition?: { StartAt: string; States: object };
  resources?: Record<string, object>;
}

const ASSET = (id: string) => `${id.toLowerCase()}0000`;

const folders: string[] = [];

/** Removes every assembly written so far. */
export function removeAssemblies(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Writes the assembly into a new folder and gives its path. */
export function writeAssembly({ functions, definition, resources = {} }: Fixture): string {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  folders.push(folder);
  // As in a checkout, where the code lies below a package.json that is none of its own.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const lambdas = Object.entries(functions).map(([id, lambda]) => {
    const code = join(folder, `asset.${ASSET(id)}`);
    mkdirSync(code);
    writeFileSync(join(code, lambda.file ?? 'index.js'), lambda.code);
    return [id, lambdaResource(id, lambda)];
  });
  const machine = definition && { Machine: machineResource(definition, Object.keys(functions)) };
  const template = { Resources: { ...Object.fromEntries(lambdas), ...machine, ...resources } };
  const files = Object.keys(functions).map((id) => [
    ASSET(id),
    { source: { path: `asset.${ASSET(id)}`, packaging: 'zip' } },
  ]);
  writeFileSync(join(folder, 'Stack.template.json'), JSON.stringify(template));
  writeFileSync(join(folder, 'Stack.assets.json'), JSON.stringify({ files: Object.fromEntries(files) }));
  return folder;
}

function lambdaResource(id: string, { environment = {}, timeoutSeconds = 30, memoryMb = 256 }: FixtureFunction) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: `${ASSET(id)}.zip` },
      Handler: 'index.handler',
      Timeout: timeoutSeconds,
      MemorySize: memoryMb,
      Environment: { Variables: environment },
      Role: { 'Fn::GetAtt': ['SomeRole', 'Arn'] },
    },
  };
}

/** The definition as the CDK writes it: text joined around the ARNs of functions. */
function machineResource(definition: object, functions: readonly string[]) {
  const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
  const parts = text.split(/(@\w+)/).map((part) => {
    const id = part.slice(1);
    return part.startsWith('@') && functions.includes(id) ? { 'Fn::GetAtt': [id, 'Arn'] } : part;
  });
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'machine',
      RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
      DefinitionString: { 'Fn::Join': ['', parts] },
    },
  };
}
