// Which items does a Distributed Map get from S3?
import { parseCsv } from './csv.ts';
import type { ItemReader } from './definition.ts';
import { StateError } from './errors.ts';
import { fillAs } from './expressions.ts';
import type { Host } from './host.ts';
import { isObject, type Json, type JsonObject, toJson } from './json.ts';
import { readerOf } from './resource.ts';
import type { Visit } from './visit.ts';

type Config = NonNullable<ItemReader['ReaderConfig']>;

const DELIMITERS = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

/**
 * Evaluates the reader's fields at once (throws QueryError) and gives the function that reads, which throws
 * States.ItemReaderFailed.
 */
export async function prepareReader(visit: Visit, reader: ItemReader): Promise<() => Promise<Json[]>> {
  const config = reader.ReaderConfig ?? {};
  const args = await fillAs(reader.Arguments, ['object'], visit.bindings(), 'ItemReader/Arguments');
  const maxItems = await visit.wholeNumber(config.MaxItems, 'ItemReader/ReaderConfig/MaxItems', 0);
  const lists = readerOf(reader.Resource) === 'listObjectsV2';
  return async () => {
    try {
      const { host } = visit.frame.services;
      const items = lists ? await list(host, args) : itemsIn(await fetch(host, args), config);
      return maxItems ? items.slice(0, maxItems) : items;
    } catch (error) {
      throw new StateError('States.ItemReaderFailed', error instanceof Error ? error.message : String(error));
    }
  };
}

async function fetch(host: Host, args: JsonObject): Promise<string> {
  return (await host.readObject(text(args, 'Bucket'), text(args, 'Key'))).toString('utf8');
}

async function list(host: Host, args: JsonObject): Promise<Json[]> {
  const prefix = args.Prefix === undefined ? undefined : text(args, 'Prefix');
  return (await host.listObjects(text(args, 'Bucket'), prefix)).map((object) => ({ ...object }));
}

function text(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value !== 'string') throw new Error(`the reader's argument '${name}' must be a string`);
  return value;
}

function itemsIn(content: string, config: Config): Json[] {
  switch (config.InputType) {
    case 'JSONL':
      return content.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, index + 1)]));
    case 'CSV':
      return records(content, config);
    default:
      return pointedAt(JSON.parse(content), config.ItemsPointer);
  }
}

function parseLine(line: string, number: number): Json {
  try {
    return toJson(JSON.parse(line)) ?? null;
  } catch {
    throw new Error(`line ${number} is not JSON`);
  }
}

function pointedAt(document: Json, pointer: string | undefined): Json[] {
  let found: Json | undefined = document;
  for (const step of pointer?.split('/').slice(1) ?? []) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isObject(found) || Array.isArray(found) ? (found as JsonObject)[key] : undefined;
  }
  if (Array.isArray(found)) return found;
  if (isObject(found)) return Object.entries(found).map(([Key, Value]) => ({ Key, Value }));
  throw new Error('Attempting to map over non-iterable node.');
}

function records(content: string, config: Config): Json[] {
  const rows = parseCsv(content, DELIMITERS[config.CSVDelimiter ?? 'COMMA']);
  const headers = config.CSVHeaderLocation === 'GIVEN' ? config.CSVHeaders : rows.shift();
  if (!headers) throw new Error('the CSV has no header');
  if (new Set(headers).size !== headers.length) throw new Error('CSV headers cannot contain duplicates.');
  return rows.map((row) => Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])));
}
