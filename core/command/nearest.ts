// "Did you mean …?": which of the known words is meant by a wrong one?

/** A third of the letters may be wrong: below that people recognise their own word. */
const LETTERS_PER_MISTAKE = 3;

/** No known word is longer; and what is much longer than a word is no misspelt one. */
const LONGEST_WORD = 40;

/** The nearest of the known words, in any case; undefined when none is near. Of two as near, the first. */
export function nearest<Word extends string>(wrong: string, known: readonly Word[]): Word | undefined {
  const word = wrong.toLowerCase();
  if (word === '' || word.length > LONGEST_WORD) return undefined;
  let best: Word | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / LETTERS_PER_MISTAKE));
    if (Math.abs(candidate.length - word.length) > Math.min(allowed, least - 1)) continue;
    const other = candidate.toLowerCase();
    if (other === word) return candidate;
    const distance = editDistance(word, other, allowed);
    if (distance <= allowed && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** `; did you mean `word`?`, or nothing. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  const found = nearest(wrong, known);
  return found === undefined || found.toLowerCase() === wrong.toLowerCase() ? '' : `; did you mean \`${found}\`?`;
}

/** Letters put in, left out, replaced, and neighbours exchanged; no more are counted than `most` and one. */
function editDistance(one: string, other: string, most: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const exchanged = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && exchanged) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > most) return most + 1;
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
