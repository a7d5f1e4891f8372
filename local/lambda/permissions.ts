// What may the role of a state machine do with executions? Read from the policies of the template, as IAM does: what no
// statement allows is denied.
import { isObject, type Json, type JsonObject } from '../states/json.ts';
import type { Allows } from '../states/store.ts';
import type { Resolver, Resource, Template } from './template.ts';

/** Statements of other services are passed over: their resources need not have a local value. */
const SERVICE = 'states:';

/** `role` is the machine's RoleArn. Throws for statements that are not understood here. */
export function allowsOf(resolver: Resolver, template: Template, role: Json | undefined): Allows {
  const roleId = isObject(role) && Array.isArray(role['Fn::GetAtt']) ? role['Fn::GetAtt'][0] : undefined;
  const statements = Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === 'AWS::IAM::Policy' && isAttachedTo(resource, roleId))
    .flatMap(([id, resource]) => statementsOf(resource).map((statement) => read(resolver, id, statement)));
  return (action, resource) =>
    statements.some(
      ({ actions, resources }) => actions.includes(action) && resources.some((pattern) => matches(pattern, resource)),
    );
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

function isAttachedTo({ Properties = {} }: Resource, roleId: Json | undefined): boolean {
  return roleId !== undefined && listOf(Properties.Roles).some((role) => isObject(role) && role.Ref === roleId);
}

function statementsOf({ Properties = {} }: Resource): JsonObject[] {
  const document = isObject(Properties.PolicyDocument) ? Properties.PolicyDocument : {};
  return listOf(document.Statement)
    .filter(isObject)
    .filter(({ Action }) => listOf(Action).some((action) => String(action).startsWith(SERVICE)));
}

function read(resolver: Resolver, policy: string, { Effect, Action, Resource, ...others }: JsonObject) {
  const strange = Object.keys(others).find((field) => field !== 'Sid');
  const actions = listOf(Action).map(String);
  if (Effect !== 'Allow' || strange !== undefined || actions.some((action) => action.includes('*'))) {
    throw new Error(
      `${policy}: a statement about executions with ${strange ?? `${Effect} ${actions}`} is not understood`,
    );
  }
  return { actions, resources: listOf(Resource).map((resource) => resolver.text(resource, `${policy}.Resource`)) };
}

/** `*` stands for any text and `?` for one character. */
function matches(pattern: string, resource: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(resource);
}
