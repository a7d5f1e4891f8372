// How is a finding of cdk-nag acknowledged so that it holds in every account? The rule's id contains the resource as it
// is rendered, hence a token or a number for the account: it is computed here from the same value the policy holds.
// Without a reason there is no acknowledgement.
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges wildcards in the policies below `scope`: for each resource, as it stands in the policy (an ARN with a
 * `*`), why it cannot be narrower.
 */
export function acknowledgeWildcards(scope: IConstruct, reasonOf: Readonly<Record<string, string>>): void {
  const stack = Stack.of(scope);
  for (const [resource, reason] of Object.entries(reasonOf)) {
    acknowledge(scope, `AwsSolutions-IAM5[Resource::${flatten(stack.resolve(resource))}]`, reason);
  }
}

/** Acknowledges one rule, by its full id, at `scope` and below. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/** A CloudFormation value as cdk-nag writes it into ids: `<Bucket.Arn>/runs/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Intrinsic;
  if (Ref !== undefined) return `<${Ref}>`;
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  if (join !== undefined) return join[1].map(flatten).join(join[0]);
  return JSON.stringify(value);
}

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::Join'?: readonly [delimiter: string, values: readonly unknown[]];
}
