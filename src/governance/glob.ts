import { memoize } from "./memoize.ts";

/** Braces may name so many alternatives; more is not a path pattern but an attack on our memory. */
const maxAlternatives = 256;

/**
 * Whether a path (with slashes) is one that a pattern protects: what the pattern matches, and everything below it.
 *
 * `*` and `?` match within a name, dots in front included; a `**` between slashes matches any number of directories;
 * `{a,b}` either, `[a-z]` and `[!a-z]` one character; a slash in front or at the end changes nothing. Throws a
 * SyntaxError for `!(…)` and the like, for a leading `!` and for brackets that are not closed: a pattern that is not
 * understood must not silently protect nothing.
 *
 * Ours and not a library's, because a library's regular expressions can be made to backtrack without end by the policy
 * of one repository, and because protection needs other defaults (dots, directories) than file search. Takes time in
 * proportion to pattern times path.
 */
export function protects(pattern: string, path: string): boolean {
  return protectedBy([pattern], split(path)) !== undefined;
}

/** The first of several patterns that protects a path, which is given as its names (see `split`). */
export function protectedBy(patterns: readonly string[], names: readonly string[]): string | undefined {
  return patterns.find((pattern) => compiled(pattern).some((atoms) => matchesSequence(atoms, names)));
}

/** `any`: any number of items, none included; a function: one item that it accepts. */
export type Atom = "any" | ((item: string) => boolean);

/** Whether a pattern describes a whole sequence. The classic two-pointer match: on a mismatch the last `any` takes one more. */
export function matchesSequence(atoms: readonly Atom[], items: readonly string[]): boolean {
  let at = 0;
  let from = 0;
  // Where the last `any` stands, and how many items it and what lies before it have taken.
  let any = -1;
  let taken = 0;
  while (at < items.length) {
    const atom = atoms[from];
    if (atom === "any") {
      any = from;
      taken = at;
      from += 1;
    } else if (atom?.(items[at] ?? "")) {
      at += 1;
      from += 1;
    } else if (any >= 0) {
      taken += 1;
      at = taken;
      from = any + 1;
    } else return false;
  }
  while (atoms[from] === "any") from += 1;
  return from === atoms.length;
}

/** The names that a path consists of: of `a/b` and `/a/b/` alike. */
export function split(path: string): string[] {
  const names = path.split("/");
  return names.includes("") || names.includes(".") ? names.filter((name) => name !== "" && name !== ".") : names;
}

/** A pattern's alternatives as atoms for the names of a path. A match of any beginning is a match: `any` at the end. */
const compiled = memoize((pattern: string): Atom[][] =>
  alternatives(pattern)
    .map(split)
    .filter((names) => names.length > 0)
    .map((names) => [...names.map((name) => (name === "**" ? "any" : nameAtom(name))), "any"]),
);

function nameAtom(part: string): Atom {
  const atoms = parse(part);
  if (!/[*?[\\]/.test(part)) return literal(part);
  return (name) => matchesSequence(atoms, Array.from(name));
}

function parse(part: string): Atom[] {
  if (/[!@+?*]\(/.test(part)) throw new SyntaxError(`extended patterns are not supported: ${part}`);
  const atoms: Atom[] = [];
  for (const [token] of part.matchAll(/\*+|\?|\\.|\[[!^]?\]?[^\]]*\]|[\s\S]/gu)) {
    if (token.startsWith("*")) atoms.push("any");
    else if (token === "?") atoms.push(() => true);
    else if (token === "[") throw new SyntaxError(`a [ is not closed: ${part}`);
    else if (token.length > 1 && token.startsWith("[")) atoms.push(characterClass(token));
    else atoms.push(literal(token.startsWith("\\") && token.length > 1 ? token.slice(1) : token));
  }
  return atoms;
}

function literal(wanted: string): Atom {
  return (character) => character === wanted;
}

/** `[a-z_]`, `[!a-z]`: single characters and ranges. */
function characterClass(token: string): Atom {
  const negated = /^\[[!^]/.test(token);
  const inside = token.slice(negated ? 2 : 1, -1);
  const ranges = Array.from(inside.matchAll(/([\s\S])-([\s\S])|[\s\S]/gu), ([single, low = single, high = low]) => ({
    low,
    high,
  }));
  return (character) => ranges.some(({ low, high }) => low <= character && character <= high) !== negated;
}

/** `a{b,c{d,e}}` as `ab`, `acd`, `ace`. */
function alternatives(pattern: string): string[] {
  if (pattern.startsWith("!")) throw new SyntaxError(`a pattern cannot be negated: ${pattern}`);
  const open = [pattern];
  const done: string[] = [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const choices = choose(next);
    if (choices) open.push(...choices);
    else done.push(next);
    if (open.length + done.length > maxAlternatives) throw new SyntaxError(`too many alternatives: ${pattern}`);
  }
  if (done.some((alternative) => /[{}]/.test(alternative))) throw new SyntaxError(`a { is not closed: ${pattern}`);
  return done;
}

/** The innermost braces replaced by each of their alternatives. */
function choose(pattern: string): string[] | undefined {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (!found) return undefined;
  const [whole, inside = ""] = found;
  const [before, after] = [pattern.slice(0, found.index), pattern.slice(found.index + whole.length)];
  return inside.split(",").map((choice) => before + choice + after);
}
