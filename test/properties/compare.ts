// Does `pgshift compare` find a difference where there is none? After a load, between its two ends.
import { memoryStore } from '../../adapters/memory-store.ts';
import { portsOf } from '../../adapters/ports.ts';
import { compareDatabases } from '../../cli/compare/databases.ts';
import { parseCommands } from '../../core/command/parser.ts';
import type { World } from './world.ts';

/** What it says differs, or was not compared, of the ends of a load; `text` is the command. `into`: another target. */
export async function alarmsOf(world: World, text: string, into?: string): Promise<string[]> {
  const [parsed] = parseCommands(into === undefined ? text : retargeted(text, into), 'case').commands;
  if (parsed === undefined) throw new Error('the case has no command');
  const environment = { ...process.env, ...world.secrets };
  const ports = portsOf(
    environment,
    memoryStore('none', 'none'),
  )({
    ...{ run: 'compare', step: 'compare', remaining: () => 900_000 },
  });
  const options = { strict: false, showKeys: true, limit: 3 };
  const { result, tables, differences } = await compareDatabases(ports, parsed.command, options);
  if (result === 'equal') return [];
  const all = [...differences, ...tables.flatMap((table) => table.differences)].filter(({ counts }) => counts);
  const open = tables.flatMap(({ source, reason }) => (reason === undefined ? [] : [`${source}: ${reason}`]));
  return [...all.map(({ place, message }) => `${place}: ${message}`), ...open];
}

/** A source is equal to itself where nothing is asked of its values. */
function retargeted(text: string, into: string): string {
  const [, from = ''] = /^LOAD DATABASE FROM (\S+) INTO /.exec(text) ?? [];
  return `LOAD DATABASE FROM ${from} INTO ${into};`;
}
