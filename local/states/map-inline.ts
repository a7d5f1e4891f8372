// How does an INLINE Map run: every item through the same states, inside this execution.
import type { MapState } from './definition.ts';
import { QueryError } from './errors.ts';
import { fill, fillAs } from './expressions.ts';
import type { Json } from './json.ts';
import { runSiblings } from './siblings.ts';
import { Variables } from './variables.ts';
import type { Step, Visit } from './visit.ts';

/** What the service runs side by side when the definition sets no limit. */
const MAX_INLINE_CONCURRENCY = 40;

/** Runs one attempt of an inline Map. Throws what the first failing iteration threw. */
export async function runInlineMap(visit: Visit, state: MapState): Promise<Step> {
  const items = await inlineItems(visit, state);
  const limit = await visit.wholeNumber(state.MaxConcurrency, 'MaxConcurrency', 0);
  visit.follow('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const results: Json[] = new Array(items.length).fill(null);
  const { frame } = visit;
  await runSiblings(items.length, limit || MAX_INLINE_CONCURRENCY, frame.signal, async (index, signal) => {
    results[index] = await runIteration(visit, state, items, index, signal);
  });
  frame.cursor.id = frame.history.lastId;
  frame.history.add('MapStateSucceeded', frame.cursor.id);
  return { ...(await visit.outcome(state, visit.limited(results), { result: results })), next: state.Next };
}

async function inlineItems(visit: Visit, state: MapState): Promise<Json[]> {
  if (state.Items !== undefined) return fillAs(state.Items, ['array'], visit.bindings(), 'Items');
  if (Array.isArray(visit.input)) return visit.input;
  throw new QueryError('Items', `Map state input must be an array but was: ${JSON.stringify(visit.input)}`);
}

async function runIteration(visit: Visit, state: MapState, items: Json[], index: number, signal: AbortSignal) {
  const { frame, name } = visit;
  const place = { name, index };
  const started = frame.history.add('MapIterationStarted', frame.cursor.id, { mapIterationStartedEventDetails: place });
  const cursor = { id: started };
  try {
    const context = { ...visit.context, Map: { Item: { Index: index, Value: items[index] ?? null } } };
    const input = await selectItem(visit, state, items[index] ?? null, context);
    const own = { variables: new Variables(frame.variables), place: `${visit.place}/${index}` };
    const inner = { ...frame, context, signal, cursor, ...own };
    const output = await frame.runGraph(state.ItemProcessor, input, inner);
    frame.history.add('MapIterationSucceeded', cursor.id, { mapIterationSucceededEventDetails: place });
    return output;
  } catch (thrown) {
    if (signal.aborted) {
      frame.history.add('MapIterationAborted', cursor.id, { mapIterationAbortedEventDetails: place });
      throw thrown;
    }
    const error = thrown instanceof QueryError ? visit.evaluationFailed(thrown) : thrown;
    frame.history.add('MapIterationFailed', cursor.id, { mapIterationFailedEventDetails: place });
    throw error;
  }
}

/** The input of one iteration or child: the item itself, or what ItemSelector makes of it. */
export async function selectItem(visit: Visit, state: MapState, item: Json, context: Visit['context']): Promise<Json> {
  if (state.ItemSelector === undefined) return item;
  return visit.limited(await fill(state.ItemSelector, visit.bindings(undefined, context), 'ItemSelector'));
}
