import type { Caller } from "./access.ts";
import { json, list, text } from "./json.ts";
import { protectionOf, wantedChecks } from "./protection.ts";
import { ApiError } from "./reply.ts";
import { isAtLeast, roleOf } from "./roles.ts";
import { activeFor, bypassOf } from "./rulesets.ts";
import type { Json } from "./types.ts";
import { stamp } from "./render.ts";
import type { Account, PullIssue, Repository, World } from "./world.ts";

type Wanted = {
  checks: { context: string; app: number | undefined }[];
  /** The head must contain the base. */
  strict: boolean;
  approvals: number;
  /** Approvals of former heads do not count. */
  onlyLatest: boolean;
  /** Whoever pushed the head cannot be the one who approves it. */
  byAnother: boolean;
  queue: boolean;
};
type At = { world: World; repository: Repository; issue: PullIssue };

const nothing: Wanted = {
  checks: [],
  strict: false,
  approvals: 0,
  onlyLatest: false,
  byAnother: false,
  queue: false,
};

function ofRule(rule: Json): Wanted {
  const parameters = json(rule["parameters"]);
  if (rule["type"] === "merge_queue") return { ...nothing, queue: true };
  if (rule["type"] === "pull_request") {
    return {
      ...nothing,
      approvals: Number(parameters["required_approving_review_count"] ?? 0),
      onlyLatest: parameters["dismiss_stale_reviews_on_push"] === true,
      byAnother: parameters["require_last_push_approval"] === true,
    };
  }
  if (rule["type"] !== "required_status_checks") return nothing;
  const checks = list(parameters["required_status_checks"]).map((check) => {
    const { context, integration_id: app } = json(check);
    return { context: text(context), app: typeof app === "number" ? app : undefined };
  });
  return { ...nothing, checks, strict: parameters["strict_required_status_checks_policy"] === true };
}

/** Administrators are exempt unless `enforce_admins` says otherwise. */
function ofProtection({ repository, issue }: At, caller: Caller | undefined): Wanted[] {
  const protection = protectionOf(repository, issue.pull.base.ref);
  const isAdmin = caller?.kind === "user" && isAtLeast(roleOf(repository, caller.user), "admin");
  if (!protection || (isAdmin && json(protection["enforce_admins"])["enabled"] !== true)) return [];
  const reviews = json(protection["required_pull_request_reviews"]);
  const strict = json(protection["required_status_checks"])["strict"] === true;
  return [
    { ...nothing, checks: wantedChecks(protection), strict },
    {
      ...nothing,
      approvals: Number(reviews["required_approving_review_count"] ?? 0),
      onlyLatest: reviews["dismiss_stale_reviews"] === true,
      byAnother: reviews["require_last_push_approval"] === true,
    },
  ];
}

/** What stands in the way of merging, in GitHub's words. Without a caller: for somebody who may bypass nothing. */
export async function obstacles(at: At, caller: Caller | undefined): Promise<string[]> {
  const { world, repository, issue } = at;
  const applying = activeFor(repository, issue.pull.base.ref).filter(
    (ruleset) => bypassOf(world, repository, ruleset, caller) === "never",
  );
  const rules = [...applying.flatMap((ruleset) => ruleset.rules), ...repository.settings.rules];
  const wanted = [...rules.map(ofRule), ...ofProtection(at, caller)];
  const found = await Promise.all(wanted.map(async (one) => unfulfilled(at, one)));
  return [...new Set(found.flat())];
}

async function unfulfilled(at: At, wanted: Wanted): Promise<string[]> {
  const { head, base } = at.issue.pull;
  const behind = wanted.strict && !(await at.repository.git.isAncestor(base.sha, head.sha));
  const missing = wanted.checks.filter(({ context, app }) => !isGreen(at, context, app));
  return [
    ...(wanted.queue ? ["Changes must be made through the merge queue"] : []),
    ...(behind ? ["Head branch is not up to date with the base branch."] : []),
    ...missing.map(({ context }) => `Required status check "${context}" is expected.`),
    ...missingApproval(at, wanted),
  ];
}

/** Of a check run and a status with the same name, both count. */
function isGreen({ world, repository, issue }: At, name: string, app: number | undefined): boolean {
  const { sha } = issue.pull.head;
  const bots = new Map([
    [world.app.bot, world.app.id],
    [world.actions.bot, world.actions.id],
  ]);
  const run = repository.checks.findLast(
    (one) => one.headSha === sha && one.name === name && (app === undefined || one.suite.app.id === app),
  );
  const status = repository.statuses.findLast(
    (one) => one.sha === sha && one.context === name && (app === undefined || bots.get(one.creator) === app),
  );
  const runIsGreen = ["success", "neutral", "skipped"].includes(run?.conclusion ?? "");
  if (run && status) return runIsGreen && status.state === "success";
  return run ? runIsGreen : status?.state === "success";
}

function missingApproval(at: At, { approvals, onlyLatest, byAnother }: Wanted): string[] {
  if (approvals === 0) return [];
  const { pull } = at.issue;
  const opinions = lastOpinions(at);
  const counted = opinions.filter((one) => one.state === "APPROVED" && (!onlyLatest || one.commitId === pull.head.sha));
  if (opinions.some(({ state }) => state === "CHANGES_REQUESTED")) return ["Changes must be addressed to merge."];
  if (counted.length < approvals) {
    const reviews = `${approvals} approving review${approvals === 1 ? " is" : "s are"}`;
    return [`At least ${reviews} required by reviewers with write access.`];
  }
  const another = counted.some(({ user, commitId }) => user !== pull.pushedBy && commitId === pull.head.sha);
  return byAnother && !another ? ["New changes require approval from someone other than the last pusher."] : [];
}

/** Comments are no opinion, and only who may write has one that counts. */
function lastOpinions({ repository, issue }: At) {
  const last = new Map<Account, PullIssue["pull"]["reviews"][number]>();
  for (const review of issue.pull.reviews) {
    const counts = ["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(review.state);
    if (counts && isAtLeast(roleOf(repository, review.user), "write")) last.set(review.user, review);
  }
  return [...last.values()];
}

/** Throws 405 when a rule that the caller cannot bypass is not fulfilled. How the evaluation went. */
export async function judgeMerge(at: At, caller: Caller): Promise<"pass" | "bypass"> {
  const mine = await obstacles(at, caller);
  if (mine.length > 0) throw new ApiError(405, mine.join("\n\n"));
  return (await obstacles(at, undefined)).length > 0 ? "bypass" : "pass";
}

/** What `GET /rulesets/rule-suites` says of a merge afterwards. Without rules nothing was evaluated. */
export function recordSuite(
  { world, repository, issue }: At,
  suite: { by: Account; after: string; result: string },
): void {
  const { ref, sha } = issue.pull.base;
  const rulesets = activeFor(repository, ref);
  if (rulesets.length === 0) return;
  repository.settings.ruleSuites.push({
    id: world.nextId(),
    actor_id: suite.by.id,
    actor_name: suite.by.login,
    before_sha: sha,
    after_sha: suite.after,
    ref: `refs/heads/${ref}`,
    repository_id: repository.id,
    repository_name: repository.name,
    pushed_at: stamp(world.now()),
    result: suite.result,
    evaluation_result: null,
    rule_evaluations: rulesets.map(({ id, name, rules }) => ({
      rule_source: { type: "ruleset", id, name },
      enforcement: "active",
      result: suite.result === "bypass" ? "fail" : "pass",
      rule_type: text(rules[0]?.["type"]),
    })),
  });
}
