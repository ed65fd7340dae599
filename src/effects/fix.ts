import type { Event } from "../domain/event.ts";
import type { Incident, Pull } from "../domain/incident.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";
import type { CommitSha, TreeSha } from "../domain/repository.ts";
import { SetupError } from "../sandbox/sandbox.ts";
import type { Mirror, Workspace } from "../sandbox/sandbox.ts";
import type { Workshop, WorkshopRunner } from "./deps.ts";

/** Instructions that repositories keep for agents, in order of preference. */
const instructionFiles = ["CLAUDE.md", "AGENTS.md"];
const maxInstructions = 20_000;

/**
 * Lets the engine work in a private copy of the repository and takes the result out as a tree.
 * Repeated after a crash it starts over: nothing outside the sandbox has changed.
 */
export const fix: WorkshopRunner<"fix"> = async ({ incident, effect, signal }, deps) => {
  const { policy } = incident;
  if (!policy) throw new Error(`incident ${incident.id} is being fixed without a policy`);
  const switched = await standsInTheWay(deps);
  if (switched) return switched;
  const mirror = await deps.mirror(incident.signal.repository);
  const start = await startingPoint(mirror, policy, effect.pull);
  const workspace = await openWorkspace(mirror, policy, start, signal);
  if ("reason" in workspace) return { type: "patchNotFound", attempt: effect.attempt, ...workspace };
  try {
    const attempt = await deps.engine.attempt({
      incident: incident.id,
      attempt: effect.attempt,
      signal: incident.signal,
      policy,
      ...(await instructions(mirror, start.baseTree)),
      ...(effect.guidance && { guidance: effect.guidance }),
      ...(effect.feedback && { feedback: effect.feedback }),
      workspace,
      signalAbort: signal,
    });
    if (attempt.kind === "none") {
      return {
        type: "patchNotFound",
        attempt: effect.attempt,
        reason: attempt.reason,
        note: attempt.note,
        ledger: attempt.ledger,
      };
    }
    const { tree, refused } = await workspace.extract();
    await mirror.keep(tree, `${incident.id}-${effect.attempt}`);
    return await toEvent({ mirror, start, tree, attempt: effect.attempt, refused }, attempt);
  } finally {
    await workspace.close();
  }
};

type Start = { base: CommitSha; baseTree: TreeSha; parent: CommitSha; parentTree: TreeSha };
type Taken = { mirror: Mirror; start: Start; tree: TreeSha; attempt: number; refused: { path: string; why: string }[] };

/** What forbids an attempt right now: a switch, or a sandbox that is not safe. */
async function standsInTheWay(deps: Workshop): Promise<Event | undefined> {
  if (!deps.enabled()) return { type: "heldBack", reason: "disabled", note: "SELF_HEAL_ENABLED is false" };
  const health = await deps.sandbox.check();
  return health.ok
    ? undefined
    : { type: "heldBack", reason: "sandbox-unavailable", note: `${health.problem} ${health.remedy}` };
}

/** The first attempt starts at the default branch; a retry builds on the fix branch as it is now, humans' commits included. */
async function startingPoint(mirror: Mirror, policy: SettledPolicy, pull: Pull | undefined): Promise<Start> {
  const main = await mirror.fetch({ branch: policy.defaultBranch });
  if (!pull) {
    const tree = await mirror.treeOf(main);
    return { base: main, baseTree: tree, parent: main, parentTree: tree };
  }
  const parent = await mirror.fetch({ branch: pull.branch });
  const base = (await mirror.mergeBase(main, parent)) ?? main;
  return { base, baseTree: await mirror.treeOf(base), parent, parentTree: await mirror.treeOf(parent) };
}

async function openWorkspace(
  mirror: Mirror,
  policy: SettledPolicy,
  start: Start,
  signal: AbortSignal,
): Promise<Workspace | { reason: Reason; note: string }> {
  try {
    return await mirror.open({ tree: start.parentTree, base: start.parent, ...setupOf(policy), signal });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { reason: "setup-failed", note: `\`${error.command}\` failed:\n\n${error.output}` };
  }
}

/** How a workspace gets its dependencies under this policy. */
export function setupOf({ setup, lockFiles, limits }: SettledPolicy): {
  setup: readonly string[];
  lockFiles?: readonly string[];
  setupTimeoutMs: number;
} {
  return { setup, ...(lockFiles && { lockFiles }), setupTimeoutMs: limits.commandMinutes * 60_000 };
}

async function instructions(mirror: Mirror, tree: TreeSha): Promise<{ instructions?: string }> {
  for (const path of instructionFiles) {
    const text = (await mirror.read(tree, path))?.toString("utf8");
    if (text) return { instructions: text.slice(0, maxInstructions) };
  }
  return {};
}

async function toEvent(
  { mirror, start, tree, attempt, refused }: Taken,
  { report, ledger }: Pick<NonNullable<Incident["patch"]>, "report" | "ledger">,
): Promise<Event> {
  const files = await mirror.diff(start.baseTree, tree);
  if (tree === start.parentTree || files.length === 0) {
    return {
      type: "patchNotFound",
      attempt,
      reason: "no-patch",
      note: `The agent changed nothing. It said: ${report.changes}`,
      ledger,
    };
  }
  return {
    type: "patchProduced",
    patch: { attempt, base: start.base, parent: start.parent, tree, files, refused, report, ledger },
  };
}
