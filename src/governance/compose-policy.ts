import { Policy } from "../domain/policy.ts";
import { isMapping, parsePolicy } from "./parse-policy.ts";
import type { LayerKind, PolicyFile } from "./parse-policy.ts";
import { acceptedInstead, isAtLeastAsTight, policyOrder, shown } from "./policy-order.ts";
import { contradictions } from "./policy-rules.ts";
import type { Place, Problem } from "./policy-yaml.ts";

/** The text of one file. `source` names it for people, as `acme/shop/.github/self-heal.yml@1a2b3c4`. */
export type LayerText = {
  kind: LayerKind;
  source: string;
  text: string;
  /** In another repository, which readers of this one may not be able to see: its mistakes are counted, not quoted. */
  elsewhere?: boolean;
};

export type SourcedProblem = Problem & { source: string };

/** A key whose locked value a repository tried to loosen. It keeps the organisation's. `why` is Markdown. */
export type Refusal = Place & { key: string; why: string; source: string };

export type Composed = {
  /** Where there are problems: only what the organisation says, without the repository's own words. */
  policy: Policy;
  problems: SourcedProblem[];
  refused: Refusal[];
  /** The files that it was made from, the least specific first. */
  sources: string[];
  /** By dotted key, the source whose word counted; `default` where no file has the key. */
  origins: Record<string, string>;
};

/** A problem in one line, as compilers write it. */
export function problemLine({ source, line, column, message }: SourcedProblem): string {
  return `${source}:${line}:${column}: ${message}`;
}

type Layer = { kind: LayerKind; source: string; file: PolicyFile };
type Given = Readonly<Record<string, unknown>>;

/**
 * Puts the layers together: the App's defaults, then the files in the given order (the organisation's first, the
 * repository's own last). Sections are merged key by key; lists and single values are replaced. Where the organisation
 * locked a key, the layers after it can only tighten it.
 */
export function composePolicy(texts: readonly LayerText[]): Composed {
  const problems: SourcedProblem[] = [];
  const layers = texts.flatMap((text) => parseLayer(text, problems));
  const organisation = layers.filter(({ kind }) => kind === "organisation");
  // Half of a chain of files would be a policy that nobody wrote.
  const brokenChain = layers.length - organisation.length < texts.filter(({ kind }) => kind !== "organisation").length;
  const own = brokenChain ? [] : layers.filter(({ kind }) => kind !== "organisation");
  const floor = organisation.reduce<Given>((below, { file }) => merge(below, file.given), {});
  const wanted = own.reduce<Given>((below, { file }) => merge(below, file.given), floor);
  const refused = refuse(floor, wanted, organisation, own);
  const given = refused.reduce<Given>((kept, { key }) => replace(kept, key, at(floor, key)), wanted);
  const policy = Policy.parse(given);
  const origins = originsOf([...organisation, ...own], organisation, refused);
  problems.push(...contradictions(policy).map(({ path, message }) => sourced(path.join("."), message, layers)));
  const sources = texts.map(({ source }) => source);
  return { policy: problems.length > 0 ? Policy.parse(floor) : policy, problems, refused, sources, origins };
}

function parseLayer({ kind, source, text, elsewhere }: LayerText, problems: SourcedProblem[]): Layer[] {
  const parsed = parsePolicy(text, { layer: kind });
  if (parsed.ok) return [{ kind, source, file: parsed.file }];
  const { length } = parsed.problems;
  const [first] = parsed.problems;
  const counted = length === 1 ? "an error" : `${length} errors`;
  const message = `${source} has ${counted}, the first in line ${first?.line ?? 1}; mend that file`;
  const told = elsewhere ? [{ message, path: "", line: 1, column: 1 }] : parsed.problems;
  problems.push(...told.map((problem) => ({ ...problem, source })));
  return [];
}

/** Sections key by key; lists and single values are replaced. */
function merge(below: Given, above: Given): Given {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const there = merged.get(key);
    merged.set(key, isMapping(there) && isMapping(value) ? { ...there, ...value } : value);
  }
  return Object.fromEntries(merged);
}

function refuse(floor: Given, wanted: Given, organisation: readonly Layer[], own: readonly Layer[]): Refusal[] {
  const [bound, asked] = [Policy.parse(floor), Policy.parse(wanted)];
  const refused: Refusal[] = [];
  for (const key of Object.keys(policyOrder)) {
    const lock = lockOf(key, organisation);
    const [least, value] = [at(bound, key), at(asked, key)];
    if (!lock || isAtLeastAsTight(key, least, value)) continue;
    const by = own.findLast(({ file }) => file.places.has(key));
    const why = `\`${key}\` stays ${shown(least)}: ${shown(value)} would loosen what ${lock.source} locks (\`locked: ${lock.entry}\`). Accepted here: ${acceptedInstead(key, least)}.`;
    const place = by?.file.places.get(key) ?? { line: 1, column: 1 };
    refused.push({ ...place, key, why, source: by?.source ?? "" });
  }
  return refused;
}

function lockOf(key: string, organisation: readonly Layer[]): { source: string; entry: string } | undefined {
  for (const { source, file } of organisation) {
    const entry = file.locked.find((one) => key === one || key.startsWith(`${one}.`));
    if (entry !== undefined) return { source, entry };
  }
  return undefined;
}

function originsOf(
  layers: readonly Layer[],
  organisation: readonly Layer[],
  refused: readonly Refusal[],
): Record<string, string> {
  const sourceOf = (key: string): string => {
    const among = refused.some((one) => one.key === key) ? organisation : layers;
    return among.findLast(({ file }) => at(file.given, key) !== undefined)?.source ?? "default";
  };
  return Object.fromEntries(Object.keys(policyOrder).map((key) => [key, sourceOf(key)]));
}

/** The value at a dotted key of two words at most, as all keys of a policy are. */
export function at(policy: Given, key: string): unknown {
  const [section = "", inner] = key.split(".");
  const value = policy[section];
  if (inner === undefined) return value;
  return isMapping(value) ? value[inner] : undefined;
}

/** `undefined` takes the key out. */
function replace(policy: Given, key: string, value: unknown): Given {
  const [section = "", inner] = key.split(".");
  const there = policy[section];
  const next = inner === undefined ? value : { ...(isMapping(there) ? there : {}), [inner]: value };
  const kept = { ...policy, [section]: next };
  return value === undefined ? without(kept, section, inner) : kept;
}

function without(policy: Given, section: string, inner: string | undefined): Given {
  const rest = (from: Given, key: string): Given =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));
  const there = policy[section];
  return inner !== undefined && isMapping(there) ? { ...policy, [section]: rest(there, inner) } : rest(policy, section);
}

/** A problem of the whole, told at the file whose word brought it about. */
function sourced(key: string, message: string, layers: readonly Layer[]): SourcedProblem {
  const [section = ""] = key.split(".");
  const last = layers.findLast(({ file }) => file.places.has(section));
  const place = last?.file.places.get(key) ?? last?.file.places.get(section) ?? { line: 1, column: 1 };
  return { ...place, message, path: key, source: last?.source ?? "default" };
}
