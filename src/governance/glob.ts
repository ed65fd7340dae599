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
  const names = split(path);
  return alternatives(pattern).some((alternative) => matchesStart(split(alternative), names));
}

/** `a/b` and `/a/b/` alike. */
function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Row by row over the pattern: at which positions of the path it may stand so far. A match of any beginning is a match. */
function matchesStart(pattern: readonly string[], names: readonly string[]): boolean {
  let reached = names.map((_, at) => at === 0);
  reached.push(names.length === 0);
  for (const part of pattern) reached = part === "**" ? anyDepth(reached) : oneName(part, names, reached);
  return pattern.length > 0 && reached.some(Boolean);
}

function anyDepth(reached: readonly boolean[]): boolean[] {
  const first = reached.indexOf(true);
  return reached.map((_, at) => first >= 0 && at >= first);
}

function oneName(part: string, names: readonly string[], reached: readonly boolean[]): boolean[] {
  const atoms = parse(part);
  return reached.map((_, at) => at > 0 && reached[at - 1] === true && matchesName(atoms, names[at - 1] ?? ""));
}

type Atom = "star" | ((character: string) => boolean);

/** The classic two-pointer match: on a mismatch the last star takes one character more. */
function matchesName(atoms: readonly Atom[], name: string): boolean {
  const characters = Array.from(name);
  let [at, from, star, taken] = [0, 0, -1, 0];
  while (at < characters.length) {
    const atom = atoms[from];
    if (atom === "star") [star, taken, from] = [from, at, from + 1];
    else if (atom?.(characters[at] ?? "")) [at, from] = [at + 1, from + 1];
    else if (star >= 0) [taken, at, from] = [taken + 1, taken + 1, star + 1];
    else return false;
  }
  return atoms.slice(from).every((atom) => atom === "star");
}

function parse(part: string): Atom[] {
  if (/[!@+?*]\(/.test(part)) throw new SyntaxError(`extended patterns are not supported: ${part}`);
  const atoms: Atom[] = [];
  for (const [token] of part.matchAll(/\*+|\?|\\.|\[[!^]?\]?[^\]]*\]|[\s\S]/gu)) {
    if (token.startsWith("*")) atoms.push("star");
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
