import type { Policy } from "../domain/policy.ts";
import type { Recall } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import { decideGate } from "../governance/gate.ts";
import { lockouts, namedTeams } from "../governance/policy-lockout.ts";
import { simulatePolicy } from "../governance/policy-simulation.ts";
import { at } from "../github/address.ts";
import { upsertCheck } from "../github/checks.ts";
import type { Octokit } from "../github/octokit.ts";
import { organisationPaths, policyPath } from "../github/policy-files.ts";
import { missingLogins, missingTeams, readWriters } from "../github/policy-people.ts";
import { readPull } from "../github/pulls.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { readPolicyFiles, readPolicyInForce } from "./policy-in-force.ts";
import { ownAnnotations } from "./policy.ts";
import { changeOutput, policyCheckName } from "./policy-text.ts";
import type { Change } from "./policy-text.ts";

/** So many recorded pull requests are decided again. */
const simulatedPulls = 20;

/**
 * Checks the policy that a pull request brings: errors and loosened locks as annotations, people who are not there, and
 * how recent fixes would be decided under it. A pull request that leaves the policy alone costs one request per 100 files.
 */
export const policyChange: Reconciler<"policyChange"> = async ({ task, recall }, deps) => {
  const { repository, number } = task;
  const octokit = await deps.clients.for(repository, "govern");
  if (!(await touchesPolicy(octokit, repository, number))) return { note: "the policy is not touched" };
  const { state, base, head } = await readPull(octokit, repository, number);
  const { defaultBranch = base } = (await recall.standing()) ?? {};
  if (state === "closed") return { note: "the pull request is closed" };
  if (defaultBranch !== base) return { note: `only the policy on ${defaultBranch} counts, and this is for ${base}` };
  const change = await examine({ repository, head, recall, octokit }, deps);
  const { problems, refused } = change.reading;
  const failed = [...problems, ...refused, ...change.lockouts.filter(({ level }) => level === "failure")].length > 0;
  await upsertCheck(await deps.clients.for(repository, "report"), repository, {
    name: policyCheckName,
    head,
    externalId: `policy/${number}`,
    ...changeOutput(change),
    conclusion: failed ? "failure" : "success",
    annotations: ownAnnotations(change.reading, repository),
  });
  return { note: failed ? "the policy of the pull request has problems" : "the policy of the pull request is valid" };
};

type Place = { repository: Repository; head: string; recall: Recall; octokit: Octokit };

async function examine({ repository, head, recall, octokit }: Place, deps: Deps): Promise<Change> {
  const before = await readPolicyInForce(repository, (await recall.standing())?.policy, deps);
  const reading = await readPolicyFiles({ repository, remembered: before, ref: head }, deps);
  const change = { reading, lockouts: [], simulated: [], isOrganisation: isOrganisation(repository) };
  if (reading.problems.length > 0) return change;
  const { policy: after } = reading.record;
  return {
    ...change,
    lockouts: lockouts(after, await readPeople(octokit, repository, after)),
    simulated: simulatePolicy(await recall.gates(simulatedPulls), before.policy, after, decideGate),
  };
}

/** GitHub docs, "List pull requests files": no more than so many are told. */
const maxListedFiles = 3_000;

async function touchesPolicy(octokit: Octokit, repository: Repository, pull_number: number): Promise<boolean> {
  const paths = new Set<string>(isOrganisation(repository) ? organisationPaths : [policyPath]);
  const target = { ...at(repository), pull_number, per_page: 100 };
  let seen = 0;
  for await (const { data } of octokit.paginate.iterator(octokit.rest.pulls.listFiles, target)) {
    if (data.some(({ filename, previous_filename: old = "" }) => paths.has(filename) || paths.has(old))) return true;
    seen += data.length;
  }
  // What is not told may be the policy.
  return seen >= maxListedFiles;
}

function isOrganisation({ name }: Repository): boolean {
  return name.toLowerCase() === ".github";
}

async function readPeople(
  octokit: Octokit,
  repository: Repository,
  policy: Policy,
): Promise<Parameters<typeof lockouts>[1]> {
  return {
    missingTeams: await missingTeams(octokit, repository.owner, namedTeams(policy)),
    missingLogins: await missingLogins(octokit, policy.gate.ignore),
    writers: await readWriters(octokit, repository),
  };
}
