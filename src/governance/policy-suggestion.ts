import { distance } from "fastest-levenshtein";
import { schemaAt } from "./policy-schema.ts";
import type { Schema } from "./policy-schema.ts";

/**
 * A half-sentence for a key that does not exist: `did you mean …?`. Looks among the keys of the same section first, then
 * for the same word anywhere else. Empty when nothing is near.
 */
export function suggestion(section: readonly PropertyKey[], key: string): string {
  if (key.length > longestWord) return "";
  const siblings = Object.keys(schemaAt(section)?.properties ?? {});
  const near = closest(key, siblings);
  if (near !== undefined) return `did you mean ${code([...section.map(String), near].join("."))}?`;
  const same = namesakes(key) ?? namesakes(closest(key, [...new Set(everywhere().map(({ word }) => word))]));
  return same ? `did you mean ${same.slice(0, 3).map(where).join(" or ")}?` : "";
}

/** All places of a word; those in the entries of lists only where there is no other. */
function namesakes(word: string | undefined): Known[] | undefined {
  const same = everywhere().filter((one) => one.word.toLowerCase() === word?.toLowerCase());
  const plain = same.filter(({ item }) => !item);
  if (plain.length > 0) return plain;
  return same.length > 0 ? same : undefined;
}

/** A dotted key or section of the policy that is near a text. For `locked`. */
export function nearestKey(text: string): string | undefined {
  if (text.length > longestWord) return undefined;
  const all = everywhere().filter(({ item }) => !item);
  return (
    closest(
      text,
      all.map(({ path }) => path),
    ) ?? all.find(({ word }) => word === text)?.path
  );
}

const longestWord = 60;

/** `item`: a key of a list's entries. */
type Known = { path: string; word: string; item: boolean };
let known: Known[] | undefined;

/** Made at the first mistake and kept: it is the same for ever. */
function everywhere(): Known[] {
  known ??= walk(schemaAt([]) ?? {}, "", false);
  return known;
}

function walk(schema: Schema, prefix: string, item: boolean): Known[] {
  return Object.entries(schema.properties ?? {}).flatMap(([word, one]) => {
    const path = `${prefix}${word}`;
    return [{ path, word, item }, ...walk(one, `${path}.`, item), ...walk(one.items ?? {}, `${path}[].`, true)];
  });
}

function where({ path, item }: Known): string {
  return item
    ? `${code(path.slice(path.lastIndexOf(".") + 1))} in an entry of ${code(path.split("[]")[0] ?? path)}`
    : code(path);
}

/** The nearest of some words, if it is so near that it may be a slip of the keyboard. */
export function closest(text: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((word) => ({ word, far: distance(text.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(1, Math.floor(text.length / 3)) ? best.word : undefined;
}

function code(text: string): string {
  return `\`${text}\``;
}
