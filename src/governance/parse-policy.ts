import type * as z from "zod";
import type { Policy } from "../domain/policy.ts";
import { contradictions, flaws } from "./policy-rules.ts";
import type { Flaw } from "./policy-rules.ts";
import { policyFile, policyKeys, schemaAt } from "./policy-schema.ts";
import { nearestKey, suggestion } from "./policy-suggestion.ts";
import { expectedValue, foundValue } from "./policy-words.ts";
import { maxProblems, readYaml } from "./policy-yaml.ts";
import type { Place, Problem } from "./policy-yaml.ts";

/** Whose words a file is: the organisation's, the repository's own, or those that its `_extends` names. */
export type LayerKind = "organisation" | "base" | "repository";

/** What a policy file says, without defaults. */
export type PolicyFile = {
  given: Readonly<Record<string, unknown>>;
  /** Keys and sections that repositories may not loosen; of an organisation's file only. */
  locked: readonly string[];
  extends?: string;
  /** Where each dotted key stands, sections included. */
  places: ReadonlyMap<string, Place>;
};

type ParsedPolicy = { ok: true; policy: Policy; file: PolicyFile } | { ok: false; problems: Problem[] };

/**
 * Parses the text of one policy file. An empty file is the default policy, and so is an empty section; unknown keys,
 * wrong types and rules that cannot work are problems, each with its line. Any text gives a result; nothing is thrown.
 */
export function parsePolicy(text: string, { layer = "repository" }: { layer?: LayerKind } = {}): ParsedPolicy {
  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;
  const value = yaml.value ?? {};
  if (!isMapping(value)) {
    const message = `a policy is a mapping of keys to values, and this is ${foundValue(value)}`;
    return { ok: false, problems: [{ ...yaml.placeOf([], "value"), message, path: "" }] };
  }
  const given = withoutEmptySections(value);
  const parsed = policyFile.safeParse(given);
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, given, yaml.placeOf) };
  const found = [...wrongRules(parsed.data, given), ...misplaced(layer, parsed.data), ...unknownLocks(parsed.data)];
  if (found.length === 0) return whole(parsed.data, given, { layer, placeOf: yaml.placeOf });
  const problems = found.map(({ path, message }) => ({
    ...yaml.placeOf(path, path.length > 1 ? "value" : "key"),
    message,
    path: path.join("."),
  }));
  return { ok: false, problems: problems.slice(0, maxProblems) };
}

type Written = z.infer<typeof policyFile>;

function whole(
  { _extends: base, locked = [], ...policy }: Written,
  { _extends, locked: _locked, ...given }: Record<string, unknown>,
  { layer, placeOf }: { layer: LayerKind; placeOf: PlaceOf },
): ParsedPolicy {
  const places = new Map(keysOf(given).map((key) => [key.join("."), placeOf(key, "key")]));
  if (base !== undefined) places.set("_extends", placeOf(["_extends"], "value"));
  // A base grants no locks: only the organisation may, and its own file is read as such.
  const file = { given, locked: layer === "organisation" ? locked : [], places };
  return { ok: true, policy, file: base === undefined ? file : { ...file, extends: base } };
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `gate:` with all its lines commented out is an empty section, not a wrong type. */
function withoutEmptySections(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([key, one]) => one !== null || schemaAt([key])?.type !== "object"),
  );
}

type PlaceOf = (path: readonly PropertyKey[], part: "key" | "value") => Place;

function shapeProblems(error: z.ZodError, given: unknown, placeOf: PlaceOf): Problem[] {
  const problems: Problem[] = [];
  for (const issue of error.issues.slice(0, maxProblems)) {
    if (issue.code === "unrecognized_keys") problems.push(...unknownKeys(issue, placeOf));
    else problems.push(wrongValue(issue.path, given, placeOf));
  }
  return problems.slice(0, maxProblems).toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function unknownKeys({ path, keys }: { path: PropertyKey[]; keys: string[] }, placeOf: PlaceOf): Problem[] {
  return keys.slice(0, maxProblems).map((key) => {
    const full = [...path, key];
    const message = [`there is no key \`${clip(full.join("."))}\``, suggestion(path, key)].filter(Boolean).join("; ");
    return { ...placeOf(full, "key"), message, path: clip(full.join(".")) };
  });
}

function wrongValue(path: readonly PropertyKey[], given: unknown, placeOf: PlaceOf): Problem {
  const key = path.join(".");
  const found = path.reduce<unknown>((inside, part) => (isObject(inside) ? inside[part] : undefined), given);
  const expected = expectedValue(schemaAt(path));
  const message =
    found === undefined
      ? `\`${key}\` is missing; it must be ${expected}`
      : `\`${key}\` must be ${expected}; it is ${foundValue(found)}`;
  return { ...placeOf(path, "value"), message, path: key };
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Two days of which one is not given may fit together in the whole of all files. */
function wrongRules(file: Written, { protection }: Record<string, unknown>): Flaw[] {
  const both = isMapping(protection) && "remindDays" in protection && "failDays" in protection;
  return both ? [...flaws(file), ...contradictions(file)] : flaws(file);
}

/** Keys that only some files may have. */
function misplaced(layer: LayerKind, file: Written): Flaw[] {
  if (layer === "repository" && file.locked)
    return [{ path: ["locked"], message: "only the organisation's file may have `locked`; take it out here" }];
  if (layer === "organisation" && file._extends !== undefined)
    return [
      { path: ["_extends"], message: "the organisation's file cannot build on another one; take `_extends` out" },
    ];
  return [];
}

function unknownLocks({ locked = [] }: Written): Flaw[] {
  return locked.flatMap((key, at) => {
    if (policyKeys().some(([known]) => known === key || known.startsWith(`${key}.`))) return [];
    const near = nearestKey(key);
    const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
    return [{ path: ["locked", at], message: `\`${key}\` cannot be locked: there is no such key${hint}` }];
  });
}

/** The paths of all keys of a valid file, sections before what is in them. */
function keysOf(given: Record<string, unknown>): string[][] {
  return Object.entries(given).flatMap(([key, value]) => [
    [key],
    ...(isMapping(value) ? Object.keys(value).map((inner) => [key, inner]) : []),
  ]);
}
