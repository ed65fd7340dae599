import { matchesSequence } from "./glob.ts";
import type { Atom } from "./glob.ts";
import { memoize } from "./memoize.ts";

/** Somebody a CODEOWNERS line names. An e-mail address cannot be mapped to an account. */
export type Owner =
  | { kind: "user"; login: string }
  | { kind: "team"; organisation: string; slug: string }
  | { kind: "email"; address: string };

/** One line of CODEOWNERS. Without owners it takes ownership away from what it matches. */
export type OwnerRule = { line: number; pattern: string; owners: readonly Owner[] };

/** A CODEOWNERS file as GitHub reads it, asked by the names of a path. `skipped` are the numbers of lines that it passes over as invalid. */
export type CodeOwners = { ownersOf(names: readonly string[]): OwnerRule | undefined; skipped: readonly number[] };

/** GitHub ignores a larger file altogether (GitHub docs, "About code owners"). */
export const maxCodeOwnersBytes = 3 * 1024 * 1024;

type CompiledRule = OwnerRule & { atoms: readonly Atom[] };

/**
 * Reads a CODEOWNERS file. The last line that matches a path decides; paths are case-sensitive. Patterns are those of
 * .gitignore without `!`, `[…]` and `\#`, and `docs/*` does not reach below its direct children (GitHub docs, "About code
 * owners"). Takes time in proportion to pattern times path. The answers for the latest texts are remembered.
 */
export const parseCodeOwners: (text: string) => CodeOwners = memoize((text: string): CodeOwners => {
  const rules: CompiledRule[] = [];
  const skipped: number[] = [];
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const words = wordsOf(line);
    const [pattern] = words;
    if (pattern === undefined) continue;
    const owners = words.slice(1).map(parseOwner);
    const valid = owners.filter((owner) => owner !== undefined);
    if (isSupported(pattern) && valid.length === owners.length)
      rules.push({ line: at + 1, pattern, owners: valid, atoms: compile(pattern) });
    else skipped.push(at + 1);
  }
  // The last match wins, so it is looked for from the end.
  rules.reverse();
  return { ownersOf: (names) => rules.find(({ atoms }) => matchesSequence(atoms, names)), skipped };
}, 50);

/** Parted by spaces, unless these are escaped; a `#` at the beginning of a word starts a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|[^\s\\]|\\$)+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment < 0 ? words : words.slice(0, comment);
}

function isSupported(pattern: string): boolean {
  return pattern !== "/" && !/^!|^\\#|[[\]]|\*\*\*/.test(pattern);
}

function parseOwner(word: string): Owner | undefined {
  const [, login, slug] = /^@([\w-]+)(?:\/([\w.-]+))?$/.exec(word) ?? [];
  if (login !== undefined)
    return slug === undefined ? { kind: "user", login } : { kind: "team", organisation: login, slug };
  return /^[^\s@]+@[^\s@]+$/.test(word) ? { kind: "email", address: word } : undefined;
}

/**
 * A pattern as atoms for the names of a path. Without a slash before its end it matches at any depth. What it names may
 * be a directory, so everything below belongs to it, but for a `*` at the end; after a slash at the end something must
 * follow.
 */
function compile(pattern: string): Atom[] {
  const names = pattern.split("/");
  const isDirectory = names.at(-1) === "";
  if (isDirectory) names.pop();
  const isAnchored = names.length > 1;
  if (names[0] === "") names.shift();
  const atoms = names.map((name) => (name === "**" ? "any" : nameAtom(name)));
  const below: Atom[] = isDirectory || names.at(-1) === "**" ? [anything, "any"] : ["any"];
  const ending = names.at(-1) === "*" && !isDirectory ? [] : below;
  return [...(isAnchored ? [] : ["any" as const]), ...atoms, ...ending];
}

function anything(): boolean {
  return true;
}

function nameAtom(pattern: string): Atom {
  const atoms = Array.from(pattern.matchAll(/\*+|\\?[\s\S]/gu), ([token]) => characterAtom(token));
  if (!/[*?\\]/.test(pattern)) return (name) => name === pattern;
  return (name) => matchesSequence(atoms, Array.from(name));
}

function characterAtom(token: string): Atom {
  if (token.startsWith("*")) return "any";
  if (token === "?") return anything;
  const wanted = token.length > 1 ? token.replace(/^\\/, "") : token;
  return (character) => character === wanted;
}
