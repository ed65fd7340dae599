import type { Event } from "../domain/event.ts";
import type { Patch } from "../domain/patch.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Proof, RunRecord } from "../domain/proof.ts";
import type { CommitSha, TreeSha } from "../domain/repository.ts";
import type { Signal } from "../domain/signal.ts";
import { inspectPatch } from "../governance/inspect-patch.ts";
import { decideVerdict } from "../governance/verdict.ts";
import { SetupError } from "../sandbox/sandbox.ts";
import type { Mirror, Workspace } from "../sandbox/sandbox.ts";
import { sameFailure } from "../triage/same-failure.ts";
import { isTestFile } from "../triage/test-files.ts";
import type { Runner, Workshop } from "./deps.ts";
import { setupOf } from "./fix.ts";

const tailChars = 4_000;

/** Proves a patch from the base commit and the patch alone, in fresh sandboxes, with commands the agent did not choose. */
export const prove: Runner<"prove", Workshop> = async ({ incident, effect: { patch }, signal }, deps) => {
  const { policy } = incident;
  if (!policy) throw new Error(`incident ${incident.id} is being proven without a policy`);
  const health = await deps.sandbox.check();
  if (!health.ok)
    return { type: "heldBack", reason: "sandbox-unavailable", note: `${health.problem} ${health.remedy}` };
  const mirror = await deps.mirror(incident.signal.repository);
  return judge({ mirror, policy, patch, cause: incident.signal, signal });
};

type Case = { mirror: Mirror; policy: SettledPolicy; patch: Patch; cause: Signal; signal: AbortSignal };
type Runs = Pick<Proof, "before" | "after" | "verify" | "baseline" | "oldTests">;

async function judge(given: Case): Promise<Event> {
  const { policy, patch, cause } = given;
  const findings = inspectPatch(patch.files, patch.refused, policy);
  const testFiles = patch.files
    .filter(({ path, change }) => change !== "deleted" && isTestFile(path))
    .map(({ path }) => path);
  const runs = findings.length > 0 ? { verify: [], baseline: [], oldTests: [] } : await runAll(given, testFiles);
  const same = runs.before ? sameFailure(cause, runs.before.tail) : "unknown";
  const { verdict, reason, code } = decideVerdict({
    findings,
    ...runs,
    sameFailure: same,
    hasTests: testFiles.length > 0,
  });
  const proof: Proof = {
    verdict,
    base: patch.base,
    tree: patch.tree,
    testFiles,
    findings,
    ...runs,
    sameFailure: same,
    reason,
  };
  return verdict === "rejected"
    ? { type: "proofFailed", proof, reason: code ?? "proof-rejected", feedback: feedback(proof) }
    : { type: "proofPassed", proof };
}

/** Steps 2 to 4. The base's own verify run is only needed where a verify command fails on the fix. */
async function runAll(given: Case, testFiles: readonly string[]): Promise<Runs> {
  const { mirror, policy, patch } = given;
  const baseTree = await mirror.treeOf(patch.base);
  const touched = patch.files.map(({ path }) => path).filter(isTestFile);
  const reproduce = reproduceCommand(policy, testFiles);
  const [before, [after, verify], oldTests] = await Promise.all([
    reproduce ? mirror.compose(baseTree, patch.tree, testFiles).then((tree) => runOn(given, tree, [reproduce])) : [],
    runOn(given, patch.tree, [...(reproduce ? [reproduce] : []), ...policy.verify]).then((runs) =>
      reproduce ? ([runs[0], runs.slice(1)] as const) : ([undefined, runs] as const),
    ),
    touched.length > 0
      ? mirror.compose(patch.tree, baseTree, touched).then((tree) => runOn(given, tree, policy.verify))
      : [],
  ]);
  const baseline = [...verify, ...oldTests].some(({ exitCode }) => exitCode !== 0)
    ? await runOn(given, baseTree, policy.verify)
    : [];
  return {
    ...(before[0] && { before: before[0] }),
    ...(after && { after }),
    verify: [...verify],
    baseline,
    oldTests: touched.length > 0 ? oldTests : [...verify],
  };
}

/** The command that runs exactly the tests a patch adds; without one, the whole verify suite is the reproduction. */
function reproduceCommand({ reproduce, verify }: SettledPolicy, testFiles: readonly string[]): string | undefined {
  if (testFiles.length === 0) return undefined;
  if (reproduce === undefined) return verify.length > 0 ? verify.join(" && ") : undefined;
  return reproduce.replaceAll("{files}", testFiles.map(quote).join(" "));
}

/** Runs commands one after the other in a fresh workspace of a tree. */
async function runOn(
  { mirror, policy, patch, signal }: Case,
  tree: TreeSha,
  commands: readonly string[],
): Promise<RunRecord[]> {
  if (commands.length === 0) return [];
  const workspace = await openOrExplain(mirror, policy, { tree, base: patch.base, signal });
  if ("exitCode" in workspace)
    return commands.map((command) => ({ ...workspace, command: `${workspace.command} # setup before: ${command}` }));
  try {
    const records: RunRecord[] = [];
    for (const command of commands) {
      const { output, hash, exitCode, killedBy, ms } = await workspace.run(command, {
        timeoutMs: policy.limits.commandMinutes * 60_000,
        signal,
      });
      signal.throwIfAborted();
      records.push({
        command,
        tree,
        exitCode,
        ...(killedBy && { killedBy }),
        ms,
        outputHash: hash,
        tail: output.slice(-tailChars),
      });
    }
    return records;
  } finally {
    await workspace.close();
  }
}

/** A patch that breaks setup (a changed lock file) is a failed run, not our failure. */
async function openOrExplain(
  mirror: Mirror,
  policy: SettledPolicy,
  at: { tree: TreeSha; base: CommitSha; signal: AbortSignal },
): Promise<Workspace | RunRecord> {
  try {
    return await mirror.open({ ...at, ...setupOf(policy) });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return {
      command: error.command,
      tree: at.tree,
      exitCode: 1,
      ms: 0,
      outputHash: "",
      tail: error.output.slice(-tailChars),
    };
  }
}

/** What the next attempt gets to read: why this patch was not good enough, with the evidence. */
function feedback({ reason, findings, before, after, verify, oldTests }: Proof): string {
  const failing = [after, ...verify, ...oldTests]
    .filter((run) => run !== undefined)
    .filter(({ exitCode }) => exitCode !== 0);
  const shown = failing.length === 0 && before ? [before] : failing;
  return [
    `The last patch was rejected: ${reason}.`,
    ...findings.map(({ message }) => `- ${message}`),
    ...shown.slice(0, 2).map((run) => `\`${run.command}\` ended with ${run.exitCode ?? run.killedBy}:\n${run.tail}`),
  ]
    .join("\n")
    .slice(0, 16_000);
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
