import type { Event } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { Patch } from "../domain/patch.ts";
import type { Proof } from "../domain/proof.ts";
import type { CommitSha } from "../domain/repository.ts";
import type { Standing } from "../domain/standing.ts";
import { createBranch } from "../github/branches.ts";
import { upsertCheck } from "../github/checks.ts";
import { commitTree } from "../github/commits.ts";
import { addLabels, openPull } from "../github/pulls.ts";
import { readPolicyInForce } from "../reconcile/policy-in-force.ts";
import type { Mirror } from "../sandbox/sandbox.ts";
import type { Deps, Runner } from "./deps.ts";
import { proofOutputs, proofText, verdictLine } from "./proof-text.ts";
import { branchName, commitMessage, pullBody, pullTitle } from "./pull-text.ts";
import { settingsInTheWay } from "./settings-in-the-way.ts";

/**
 * Pushes the proven tree as one commit and opens (or brings up to date) the pull request. The token that pushes can do
 * nothing else; the check run is posted with another one. Repeated after a crash it finds what is there already.
 */
export const propose: Runner<"propose"> = async ({ incident, effect: { patch, proof, pull }, recall }, deps) => {
  const { repository } = incident.signal;
  const mirror = await deps.mirror(repository);
  const switched = await switchedOff(incident, await recall.standing(), deps);
  if (switched) return switched;
  const octokit = await deps.clients.for(repository, "propose");
  const branch = pull?.branch ?? branchName(incident);
  if (!pull) await createBranch(octokit, repository, branch, patch.parent);
  const committed = await commitTree(octokit, repository, {
    branch,
    expectedHead: patch.parent,
    expectedTree: patch.tree,
    message: commitMessage(incident, patch, proof),
    changes: await changes(mirror, patch),
  });
  if (committed.kind === "moved") return { type: "headMoved", head: committed.head };
  const number = await present(incident, { patch, proof, branch, head: committed.head }, deps);
  return { type: "pullOpened", pull: { number, head: committed.head, branch } };
};

type Proposal = { patch: Patch; proof: Proof; branch: string; head: CommitSha };

/** The kill switches and what the policy asks of the settings, read again immediately before anything is pushed. */
async function switchedOff(
  { signal }: Incident,
  standing: Standing | undefined,
  deps: Deps,
): Promise<Event | undefined> {
  if (!deps.enabled()) return { type: "heldBack", reason: "disabled", note: "SELF_HEAL_ENABLED is false" };
  const { policy, problems } = await readPolicyInForce(signal.repository, standing?.policy, deps);
  if (problems.length > 0) return { type: "heldBack", reason: "policy-invalid", note: problems.join("\n") };
  if (!policy.enabled) return { type: "heldBack", reason: "disabled", note: "the policy says enabled: false" };
  const failing = settingsInTheWay(standing, policy);
  return failing.length > 0 ? { type: "heldBack", reason: "protection", note: failing.join("\n") } : undefined;
}

/** The difference between the commit's parent and the proven tree, with the new contents. */
async function changes(mirror: Mirror, { parent, tree }: Patch) {
  const files = await mirror.diff(await mirror.treeOf(parent), tree);
  return Promise.all(
    files.map(async ({ path, mode, oldMode, change }) => {
      if (change === "deleted") return { path, mode, oldMode, contents: null };
      const contents = await mirror.read(tree, path);
      if (contents === undefined) throw new Error(`${path} is missing from the proven tree ${tree}`);
      return { path, mode, oldMode, contents };
    }),
  );
}

async function present(incident: Incident, { patch, proof, branch, head }: Proposal, deps: Deps): Promise<number> {
  const { signal, policy } = incident;
  const octokit = await deps.clients.for(signal.repository, "propose");
  const labels = policy?.labels ?? ["self-heal"];
  const { number } = await openPull(octokit, signal.repository, {
    branch,
    base: policy?.defaultBranch ?? "main",
    title: pullTitle(patch),
    body: pullBody(incident, patch, proof),
    draft: true,
  });
  // Not with the token that pushes: creating a label needs issues: write.
  const reporter = await deps.clients.for(signal.repository, "report");
  await addLabels(reporter, signal.repository, number, [...labels, `${labels[0]}:${proof.verdict}`]);
  await upsertCheck(reporter, signal.repository, {
    name: "self-heal/proof",
    head,
    externalId: `${incident.id}-${patch.attempt}`,
    // `neutral` would count as success for GitHub; an unproven fix is reported as what it is.
    conclusion: proof.verdict === "unproven" ? "action_required" : "success",
    title: `${proof.verdict}: ${proof.reason}`,
    summary: `${verdictLine(proof)}\n\n${proofText(proof)}`,
    text: proofOutputs(proof),
  });
  return number;
}
