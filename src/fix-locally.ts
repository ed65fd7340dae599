import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { execa } from "execa";
import pino from "pino";
import { readConfig } from "./config.ts";
import type { Effect, Order } from "./domain/effect.ts";
import type { Event } from "./domain/event.ts";
import type { Incident } from "./domain/incident.ts";
import type { SettledPolicy } from "./domain/policy.ts";
import { reasons } from "./domain/reason.ts";
import { Signal } from "./domain/signal.ts";
import { transition } from "./domain/transition.ts";
import { UserError } from "./domain/user-error.ts";
import type { Workshop } from "./effects/deps.ts";
import { fix } from "./effects/fix.ts";
import { proofText } from "./effects/proof-text.ts";
import { prove } from "./effects/prove.ts";
import { branchName, commitMessage } from "./effects/pull-text.ts";
import { readPolicy } from "./effects/read-policy.ts";
import { newIncidentId } from "./queue/incident-id.ts";
import { fingerprint } from "./triage/fingerprint.ts";
import { createWorkshop } from "./workshop.ts";

export type LocalOptions = { repo: string; error: string; file?: string; line?: number; yes: boolean };

/** Local repositories have no GitHub ids; nothing outside this process sees these. */
const nowhere = { id: 1, installation: 1, owner: "local", name: "repository" };

/** `self-heal fix`: the same lifecycle, engine and proof on a local repository. Leaves a branch; pushes nothing. */
export async function fixLocally(options: LocalOptions): Promise<void> {
  const config = readConfig();
  const { directory, branch } = await locate(options.repo);
  if (!config.anthropicApiKey) throw new UserError("There is no model key. Set ANTHROPIC_API_KEY and run it again.");
  const log = pino({ level: "warn" }, pino.destination(2));
  const key = `local-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`;
  const workshop = createWorkshop(config, {
    log,
    token: () => Promise.resolve(""),
    source: () => ({ key, url: directory }),
  });
  try {
    const health = await workshop.sandbox.check();
    if (!health.ok)
      throw new UserError(`The sandbox cannot be used on this machine: ${health.problem}\n${health.remedy}`);
    const policy = await settle(workshop, branch);
    await confirm(policy, options);
    const incident = begin(options, policy);
    say(`Fixing "${incident.signal.title}" in ${directory} (${branch})`);
    const end = await heal(incident, policy, { workshop, directory });
    if (end !== "branch") process.exitCode = 1;
  } finally {
    await workshop.sandbox.close();
  }
}

type Place = { workshop: Workshop; directory: string };

/** Runs the lifecycle in memory until there is a branch or a reason why not. */
async function heal(started: Incident, policy: SettledPolicy, place: Place): Promise<"branch" | "no fix"> {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort(new UserError("Stopped. Nothing was changed.")));
  const { attempts } = policy.limits;
  let incident = started;
  let event: Event | undefined = { type: "triaged", verdict: { kind: "fix", policy, confidence: 1 } };
  while (event) {
    tell(event);
    const { state, effects } = transition(incident.state, event, {
      attempts,
      ciIterations: 0,
      watchHours: 0,
      merge: "manual",
    });
    incident = { ...incident, state };
    if (state.phase === "closed" || state.phase === "held") {
      say(`No fix: ${reasons[state.reason].title} (${state.reason}).\n${state.note}\n${reasons[state.reason].next}`);
      return "no fix";
    }
    const next: Effect | undefined = effects.find(({ type }) => type !== "report");
    if (next?.type === "propose") return leaveBranch(incident, next, place);
    event = next && (await carryOut(incident, next, { place, signal: abort.signal }));
  }
  return "no fix";
}

function carryOut(
  incident: Incident,
  effect: Effect,
  { place: { workshop }, signal }: { place: Place; signal: AbortSignal },
): Promise<Event | undefined> {
  if (effect.type === "fix") {
    say(`  attempt ${effect.attempt}: the agent is at work …`);
    return fix({ incident, effect, signal }, workshop);
  }
  if (effect.type !== "prove") throw new Error(`${effect.type} has no place in a local run`);
  say("  proving the patch …");
  return prove({ incident, effect, signal }, workshop);
}

