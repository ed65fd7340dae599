import type { PolicyRecord } from "../domain/standing.ts";
import type { Repository } from "../domain/repository.ts";
import { composePolicy, problemLine } from "../governance/compose-policy.ts";
import type { Composed, LayerText, SourcedProblem } from "../governance/compose-policy.ts";
import { parsePolicy } from "../governance/parse-policy.ts";
import type { Clients } from "../github/clients.ts";
import { NoAccess } from "../github/github-error.ts";
import { organisationPaths, policyPath, readPolicyText } from "../github/policy-files.ts";
import type { PolicyPlace, PolicyText } from "../github/policy-files.ts";

type Deps = { clients: Clients; now(): number };

/** A policy as it was read: what to remember (the policy in force is in there), and the parts with their places. */
export type PolicyReading = Composed & { record: PolicyRecord };

/**
 * Reads the policy that a repository is under now: the App's defaults, the organisation's file, and the default branch's
 * own with all that it extends. Where there are problems, the last good policy stays in force; without one, what the
 * organisation says. `remembered` is the standing's record. One request per file, two or three in all mostly; costs
 * nothing where GitHub's answers have not changed. Throws `NoAccess` where the App cannot read the repository.
 */
export async function readPolicyInForce(
  repository: Repository,
  remembered: PolicyRecord | undefined,
  deps: Deps,
): Promise<PolicyRecord> {
  return (await readPolicyFiles({ repository, remembered }, deps)).record;
}

type Which = { repository: Repository; remembered: PolicyRecord | undefined; ref?: string };

/** The same with places and origins; with `ref`, as if that commit were the default branch's. */
export async function readPolicyFiles({ repository, remembered, ref }: Which, deps: Deps): Promise<PolicyReading> {
  const isOrganisation = repository.name.toLowerCase() === ".github";
  const above = await readOrganisation(repository, deps, isOrganisation ? ref : undefined);
  const own = isOrganisation ? nothing : await readOwn(repository, deps, ref);
  const floor = keepOrganisation(above, remembered?.organisation);
  const layers = [...(floor.text ? [{ ...floor.text, elsewhere: !isOrganisation }] : []), ...own.layers];
  const composed = composePolicy(layers);
  const problems = [...floor.problems, ...own.problems, ...composed.problems];
  const reading = { ...composed, problems, sources: [...composed.sources, ...floor.notes] };
  return { ...reading, record: recordOf(reading, { floor, remembered, readAt: deps.now() }) };
}

type Known = { floor: Floor; remembered: PolicyRecord | undefined; readAt: number };

function recordOf(reading: Composed, { floor, remembered, readAt }: Known): PolicyRecord {
  const last = reading.problems.length > 0 ? remembered : undefined;
  // A file that was taken out is forgotten; one that cannot be read or is broken is not.
  const known = floor.text || floor.problems.length > 0 ? remembered?.organisation : undefined;
  const organisation = goodOrganisation(floor.text) ?? known;
  return {
    policy: last ? lastGood(last, organisation) : reading.policy,
    sources: (last ?? reading).sources,
    refused: reading.refused.map(({ key, why }) => ({ key, why })),
    problems: reading.problems.map(problemLine),
    ...(organisation && { organisation }),
    readAt,
  };
}

/** A broken file must not be a way around what the organisation has locked since. JSON is YAML. */
function lastGood({ policy }: PolicyRecord, organisation: PolicyRecord["organisation"]): PolicyRecord["policy"] {
  const above: LayerText[] = organisation ? [{ kind: "organisation", ...organisation }] : [];
  const text = JSON.stringify(policy);
  return composePolicy([...above, { kind: "repository", source: "the last good policy", text }]).policy;
}

type Found = { layers: LayerText[]; problems: SourcedProblem[] };
const nothing: Found = { layers: [], problems: [] };

type Organisation = PolicyText | { kind: "unknown"; why: string };

async function readOrganisation(
  { owner, installation }: Repository,
  { clients }: Deps,
  ref: string | undefined,
): Promise<Organisation> {
  try {
    const octokit = await clients.forName(installation, owner, ".github", "govern");
    for (const path of organisationPaths) {
      const file = await readPolicyText(octokit, { owner, name: ".github", path, ...(ref && { ref }) });
      if (file.kind !== "absent") return file;
    }
    return { kind: "absent" };
  } catch (error) {
    if (!(error instanceof NoAccess)) throw error;
    // The App cannot tell a repository that does not exist from one that it is not installed on.
    return { kind: "unknown", why: `the App has no access to ${owner}/.github` };
  }
}

type Floor = { text?: LayerText; problems: SourcedProblem[]; notes: string[] };

