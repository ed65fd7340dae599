import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { RulesetFacts } from "../domain/protection.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { errorStatus } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

type Rule = Awaited<ReturnType<Octokit["rest"]["repos"]["getBranchRules"]>>["data"][number];
type Ruleset = Awaited<ReturnType<Octokit["rest"]["repos"]["getRepoRuleset"]>>["data"];
type CreateParameters = NonNullable<Parameters<Octokit["rest"]["repos"]["createRepoRuleset"]>[0]>;
/** A ruleset as GitHub takes it. */
type Body = Pick<CreateParameters, "name" | "target" | "enforcement" | "bypass_actors" | "conditions" | "rules">;

/**
 * The active rules of a branch, ruleset by ruleset, those of the organisation included. One request, and one more per
 * ruleset for its name and bypass list. `reader` is a client that sees as much of a ruleset as the App may.
 */
export async function readRulesets(
  octokit: Octokit,
  repo: Repository,
  { branch, settingsUrl, reader }: { branch: string; settingsUrl: string; reader: Octokit },
): Promise<RulesetFacts[]> {
  const rules = await octokit.paginate(octokit.rest.repos.getBranchRules, { ...at(repo), branch, per_page: 100 });
  const groups = Map.groupBy(rules, ({ ruleset_id: id }) => id);
  return Promise.all(
    [...groups].map(async ([id, group]) => {
      const detail = await readDetail(reader, repo, id);
      const name = isUnknown(detail) ? `${id ?? "of this branch"}` : detail.name;
      const url = isUnknown(detail) ? undefined : detail._links?.html?.href;
      return {
        name,
        source: { name: `Ruleset ${name}`, url: url ?? `${settingsUrl}/rules` },
        ...demands(group),
        bypass: isUnknown(detail) ? detail : bypassOf(detail),
      };
    }),
  );
}

async function readDetail(octokit: Octokit, repo: Repository, id: number | undefined): Promise<Fact<Ruleset>> {
  if (id === undefined) return unknown("GitHub does not say which ruleset this rule belongs to.");
  return visible(`Ruleset ${id}`, "Administration: write", async () => {
    const { data } = await octokit.rest.repos.getRepoRuleset({ ...at(repo), ruleset_id: id });
    return data;
  });
}

function demands(rules: readonly Rule[]): Pick<RulesetFacts, "pullRequest" | "checks" | "noForcePush" | "noDeletion"> {
  const pulls = rules.flatMap((rule) => (rule.type === "pull_request" ? [rule.parameters] : []));
  const checks = rules.flatMap((rule) =>
    rule.type === "required_status_checks" ? (rule.parameters?.required_status_checks ?? []) : [],
  );
  return {
    pullRequest:
      pulls.length === 0
        ? null
        : {
            approvals: Math.max(...pulls.map((pull) => pull?.required_approving_review_count ?? 0)),
            dismissStale: pulls.some((pull) => pull?.dismiss_stale_reviews_on_push === true),
          },
    checks: checks.map(({ context, integration_id: app }) => ({ name: context, app: app ?? null })),
    noForcePush: rules.some(({ type }) => type === "non_fast_forward"),
    noDeletion: rules.some(({ type }) => type === "deletion"),
  };
}

/** GitHub's ids of its own roles, as its web interface sends them; others are custom roles. */
const roles: Record<number, string> = { 2: "maintain", 4: "write", 5: "admin" };

type BypassActor = NonNullable<Ruleset["bypass_actors"]>[number];

/** The list is only there for who may change the ruleset; whether we may bypass it ourselves is said to everybody. */
function bypassOf({ bypass_actors: actors, current_user_can_bypass: own }: Ruleset): Fact<string[]> {
  if (actors) return actors.map(actorText);
  if (own !== undefined && own !== "never") return [`this App (${own})`];
  return unknown("its bypass list is only shown with the permission Administration: write.");
}

/** As `Team 12 (always)`. */
function actorText({ actor_type: type, actor_id: id, bypass_mode: mode = "always" }: BypassActor): string {
  const role = type === "RepositoryRole" ? roles[id ?? 0] : undefined;
  const who = role === undefined ? [type, id ?? ""].join(" ").trim() : `role ${role}`;
  return `${who} (${mode})`;
}

/**
 * Keeps one ruleset of the repository's own as it should be, found by its name; never touches another. Two requests
 * where nothing is to be written. Needs scope `enforce`. What GitHub refuses is `unknown`.
 */
export async function keepRuleset(
  octokit: Octokit,
  repo: Repository,
  { body, same }: { body: Body; same: (there: unknown) => boolean },
): Promise<Fact<"created" | "changed" | "unchanged">> {
  try {
    const { repos } = octokit.rest;
    const target = { ...at(repo), includes_parents: false, per_page: 100 };
    const all = await octokit.paginate(repos.getRepoRulesets, target);
    const id = all.find(({ name, source_type: from }) => name === body.name && from === "Repository")?.id;
    if (id === undefined) {
      await repos.createRepoRuleset({ ...at(repo), ...body });
      return "created";
    }
    const { data: there } = await repos.getRepoRuleset({ ...at(repo), ruleset_id: id, includes_parents: false });
    if (same(there)) return "unchanged";
    await repos.updateRepoRuleset({ ...at(repo), ruleset_id: id, ...body });
    return "changed";
  } catch (error) {
    const status = errorStatus(error);
    // Whatever else went wrong may go right the next time.
    if (status === undefined || ![403, 404, 422].includes(status)) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const hint = status === 422 ? "" : " The App needs the permission Administration: write.";
    return unknown(`GitHub refused to write the ruleset ${body.name}: ${text}.${hint}`);
  }
}
