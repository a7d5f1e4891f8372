// Hazards of the clauses that speak of no single table: SET, SQL blocks, options that contradict one another, words that
// mean nothing to Redshift, and what no step does yet.

import type { Dialect } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import { wordsOf } from '../command/options.ts';
import { remarksOn } from '../command/remarks.ts';
import { blocksAt, MOMENTS, statementPlace } from '../sql/blocks.ts';
import { unusedAtSource, unusedAtTarget } from '../sql/settings.ts';
import type { Hazard } from './model.ts';

export function clauseHazards(command: LoadCommand, target: Dialect, source: Dialect = 'postgresql'): Hazard[] {
  const settings = settingHazards(command, target, source);
  const remarks = remarksOn(command, target).filter(({ about }) => !settings.some((one) => one.about === about));
  return [
    ...(source === 'postgresql' ? roadRemarks(command) : []),
    ...remarks.map(({ message }) => report('WITHOUT_MEANING', message)),
    ...settings.map(({ hazard }) => hazard),
    ...conflicts(command),
    ...viewConflicts(command, target, source),
    ...(target === 'redshift' ? blockHazards(command) : []),
  ];
}

/** How rows leave Redshift is no question to PostgreSQL. */
function roadRemarks({ options, origins }: LoadCommand): Hazard[] {
  const given = (['readBy', 'oneTransaction'] as const).filter((name) => origins[name] === 'given');
  return given.map((name) =>
    report('WITHOUT_MEANING', `\`${wordsOf(name, options[name])}\` does nothing: the source is PostgreSQL`),
  );
}

const report = (kind: Hazard['kind'], message: string): Hazard => ({ kind, policy: 'report', place: null, message });
const refuse = (kind: Hazard['kind'], message: string): Hazard => ({ kind, policy: 'refuse', place: null, message });

/** A parameter that does its work at one end at least needs no word, unless pgshift sets it itself. */
function settingHazards(
  { settings }: LoadCommand,
  target: Dialect,
  source: Dialect,
): { readonly about: string; readonly hazard: Hazard }[] {
  return settings.flatMap((setting) => {
    const [atSource, atTarget] = [unusedAtSource(setting, source), unusedAtTarget(setting, target)];
    if (atSource === undefined || atTarget === undefined) return [];
    const message = `SET ${setting.name}: not at the source (${atSource}), not at the target (${atTarget})`;
    return [{ about: `settings.${setting.name}`, hazard: report('SETTING_IGNORED', message) }];
  });
}

function conflicts({ options }: LoadCommand): Hazard[] {
  const intoExisting = options.dataOnly ? 'data only' : options.createTables ? undefined : 'create no tables';
  if (options.dropSchema && intoExisting !== undefined) {
    return [refuse('OPTIONS_CONFLICT', `drop schema drops the tables that ${intoExisting} loads into`)];
  }
  if (options.dropSchema && !options.includeDrop) {
    return [refuse('OPTIONS_CONFLICT', 'drop schema drops the tables that include no drop keeps')];
  }
  if (options.verifyChecksums && options.onError === 'resume next') {
    return [
      refuse(
        'OPTIONS_CONFLICT',
        'verify checksums: the sum over all rows that are read is that over all rows that are loaded, and `on error resume next` puts rows ' +
          'aside of which the target can make no values, hence no sums; load with one of the two, and after `resume next` let `pgshift ' +
          'compare` say which rows are missing',
      ),
    ];
  }
  return options.dataOnly && options.schemaOnly
    ? [refuse('OPTIONS_CONFLICT', 'data only and schema only load nothing')]
    : [];
}

/** Views are written in their server's own SQL. */
function viewConflicts({ options }: LoadCommand, target: Dialect, source: Dialect): Hazard[] {
  if (!options.createViews) return [];
  const end = target === 'redshift' ? 'target' : source === 'redshift' ? 'source' : undefined;
  if (end !== undefined) {
    const message = `create views makes views of PostgreSQL in PostgreSQL, and the ${end} is Redshift: make them in AFTER LOAD, or copy their rows with MATERIALIZE VIEWS`;
    return [refuse('OPTIONS_CONFLICT', message)];
  }
  const none = options.dataOnly ? 'data only' : options.createTables ? undefined : 'create no tables';
  const message = `create views makes views over the tables that the run makes, and ${none} makes none`;
  return none === undefined ? [] : [refuse('OPTIONS_CONFLICT', message)];
}

const COMMITS = /^truncate\b/i;

/** A block is one transaction: what Redshift lets end it is said. */
function blockHazards(command: LoadCommand): Hazard[] {
  return MOMENTS.flatMap((moment) =>
    blocksAt(command, moment).flatMap((block, number) =>
      block.statements.flatMap((statement, index) => {
        if (!COMMITS.test(statement)) return [];
        const place = statementPlace(moment, number + 1, index + 1);
        const message = `${place}: TRUNCATE commits in Redshift; what stands before it in the block stays, whatever follows`;
        return [report('BLOCK_COMMITS', message)];
      }),
    ),
  );
}