/** Losing access to the organisation's file must not loosen anything: what was read last stays, and somebody is told. */
function keepOrganisation(found: Organisation, remembered: PolicyRecord["organisation"]): Floor {
  const kind = "organisation" as const;
  if (found.kind === "text") return { text: { kind, source: found.source, text: found.text }, problems: [], notes: [] };
  if (found.kind === "absent") return { problems: [], notes: [] };
  if (!remembered) {
    if (found.kind === "unknown") return { problems: [], notes: [`no organisation's file: ${found.why}`] };
    return { problems: [atStart("organisation", found.why)], notes: [] };
  }
  const message = `the organisation's file can no longer be read (${found.why}); ${remembered.source} stays in force. Install the App on the organisation's .github repository, or take its file out there first`;
  return { text: { kind, ...remembered }, problems: [atStart(remembered.source, message)], notes: [] };
}

function goodOrganisation(text: LayerText | undefined): PolicyRecord["organisation"] {
  if (!text || !parsePolicy(text.text, { layer: "organisation" }).ok) return undefined;
  return { source: text.source, text: text.text };
}

function atStart(source: string, message: string): SourcedProblem {
  return { source, message, path: "", line: 1, column: 1 };
}

/** `_extends` may lead so far; more is a mistake or an attack on our requests. */
const maxBases = 5;

/** The repository's own file and, below it, the chain of those that it extends. */
async function readOwn(repository: Repository, { clients }: Deps, ref: string | undefined): Promise<Found> {
  const octokit = await clients.for(repository, "govern");
  const { owner, name } = repository;
  const own = await readPolicyText(octokit, { owner, name, path: policyPath, ...(ref && { ref }) });
  if (own.kind === "absent") return nothing;
  if (own.kind === "unreadable") return { layers: [], problems: [atStart(`${owner}/${name}/${policyPath}`, own.why)] };
  const layers: LayerText[] = [{ kind: "repository", source: own.source, text: own.text }];
  const seen = new Set([keyOf({ owner, name, path: policyPath })]);
  let place = baseOf(own.text, "repository", owner);
  while (place) {
    const base = await readBase(place, { repository, seen, clients });
    // Half of a chain of files would be a policy that nobody wrote.
    if (typeof base === "string") return { layers: [], problems: [atExtends(own, base)] };
    seen.add(keyOf(place));
    layers.unshift(base);
    place = baseOf(base.text, "base", owner);
  }
  return { layers, problems: [] };
}

/** Probot's convention: `repo`, `owner/repo` or `owner/repo:path.yml`. */
function baseOf(text: string, layer: "repository" | "base", owner: string): PolicyPlace | undefined {
  const parsed = parsePolicy(text, { layer });
  if (!parsed.ok || parsed.file.extends === undefined) return undefined;
  const [, of, name = "", path = policyPath] = /^(?:([^/:]+)\/)?([^/:]+)(?::(.+))?$/.exec(parsed.file.extends) ?? [];
  return { owner: of ?? owner, name, path };
}

type Chain = { repository: Repository; seen: ReadonlySet<string>; clients: Clients };

/** The layer, or why there is none. What stands in the file is never part of the reason. */
async function readBase(place: PolicyPlace, { repository, seen, clients }: Chain): Promise<LayerText | string> {
  const named = `${place.owner}/${place.name}/${place.path}`;
  if (seen.has(keyOf(place))) return `\`_extends\` comes back to ${named}`;
  if (seen.size > maxBases) return `\`_extends\` leads through more than ${maxBases} files`;
  if (place.path.split("/").includes("..")) return `\`_extends\` must name a path without \`..\``;
  // A token is asked for by the repository's name alone: another owner's of that name would be mistaken for it.
  if (place.owner.toLowerCase() !== repository.owner.toLowerCase())
    return `\`_extends\` can only name repositories of ${repository.owner}, and ${named} is not one`;
  try {
    const octokit = await clients.forName(repository.installation, place.owner, place.name, "govern");
    const file = await readPolicyText(octokit, place);
    if (file.kind === "text") return { kind: "base", source: file.source, text: file.text, elsewhere: true };
    return file.kind === "absent" ? `\`_extends\` names ${named}, which does not exist` : file.why;
  } catch (error) {
    if (!(error instanceof NoAccess)) throw error;
    return `\`_extends\` names ${named}, and the App has no access there; install it on ${place.owner}/${place.name}`;
  }
}

function atExtends(own: { source: string; text: string }, message: string): SourcedProblem {
  const parsed = parsePolicy(own.text);
  const place = parsed.ok ? parsed.file.places.get("_extends") : undefined;
  return { ...(place ?? { line: 1, column: 1 }), source: own.source, message, path: "_extends" };
}

function keyOf({ owner, name, path }: PolicyPlace): string {
  return `${owner}/${name}`.toLowerCase() + `:${path}`;
}
