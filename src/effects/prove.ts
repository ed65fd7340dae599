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
import { isTestCase, isTestFile } from "../triage/test-files.ts";
import type { WorkshopRunner } from "./deps.ts";
import { setupOf } from "./fix.ts";

const tailChars = 4_000;

/** Proves a patch from the base commit and the patch alone, in fresh sandboxes, with commands the agent did not choose. */
export const prove: WorkshopRunner<"prove"> = async ({ incident, effect: { patch }, signal }, deps) => {
  const { policy } = incident;
  if (!policy) throw new Error(`incident ${incident.id} is being proven without a policy`);
  const health = await deps.sandbox.check();
  if (!health.ok)
    return { type: "heldBack", reason: "sandbox-unavailable", note: `${health.problem} ${health.remedy}` };
  const mirror = await deps.mirror(incident.signal.repository);
  return judge({ mirror, policy, patch, cause: incident.signal, signal });
};

type Case = { mirror: Mirror; policy: SettledPolicy; patch: Patch; cause: Signal; signal: AbortSignal };
type Runs = Pick<Proof, "before" | "after" | "verify" | "baseline" | "oldTests" | "sameFailure">;

const nothingRun: Runs = { verify: [], baseline: [], oldTests: [], sameFailure: "unknown" };

async function judge(given: Case): Promise<Event> {
  const { policy, patch } = given;
  const { base, tree } = patch;
  const findings = inspectPatch(patch.files, patch.refused, policy);
  const added = patch.files.filter(({ change }) => change !== "deleted").map(({ path }) => path);
  const testFiles = added.filter(isTestCase);
  const runs = findings.length > 0 ? nothingRun : await runAll(given, testFiles);
  const { verdict, reason, code } = decideVerdict({ findings, ...runs, hasTests: testFiles.length > 0 });
  const proof: Proof = { verdict, base, tree, testFiles, findings, ...runs, reason };
  return verdict === "rejected"
    ? { type: "proofFailed", proof, reason: code ?? "proof-rejected", feedback: feedback(proof) }
    : { type: "proofPassed", proof };
}

/** Steps 2 to 4. The base's own verify run is only needed where a verify command fails on the fix. */
async function runAll(given: Case, testFiles: readonly string[]): Promise<Runs> {
  const { mirror, policy, patch, cause } = given;
  const baseTree = await mirror.treeOf(patch.base);
  const touched = patch.files.map(({ path }) => path).filter(isTestFile);
  const reproduce = reproduceCommand(policy, testFiles);
  const reproduction = reproduce === undefined ? [] : [reproduce];
  const onTree = async (tree: TreeSha, commands: readonly string[]) => runOn(given, tree, commands);
  const [before, whole, old] = await Promise.all([
    reproduce === undefined
      ? []
      : mirror.compose(baseTree, patch.tree, touched).then((tree) => onTree(tree, reproduction)),
    onTree(patch.tree, [...reproduction, ...policy.verify]),
    touched.length === 0
      ? undefined
      : mirror.compose(patch.tree, baseTree, touched).then((tree) => onTree(tree, policy.verify)),
  ]);
  const after = whole.slice(0, reproduction.length)[0];
  const verify = whole.slice(reproduction.length);
  const oldTests = old ?? verify;
  const failed = [...verify, ...oldTests].some(({ record }) => record.exitCode !== 0);
  const baseline = failed ? await onTree(baseTree, policy.verify) : [];
  return {
    ...(before[0] && { before: before[0].record }),
    ...(after && { after: after.record }),
    verify: records(verify),
    baseline: records(baseline),
    oldTests: records(oldTests),
    sameFailure: before[0] ? sameFailure(cause, before[0].output) : "unknown",
  };
}

function records(runs: readonly Run[]): RunRecord[] {
  return runs.map(({ record }) => record);
}

/** The command that runs exactly the tests a patch adds; without one, the whole verify suite is the reproduction. */
function reproduceCommand({ reproduce, verify }: SettledPolicy, testFiles: readonly string[]): string | undefined {
  if (testFiles.length === 0) return undefined;
  if (reproduce === undefined) return verify.length > 0 ? verify.join(" && ") : undefined;
  return reproduce.replaceAll("{files}", testFiles.map(quote).join(" "));
}

/** `output` is all that was kept of it, of which the record holds the end. */
type Run = { record: RunRecord; output: string };

/** Runs commands one after the other in a fresh workspace of a tree. */
async function runOn(
  { mirror, policy, patch, signal }: Case,
  tree: TreeSha,
  commands: readonly string[],
): Promise<Run[]> {
  if (commands.length === 0) return [];
  const workspace = await openOrExplain(mirror, policy, { tree, base: patch.base, signal });
  if ("failed" in workspace) return commands.map((command) => setupFailure(command, tree, workspace.failed));
  try {
    const runs: Run[] = [];
    for (const command of commands) {
      const timeoutMs = policy.limits.commandMinutes * 60_000;
      const { output, hash, exitCode, killedBy, ms } = await workspace.run(command, { timeoutMs, signal });
      signal.throwIfAborted();
      const tail = output.slice(-tailChars);
      runs.push({
        record: { command, tree, exitCode, ...(killedBy && { killedBy }), ms, outputHash: hash, tail },
        output,
      });
    }
    return runs;
  } finally {
    await workspace.close();
  }
}

/** A patch that breaks setup (a changed lock file) is a failed run, not our failure. */
async function openOrExplain(
  mirror: Mirror,
  policy: SettledPolicy,
  at: { tree: TreeSha; base: CommitSha; signal: AbortSignal },
): Promise<Workspace | { failed: SetupError }> {
  try {
    return await mirror.open({ ...at, ...setupOf(policy) });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { failed: error };
  }
}

function setupFailure(command: string, tree: TreeSha, failed: SetupError): Run {
  const output = `setup failed before it: ${failed.command}\n${failed.output}`;
  return { record: { command, tree, exitCode: 1, ms: 0, outputHash: "", tail: output.slice(-tailChars) }, output };
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
