import type { Recall, TaskOutcome } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import type { Standing } from "../domain/standing.ts";
import { policyHash } from "../governance/policy-hash.ts";
import { readBranch } from "../github/branches.ts";
import { upsertCheck } from "../github/checks.ts";
import type { Annotation } from "../github/checks.ts";
import { NoAccess } from "../github/github-error.ts";
import { keepIssue } from "../github/issues.ts";
import { organisationPaths, policyPath } from "../github/policy-files.ts";
import { readRepository } from "../github/repositories.ts";
import type { RepositoryState } from "../github/repositories.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { readPolicyFiles } from "./policy-in-force.ts";
import type { PolicyReading } from "./policy-in-force.ts";
import {
  annotations,
  brokenPolicyOutput,
  policyCheckName,
  policyIssueBody,
  policyIssueClosing,
  policyIssueMarker,
  policyIssueTitle,
} from "./policy-text.ts";

/**
 * Reads the policy in force and remembers it. Where it has errors, a check run on the default branch's head and one issue
 * say so, until it has none. Writes nothing while nothing changed.
 */
export const policy: Reconciler<"policy"> = async ({ task, recall }, deps) => {
  const standing = await recall.standing();
  const state = await readState(task.repository, deps);
  if (!state) return { note: "the repository is gone or out of reach" };
  const { repository, defaultBranch } = state;
  const before = standing?.policy;
  const reading = await readPolicyFiles({ repository, remembered: before }, deps);
  const { record } = reading;
  const known = { ...standing, repository, defaultBranch };
  const issue = before || record.problems.length > 0 ? await report(known, reading, deps) : undefined;
  const changed = before === undefined || policyHash(before.policy) !== policyHash(record.policy);
  return {
    note: noteOf(record.problems.length, changed),
    gates: changed,
    ...(changed && isOrganisations(repository) && { tasks: await siblings(repository, recall) }),
    standing: {
      repository,
      defaultBranch,
      policy: record,
      ...(issue !== undefined && { issues: { ...standing?.issues, policy: issue } }),
    },
  };
};

/** Where an organisation keeps its own policy, which is above everybody's. */
function isOrganisations({ name }: Repository): boolean {
  return name.toLowerCase() === ".github";
}

async function siblings({ id }: Repository, recall: Recall): Promise<NonNullable<TaskOutcome["tasks"]>> {
  const others = (await recall.siblings()).filter((other) => other.repository.id !== id && other.status === "active");
  return others.map(({ repository }) => ({ task: { kind: "policy", repository }, afterSeconds: 0 }));
}

/** Trying again would not bring back a repository that the App has lost. */
async function readState(repository: Repository, { clients }: Deps): Promise<RepositoryState | undefined> {
  try {
    return await readRepository(await clients.for(repository, "govern"), repository);
  } catch (error) {
    if (error instanceof NoAccess) return undefined;
    throw error;
  }
}

function noteOf(problems: number, changed: boolean): string {
  const what =
    problems > 0
      ? `the policy has ${problems === 1 ? "an error" : `${problems} errors`}; the last good one is in force`
      : "the policy is valid";
  return changed ? `${what}; what is in force has changed` : what;
}

type Known = Pick<Standing, "repository"> & { defaultBranch: string } & Pick<Partial<Standing>, "issues" | "policy">;

/** The check and the issue as they should be. Gives the issue's number. */
async function report(known: Known, reading: PolicyReading, deps: Deps): Promise<number | undefined> {
  const { repository, issues } = known;
  const { problems } = reading;
  const broken = problems.length > 0;
  // Where all was well before and is now, there is nothing to look at.
  if (!broken && (known.policy?.problems.length ?? 0) === 0) return issues?.policy;
  const octokit = await deps.clients.for(repository, "report");
  await postCheck(known, reading, deps);
  return keepIssue(octokit, repository, {
    known: issues?.policy,
    marker: policyIssueMarker,
    title: policyIssueTitle,
    body: broken ? policyIssueBody(problems) : "The policy is valid.",
    open: broken,
    closing: policyIssueClosing,
  });
}

async function postCheck({ repository, defaultBranch }: Known, reading: PolicyReading, deps: Deps): Promise<void> {
  const head = await readBranch(await deps.clients.for(repository, "read"), repository, defaultBranch);
  if (!head) return;
  const broken = reading.problems.length > 0;
  await upsertCheck(await deps.clients.for(repository, "report"), repository, {
    name: policyCheckName,
    head,
    externalId: "policy",
    ...(broken
      ? {
          ...brokenPolicyOutput(reading.problems),
          conclusion: "failure",
          annotations: ownAnnotations(reading, repository),
        }
      : { title: "valid", summary: "The policy is valid, and in force.", conclusion: "success" }),
  });
}

/** GitHub shows annotations on files of the commit only. */
export function ownAnnotations(
  reading: Pick<PolicyReading, "problems" | "refused">,
  { owner, name }: Pick<Repository, "owner" | "name">,
): Annotation[] {
  const paths: readonly string[] = name.toLowerCase() === ".github" ? organisationPaths : [policyPath];
  return paths.flatMap((path) => annotations(reading, { source: `${owner}/${name}/${path}`, path }));
}
