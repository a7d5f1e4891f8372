// The template as tests look at it: synthesized in this process, its intrinsics written as short texts.
import { readFileSync } from 'node:fs';
import { App, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PgshiftStack, type PgshiftStackProps } from '../../infra/index.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Synthesized {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export const SECRETS = {
  sourceSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:source-AbCdEf',
  targetSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:target-GhIjKl',
};
export const COPY_ROLE = {
  copyRoleArn: 'arn:aws:iam::111111111111:role/copy',
  unloadRoleArn: 'arn:aws:iam::111111111111:role/unload',
};
export const SCHEDULE = { schedule: 'rate(1 day)', commandKey: 'commands/nightly.load' };
export const NETWORK = {
  vpcId: 'vpc-00000000000000001',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  subnetIds: ['subnet-00000000000000001', 'subnet-00000000000000002'],
};
export const EVERYTHING = { ...SECRETS, ...COPY_ROLE, ...SCHEDULE, ...NETWORK, failureEmail: 'ops@example.org' };
export const ACCOUNT = { account: '111111111111', region: 'eu-central-1' };

const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

/** The flags that `cdk.json` gives to the app. */
export const flags = cdkJson.context;

export function synthesized(props: PgshiftStackProps = {}, env: Environment = {}): Synthesized {
  const app = new App({
    context: flags,
    analyticsReporting: false,
    stackTraces: false,
    // Two seconds for each file that looks at a template; synth.test.ts has it on.
    builtinCloudFormationValidation: false,
  });
  const template = Template.fromStack(new PgshiftStack(app, 'Pgshift', { ...props, env })).toJSON();
  return { resources: shortened(template.Resources), outputs: shortened(template.Outputs) };
}

/** `{Ref: 'X'}` as `<X>`, `{Fn::GetAtt: [X, Arn]}` as `<X.Arn>`, `Fn::Join` as the joined text; all else as it is. */
export function shortened<Value>(value: unknown): Value {
  return short(value) as Value;
}

function short(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(short);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, content] = entries[0] ?? [];
  if (entries.length === 1) {
    if (name === 'Ref') return content === 'AWS::Partition' ? 'aws' : `<${content}>`;
    if (name === 'Fn::GetAtt') return `<${content.join('.')}>`;
    if (name === 'Fn::Join') return content[1].map((each: unknown) => asText(short(each))).join(content[0]);
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, short(each)]));
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The resources of one type, by logical id. */
export function ofType({ resources }: Synthesized, type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of a type whose logical id begins so. */
export function one(template: Synthesized, type: string, idPrefix: string): Resource {
  const found = ofType(template, type).filter(([id]) => id.startsWith(idPrefix));
  const [resource] = found;
  if (resource === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} ${idPrefix}…`);
  return resource[1];
}

export interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** What a role may do: the statements of every policy attached to it. */
export function statementsOf(template: Synthesized, roleIdPrefix: string): Statement[] {
  return ofType(template, 'AWS::IAM::Policy')
    .filter(([, policy]) => (policy.Properties.Roles as string[]).some((role) => role.startsWith(`<${roleIdPrefix}`)))
    .flatMap(([, policy]) => (policy.Properties.PolicyDocument as { Statement: RawStatement[] }).Statement)
    .map((statement) => ({ ...statement, Action: [statement.Action].flat(), Resource: [statement.Resource].flat() }));
}

interface RawStatement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
}

export interface StateJson {
  readonly Type: string;
  readonly Retry?: unknown;
  readonly Arguments?: { readonly FunctionName?: string; readonly Payload?: Readonly<Record<string, string>> };
  readonly Output?: unknown;
  readonly TimeoutSeconds?: number;
  readonly ItemProcessor?: Definition;
  readonly Branches?: readonly Definition[];
  readonly [field: string]: unknown;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateJson>>;
  readonly [field: string]: unknown;
}

/** The definition of the state machine whose logical id begins so, as text and as a value. */
export function definitionOf(template: Synthesized, idPrefix: string): { text: string; definition: Definition } {
  const { DefinitionString } = one(template, 'AWS::StepFunctions::StateMachine', idPrefix).Properties;
  if (typeof DefinitionString !== 'string') throw new Error('the definition is no text');
  return { text: DefinitionString, definition: JSON.parse(DefinitionString) as Definition };
}

/** Every state, those inside of Maps and Parallels too, by name. */
export function allStates(definition: Definition): [string, StateJson][] {
  return Object.entries(definition.States).flatMap(([name, state]): [string, StateJson][] => [
    [name, state],
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
    ...(state.Branches ?? []).flatMap(allStates),
  ]);
}
