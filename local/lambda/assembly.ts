// Which functions, state machines and rules does a synthesized CDK assembly hold, as they would be once deployed?
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../states/json.ts';
import type { Allows } from '../states/store.ts';
import { allowsOf } from './permissions.ts';
import { type Place, parseTemplate, Resolver, type Resource, type Template } from './template.ts';

export interface AssemblyFunction {
  logicalId: string;
  name: string;
  arn: string;
  /** `file.export` */
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Record<string, string>;
  /** The folder that is deployed as the function's code. */
  codeFolder: string;
}

export interface AssemblyMachine {
  logicalId: string;
  name: string;
  arn: string;
  definition: string;
  /** What its role may do with executions. */
  allows: Allows;
}

export interface AssemblyRule {
  logicalId: string;
  pattern: JsonObject;
  targets: RuleTarget[];
}

export interface RuleTarget {
  arn: string;
  input?: string;
  inputPath?: string;
  inputTransformer?: { paths: Record<string, string>; template: string };
}

export interface Assembly {
  functions: AssemblyFunction[];
  machines: AssemblyMachine[];
  rules: AssemblyRule[];
}

/** Finds the folder of a function's code: given the S3 key of its asset, or undefined when there is none. */
export type CodeFolders = (assetKey: string) => string | undefined;

/** Reads every stack of the assembly in `folder`. Throws an Error that names the place of what cannot run locally. */
export async function readAssembly(folder: string, place: Place): Promise<Assembly> {
  const names = await readdir(folder);
  const templates = names.filter((name) => name.endsWith('.template.json')).sort();
  if (templates.length === 0) throw new Error(`${folder}: no *.template.json; this is no synthesized assembly`);
  const code = await assetFolders(folder, names);
  const all: Assembly = { functions: [], machines: [], rules: [] };
  for (const name of templates) {
    const stack = assemblyOf(parseTemplate(await readFile(join(folder, name), 'utf8')), place, code, folder);
    all.functions.push(...stack.functions);
    all.machines.push(...stack.machines);
    all.rules.push(...stack.rules);
  }
  return all;
}

async function assetFolders(folder: string, names: readonly string[]): Promise<CodeFolders> {
  const folders = new Map<string, string>();
  for (const name of names.filter((candidate) => candidate.endsWith('.assets.json'))) {
    const assets: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const files = isObject(assets) && isObject(assets.files) ? assets.files : {};
    for (const [hash, file] of Object.entries(files)) {
      const source = isObject(file) && isObject(file.source) ? file.source : {};
      if (source.packaging === 'zip' && typeof source.path === 'string') {
        folders.set(`${hash}.zip`, join(folder, source.path));
      }
    }
  }
  return (assetKey) => folders.get(assetKey);
}

/** What one template holds; a pure function of it. `folder` is where `aws:asset:path` starts from. */
export function assemblyOf(template: Template, place: Place, code: CodeFolders, folder: string): Assembly {
  const resolver = new Resolver(template, place);
  const of = <T>(type: string, read: (logicalId: string, resource: Resource) => T): T[] =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => read(logicalId, resource));
  return {
    functions: of('AWS::Lambda::Function', (id, resource) => functionOf(resolver, id, resource, code, folder)),
    machines: of('AWS::StepFunctions::StateMachine', (id, resource) => machineOf(resolver, template, id, resource)),
    rules: of('AWS::Events::Rule', (id, resource) => ruleOf(resolver, id, resource)),
  };
}

/** Lambda's defaults, where the template says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

function functionOf(
  resolver: Resolver,
  logicalId: string,
  { Properties = {}, Metadata = {} }: Resource,
  code: CodeFolders,
  folder: string,
): AssemblyFunction {
  const assetPath = Metadata['aws:asset:path'];
  const key = isObject(Properties.Code) ? Properties.Code.S3Key : undefined;
  const found = typeof key === 'string' ? code(key) : undefined;
  const codeFolder = typeof assetPath === 'string' ? join(folder, assetPath) : found;
  if (codeFolder === undefined) throw new Error(`${logicalId}.Code: its asset is not a folder of this assembly`);
  const variables = isObject(Properties.Environment) ? (Properties.Environment.Variables ?? {}) : {};
  const at = `${logicalId}.Environment`;
  return {
    logicalId,
    name: resolver.text({ Ref: logicalId }, logicalId),
    arn: resolver.text({ 'Fn::GetAtt': [logicalId, 'Arn'] }, logicalId),
    handler: resolver.text(Properties.Handler, `${logicalId}.Handler`),
    timeoutSeconds: Number(resolver.text(Properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS, `${logicalId}.Timeout`)),
    memoryMb: Number(resolver.text(Properties.MemorySize ?? DEFAULT_MEMORY_MB, `${logicalId}.MemorySize`)),
    environment: Object.fromEntries(
      Object.entries(isObject(variables) ? variables : {}).map(([name, value]) => [
        name,
        resolver.text(value, `${at}.${name}`),
      ]),
    ),
    codeFolder,
  };
}

function machineOf(
  resolver: Resolver,
  template: Template,
  logicalId: string,
  { Properties = {} }: Resource,
): AssemblyMachine {
  return {
    logicalId,
    name: resolver.text({ 'Fn::GetAtt': [logicalId, 'Name'] }, logicalId),
    arn: resolver.text({ Ref: logicalId }, logicalId),
    definition: resolver.text(Properties.DefinitionString, `${logicalId}.DefinitionString`),
    allows: allowsOf(resolver, template, Properties.RoleArn),
  };
}

function ruleOf(resolver: Resolver, logicalId: string, { Properties = {} }: Resource): AssemblyRule {
  const at = `${logicalId}.EventPattern`;
  const pattern = resolver.resolve(Properties.EventPattern, at);
  if (!isObject(pattern)) throw new Error(`${at}: expected an object`);
  const targets = Array.isArray(Properties.Targets) ? Properties.Targets : [];
  return {
    logicalId,
    pattern,
    targets: targets.map((target, index) => targetOf(resolver, target, `${logicalId}.Targets[${index}]`)),
  };
}

function targetOf(resolver: Resolver, target: Json, at: string): RuleTarget {
  if (!isObject(target)) throw new Error(`${at}: expected an object`);
  const optional = (name: string) =>
    target[name] === undefined ? undefined : resolver.text(target[name], `${at}.${name}`);
  const input = optional('Input');
  const inputPath = optional('InputPath');
  const transformer = target.InputTransformer;
  return {
    arn: resolver.text(target.Arn, `${at}.Arn`),
    ...(input !== undefined && { input }),
    ...(inputPath !== undefined && { inputPath }),
    ...(isObject(transformer) && { inputTransformer: transformerOf(resolver, transformer, `${at}.InputTransformer`) }),
  };
}

function transformerOf(resolver: Resolver, { InputPathsMap, InputTemplate }: JsonObject, at: string) {
  const paths = Object.entries(isObject(InputPathsMap) ? InputPathsMap : {});
  return {
    paths: Object.fromEntries(paths.map(([name, path]) => [name, resolver.text(path, `${at}.${name}`)])),
    template: resolver.text(InputTemplate, `${at}.InputTemplate`),
  };
}
