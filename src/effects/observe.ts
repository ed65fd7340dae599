import type { Event } from "../domain/event.ts";
import type { Incident, State } from "../domain/incident.ts";
import type { Repository } from "../domain/repository.ts";
import { readChecks } from "../github/checks.ts";
import { readPull } from "../github/pulls.ts";
import type { Deps, Runner } from "./deps.ts";
import { failedLog } from "./failed-log.ts";

/** Reads the pull request's present state: what webhooks told us, or should have told us. */
export const observe: Runner<"observe"> = async ({ incident, effect }, deps) => {
  const { state, signal } = incident;
  const number = state.phase === "reverting" ? state.revert : effect.pull.number;
  if (number === undefined) return undefined;
  const pull = await readPull(await deps.clients.for(signal.repository, "read"), signal.repository, number);
  return ended(pull, number) ?? moved(pull, state) ?? checks(incident, { deps, first: effect.afterSeconds > 0 });
};

type PullState = Awaited<ReturnType<typeof readPull>>;

function ended({ merged, mergeSha, mergedBy, state, closedBy }: PullState, number: number): Event | undefined {
  if (merged && mergeSha) return { type: "pullMerged", number, sha: mergeSha, by: mergedBy ?? "unknown" };
  return state === "closed" ? { type: "pullClosed", number, by: closedBy ?? "unknown" } : undefined;
}

function moved({ head }: PullState, state: State): Event | undefined {
  const ours = "tries" in state ? state.pull : undefined;
  return ours && ours.head !== head ? { type: "headMoved", head } : undefined;
}

/** `first`: CI had its time to register; a repository without any check has nothing to wait for. */
async function checks(
  { state: at, signal }: Incident,
  { deps, first }: { deps: Deps; first: boolean },
): Promise<Event | undefined> {
  if (at.phase !== "checking" && at.phase !== "awaitingApproval") return undefined;
  const { head } = at.pull;
  const octokit = await deps.clients.for(signal.repository, "read");
  const { state, failed } = await readChecks(octokit, signal.repository, head, { ignoreAppId: deps.appId });
  if (state === "passed" || (state === "none" && first)) return { type: "checksPassed", head };
  if (state !== "failed") return undefined;
  const texts = await Promise.all(
    failed.slice(0, maxExplained).map(async (check) => explain(check, signal.repository, deps)),
  );
  return { type: "checksFailed", head, feedback: texts.join("\n\n").slice(0, 16_000) };
}

type FailedCheck = Awaited<ReturnType<typeof readChecks>>["failed"][number];

/** More failing checks than this say the same thing again. */
const maxExplained = 3;

/** What the next attempt gets to read about a failed check: its log where GitHub Actions has one, else its summary. */
async function explain({ name, summary, run }: FailedCheck, repository: Repository, deps: Deps): Promise<string> {
  const log = run === undefined ? undefined : await failedLog(repository, run, deps);
  return `The check "${name}" failed on the pull request:\n${log ?? summary}`;
}
