// What does a load say of its plan? Its hazards, in short: what was replaced, lost, altered or left out.
import type { Hazard } from '../core/plan/model.ts';

/** A terminal takes this many lines in; the plan and the report have them all. */
const NAMED = 20;

/** One line a hazard, each kind once with its first places when there are many. Empty without hazards. */
export function noticeLines(hazards: readonly Hazard[]): string[] {
  const lines = hazards.map(({ kind, place, message }) => `  ${kind}  ${place === null ? '' : `${place}: `}${message}`);
  if (lines.length === 0) return [];
  const title = `${lines.length} notice${lines.length === 1 ? '' : 's'} from the plan:`;
  if (lines.length <= NAMED) return [title, ...lines.map(visible)];
  const kinds = [...Map.groupBy(hazards, (hazard) => hazard.kind)];
  return [
    title,
    ...kinds.map(([kind, members]) => {
      const places = members.flatMap(({ place }) => (place === null ? [] : [place]));
      const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
      return visible(
        `  ${kind}  ${members.length === 1 ? 'once' : `${members.length} times`}: ${places.slice(0, 3).join(', ') || 'the run'}${more}`,
      );
    }),
  ];
}

/** A name may hold a control character; a terminal must not obey it. */
const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
