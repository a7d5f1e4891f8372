// What does a value of a CloudFormation template come to, when the names and ARNs of its resources are known?
import { isObject, type Json, type JsonObject } from '../states/json.ts';

export interface Place {
  region: string;
  /** Twelve digits. */
  accountId: string;
  /**
   * What `Ref` of a resource gives, by logical id; the 8 characters that the CDK appends to an id may be left out.
   * `<id>.<Attribute>` is what `Fn::GetAtt` gives.
   */
  physical: Readonly<Record<string, string>>;
}

export interface Template {
  Resources: Record<string, Resource>;
}

export interface Resource {
  Type: string;
  Properties?: JsonObject;
  Metadata?: JsonObject;
}

/** Reads a template's text. Throws when it is none. */
export function parseTemplate(text: string): Template {
  const template: unknown = JSON.parse(text);
  if (!isTemplate(template)) throw new Error('not a CloudFormation template: it has no Resources with a Type');
  return template;
}

const isTemplate = (value: unknown): value is Template =>
  isObject(value) &&
  isObject(value.Resources) &&
  Object.values(value.Resources).every((resource) => isObject(resource) && typeof resource.Type === 'string');

/** Resolves the intrinsics of one template: Ref, Fn::GetAtt, Fn::Join and Fn::Sub without a map. */
export class Resolver {
  private readonly template: Template;
  private readonly place: Place;

  constructor(template: Template, place: Place) {
    this.template = template;
    this.place = place;
  }

  /** The value with every intrinsic replaced. Throws an Error that names `at` for one that cannot be. */
  resolve(value: Json | undefined, at: string): Json {
    if (value === undefined) throw new Error(`${at}: missing`);
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, `${at}[${index}]`));
    if (!isObject(value)) return value;
    const [only, ...others] = Object.keys(value);
    if (only !== undefined && others.length === 0 && (only === 'Ref' || only.startsWith('Fn::'))) {
      return this.intrinsic(only, value[only] ?? null, at);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item, `${at}.${key}`)]));
  }

  /** As `resolve`, for what has to be a string; numbers and booleans become one, as CloudFormation does. */
  text(value: Json | undefined, at: string): string {
    const resolved = this.resolve(value, at);
    if (resolved === null || typeof resolved === 'object') throw new Error(`${at}: expected a string`);
    return String(resolved);
  }

  private intrinsic(name: string, argument: Json, at: string): Json {
    if (name === 'Ref' && typeof argument === 'string') return this.ref(argument, at);
    if (name === 'Fn::GetAtt') return this.attribute(argument, at);
    if (name === 'Fn::Join') return this.join(argument, at);
    if (name === 'Fn::Sub' && typeof argument === 'string') return this.substitute(argument, at);
    throw new Error(`${at}: ${name} is not implemented locally`);
  }

  private ref(id: string, at: string): string {
    const { region, accountId } = this.place;
    const pseudo: Record<string, string> = {
      'AWS::Region': region,
      'AWS::AccountId': accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    return pseudo[id] ?? this.given(id) ?? this.ofType(id, undefined) ?? this.unknown(`Ref ${id}`, id, at);
  }

  private attribute(argument: Json, at: string): string {
    const path = Array.isArray(argument) ? argument.join('.') : String(argument);
    const dot = path.indexOf('.');
    const [id, attribute] = [path.slice(0, dot), path.slice(dot + 1)];
    const key = `${id}.${attribute}`;
    return this.given(id, attribute) ?? this.ofType(id, attribute) ?? this.unknown(`Fn::GetAtt ${key}`, key, at);
  }

  private given(id: string, attribute?: string): string | undefined {
    const { physical } = this.place;
    const suffix = attribute === undefined ? '' : `.${attribute}`;
    return physical[`${id}${suffix}`] ?? physical[`${id.replace(/[0-9A-F]{8}$/, '')}${suffix}`];
  }

  /** The names this stand-in gives to what it runs itself, and ARNs that follow from a given name. */
  private ofType(id: string, attribute: string | undefined): string | undefined {
    const resource = this.template.Resources[id];
    switch (resource?.Type) {
      case 'AWS::Lambda::Function':
        return this.choose(attribute, this.name(id, 'FunctionName'), (name) => `lambda:%:function:${name}`, 'Ref');
      case 'AWS::StepFunctions::StateMachine':
        return this.choose(
          attribute,
          this.name(id, 'StateMachineName'),
          (name) => `states:%:stateMachine:${name}`,
          'Name',
        );
      case 'AWS::SNS::Topic':
        return this.choose(attribute, this.name(id, 'TopicName'), (name) => `sns:%:${name}`, 'TopicName');
      case 'AWS::S3::Bucket': {
        const bucket = this.given(id);
        return bucket !== undefined && attribute === 'Arn' ? `arn:aws:s3:::${bucket}` : undefined;
      }
      default:
        return undefined;
    }
  }

  /** `nameBy` says what gives the name; everything else that is known gives the ARN. */
  private choose(
    attribute: string | undefined,
    name: string,
    service: (name: string) => string,
    nameBy: 'Ref' | 'Name' | 'TopicName',
  ): string | undefined {
    const asked = attribute ?? 'Ref';
    if (asked === nameBy) return name;
    if (!['Ref', 'Arn', 'TopicArn'].includes(asked)) return undefined;
    return `arn:aws:${service(name).replace('%', `${this.place.region}:${this.place.accountId}`)}`;
  }

  private name(id: string, property: string): string {
    const value = this.template.Resources[id]?.Properties?.[property];
    return value === undefined ? id : this.text(value, `${id}.${property}`);
  }

  private join(argument: Json, at: string): string {
    const [separator, parts] = Array.isArray(argument) ? argument : [];
    if (typeof separator !== 'string' || !Array.isArray(parts))
      throw new Error(`${at}: Fn::Join needs [text, [parts]]`);
    return parts.map((part, index) => this.text(part, `${at}[${index}]`)).join(separator);
  }

  private substitute(text: string, at: string): string {
    return text.replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      return name.includes('.') ? this.attribute(name, at) : this.ref(name, at);
    });
  }

  private unknown(what: string, key: string, at: string): never {
    throw new Error(`${at}: ${what} has no local value; give one as physical['${key}']`);
  }
}