/** The proven tree as one commit on a new branch of the user's repository. */
async function leaveBranch(
  incident: Incident,
  { patch, proof }: Order<"propose">,
  { workshop, directory }: Place,
): Promise<"branch"> {
  const mirror = await workshop.mirror(nowhere);
  const commit = await mirror.commit(patch.tree, patch.parent, commitMessage(incident, patch, proof));
  const branch = branchName(incident);
  await mirror.publish(commit, { directory, branch });
  say(`\n${await mirror.diffText(await mirror.treeOf(patch.base), patch.tree, 20_000)}`);
  say(`${proofText(proof)}\n\nThe fix is on branch ${branch}. Look at it:  git -C ${directory} show ${branch}`);
  return "branch";
}

async function locate(repo: string): Promise<{ directory: string; branch: string }> {
  const git = (...args: string[]) => execa("git", ["-C", repo, ...args], { reject: false });
  const top = await git("rev-parse", "--show-toplevel");
  if (top.exitCode !== 0)
    throw new UserError(`${repo} is not a git repository. Give the repository's directory as --repo.`);
  const head = await git("symbolic-ref", "--short", "HEAD");
  if (head.exitCode !== 0)
    throw new UserError("The repository is not on a branch. Check one out first: git switch main");
  if ((await git("rev-parse", "--verify", "HEAD")).exitCode !== 0)
    throw new UserError("The repository has no commit yet.");
  if ((await git("status", "--porcelain", "--untracked-files=no")).stdout !== "")
    say("Note: uncommitted changes are not seen; the fix starts at the last commit.");
  return { directory: realpathSync(top.stdout), branch: head.stdout };
}

async function settle(workshop: Workshop, branch: string): Promise<SettledPolicy> {
  const mirror = await workshop.mirror(nowhere);
  const file = await readPolicy(mirror, await mirror.treeOf(await mirror.fetch({ branch })), branch);
  if (!file.ok)
    throw new UserError(`.github/self-heal.yml has errors:\n${file.problems.map((line) => `  - ${line}`).join("\n")}`);
  return file.policy;
}

async function confirm({ limits, verify }: SettledPolicy, { yes }: LocalOptions): Promise<void> {
  say(
    `Limits: ${limits.attempts} attempts, $${limits.usd} and ${limits.minutes} minutes each. Verified by: ${verify.join(" && ") || "(no command found)"}`,
  );
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new UserError("This spends money on the model. Add --yes to go on without being asked.");
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question("Go on? [y/N] ");
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("Nothing was done.");
}

function begin({ error, file, line }: LocalOptions, policy: SettledPolicy): Incident {
  const at = Date.now();
  const signal = Signal.parse({
    origin: { kind: "local" },
    repository: nowhere,
    title: (error.split("\n", 1)[0] ?? error).slice(0, 200) || "a failure",
    message: error.slice(0, 20_000),
    frames: file ? [{ file, ...(line && { line }) }] : [],
    trust: "maintainer",
    at,
  });
  return {
    id: newIncidentId(),
    fingerprint: fingerprint(signal),
    signal,
    signals: 1,
    state: { phase: "triaging" },
    policy,
    requesters: [],
    pushers: [],
    openedAt: at,
    changedAt: at,
  };
}

function tell(event: Event): void {
  if (event.type === "patchProduced")
    say(
      `  attempt ${event.patch.attempt}: ${event.patch.report.title} (${event.patch.files.length} files, $${event.patch.ledger.usd.toFixed(4)})`,
    );
  if (event.type === "proofPassed") say(`  ${event.proof.verdict}: ${event.proof.reason}`);
  if (event.type === "proofFailed") say(`  rejected: ${event.proof.reason}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
