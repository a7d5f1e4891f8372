// From what was read to the command's value, with every default filled in.

import type { Draft, Place } from './draft.ts';
import type { LoadCommand, Origins } from './model.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS } from './options.ts';
import { remarksOn, remarksOnEither } from './remarks.ts';
import type { ParsedUri } from './uri.ts';

export function commandOf(draft: Draft, source: ParsedUri, target: ParsedUri): LoadCommand {
  const given = [...draft.given.keys()].map((name) => [name, 'given'] as const);
  const origins: Origins = { ...DEFAULT_ORIGINS, ...Object.fromEntries(given) };
  return {
    kind: 'load database',
    source: source.endpoint,
    target: target.endpoint,
    options: { ...DEFAULT_OPTIONS, ...draft.options },
    origins,
    settings: draft.settings,
    casts: draft.casts,
    materialize: draft.materialize,
    including: draft.including,
    excluding: draft.excluding,
    decoding: draft.decoding,
    alterSchemas: draft.alterSchemas,
    alterTables: draft.alterTables,
    distribute: draft.distribute,
    beforeLoad: draft.beforeLoad,
    afterCreateSchema: draft.afterCreateSchema,
    afterLoad: draft.afterLoad,
  };
}

/** The passwords that the connection strings held, by end. */
export function passwordsOf(source: ParsedUri, target: ParsedUri): { source?: string; target?: string } {
  return {
    ...(source.password === undefined ? {} : { source: source.password }),
    ...(target.password === undefined ? {} : { target: target.password }),
  };
}

/** What is to be said of a part of a command, where the text has it. */
export interface Placed {
  readonly message: string;
  readonly place: Place;
}

/** What cannot be meant as it is said, now that all is said. */
export function placedProblems({ options, places }: Draft): Placed[] {
  const place = places.get('options.maxRejects');
  if (place === undefined || options.onError === 'resume next') return [];
  return [{ message: '`max rejects` goes with `on error resume next`', place }];
}

/** What the command says and does nothing; of Redshift alone only if the target's scheme is. */
export function placedRemarks(draft: Draft, command: LoadCommand): Placed[] {
  const remarks =
    command.target.scheme === 'redshift'
      ? remarksOn(command, 'redshift', draft.given)
      : remarksOnEither(command, draft.given);
  return remarks.flatMap(({ about, message }) => {
    const place = draft.places.get(about);
    return place === undefined ? [] : [{ message, place }];
  });
}
