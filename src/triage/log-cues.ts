/** Finds, in one pass over a line, which of many words are in it. */
export type CueFinder = (text: string, visit: (values: readonly number[]) => void) => void;

/**
 * Builds the automaton of Aho and Corasick ("Efficient string matching", 1975) over `words`: each lower-case word has a
 * list of values, which `visit` is given wherever the word ends, whatever its case in the text. Its cost does not grow
 * with the number of words; one pattern with hundreds of alternatives took half the time of reading a log.
 */
export function createCueFinder(words: ReadonlyMap<string, readonly number[]>): CueFinder {
  const letters = lettersOf(words.keys());
  const { next, values, width } = automatonOf(words, letters);
  return (text, visit) => {
    let state = 0;
    for (let at = 0; at < text.length; at += 1) {
      state = next[state * width + (letters[text.charCodeAt(at)] ?? 0)] ?? 0;
      const found = values[state];
      if (found !== undefined && found.length > 0) visit(found);
    }
  };
}

/** A small number for every character that occurs in a word, the same for both cases; 0 for all others. */
function lettersOf(words: Iterable<string>): Uint8Array {
  const letters = new Uint8Array(0x10000);
  let count = 0;
  for (const character of [...words].join("").split("")) {
    const code = character.charCodeAt(0);
    if (letters[code] !== 0) continue;
    count += 1;
    letters[code] = count;
    letters[character.toUpperCase().charCodeAt(0)] = count;
  }
  return letters;
}

type Automaton = { next: Uint16Array; values: number[][]; width: number };

function automatonOf(words: ReadonlyMap<string, readonly number[]>, letters: Uint8Array): Automaton {
  const width = letters.reduce((most, letter) => Math.max(most, letter), 0) + 1;
  const size = [...words.keys()].reduce((sum, word) => sum + word.length, 1);
  const next = new Uint16Array(size * width);
  const values: number[][] = [[]];
  for (const [word, given] of words) {
    let state = 0;
    for (let at = 0; at < word.length; at += 1) {
      const edge = state * width + (letters[word.charCodeAt(at)] ?? 0);
      if (next[edge] === 0) next[edge] = values.push([]) - 1;
      state = next[edge] ?? 0;
    }
    values[state]?.push(...given);
  }
  linkFailures(next, values, width);
  return { next, values, width };
}

/** Level by level: where no word goes on, the longest ending of what was read that begins a word does. */
function linkFailures(next: Uint16Array, values: number[][], width: number): void {
  const back = new Uint16Array(values.length);
  const queue: number[] = [0];
  for (const state of queue) {
    for (let letter = 0; letter < width; letter += 1) {
      const edge = state * width + letter;
      const fallback = state === 0 ? 0 : (next[(back[state] ?? 0) * width + letter] ?? 0);
      const target = next[edge] ?? 0;
      if (target === 0) {
        next[edge] = fallback;
        continue;
      }
      back[target] = fallback;
      values[target]?.push(...(values[fallback] ?? []));
      queue.push(target);
    }
  }
}
