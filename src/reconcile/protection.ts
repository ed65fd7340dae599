import { isUnknown } from "../domain/fact.ts";
import { Policy } from "../domain/policy.ts";
import type { Bypass, ProtectionFacts, ProtectionReport } from "../domain/protection.ts";
import type { TaskOutcome } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import type { Standing } from "../domain/standing.ts";
import { driftedNow } from "../governance/drift.ts";
import { isGateRequired } from "../governance/protection-checks.ts";
import { protectionReport } from "../governance/protection-report.ts";
import { keepIssue } from "../github/issues.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { enforceSettings } from "./protection-look.ts";
import type { Looked } from "./protection-look.ts";
import { driftClosing, driftText, driftTitle } from "./protection-text.ts";
import type { DriftNews } from "./protection-text.ts";

const marker = "<!-- self-heal:drift -->";
const dayMs = 24 * 60 * 60_000;
/** A bypass or an ungated merge cannot be undone: it keeps the issue open for so long. */
const newsMs = 7 * dayMs;
const maxBypasses = 200;

/**
 * Reads the repository's settings, keeps our ruleset where the policy says `enforce`, and keeps one issue about what
 * does not hold any more. What never held stands in the onboarding issue instead.
 */
export const protection: Reconciler<"protection"> = async ({ task: { repository, by }, recall }, deps) => {
  const standing: Known = (await recall.standing()) ?? {};
  const policy = standing.policy?.policy ?? Policy.parse({});
  const looked = await enforceSettings(repository, policy, deps);
  if (!looked) return { note: "the repository is gone or archived: there is nothing to protect" };
  const { facts, ruleset } = looked;
  const at = deps.now();
  const report = protectionReport(facts, policy, { appId: deps.appId, at });
  const bypasses = allBypasses(standing, facts);
  const news = newsOf({ report, bypasses, ruleset, by, at }, standing);
  const issue = await keepDriftIssue(repository, { standing, news, deps, at });
  const gate = gateNow(repository, facts, standing);
  return {
    note: noteOf(report, news, ruleset),
    standing: {
      defaultBranch: facts.defaultBranch,
      protection: report,
      bypasses,
      drift: issue.open ? { since: news.since, expectations: [...news.drifted] } : undefined,
      gateRequired: gate.required,
      ...(issue.number !== undefined && { issues: { ...standing.issues, drift: issue.number } }),
    },
    tasks: gate.tasks,
  };
};

/** Where that has changed, every pull request needs the gate's check from now on, or none does any more. */
function gateNow(
  repository: Repository,
  facts: ProtectionFacts,
  { gateRequired: before }: Known,
): { required: boolean | undefined; tasks: NonNullable<TaskOutcome["tasks"]> } {
  const required = isGateRequired(facts) ?? before;
  if ((required ?? false) === (before ?? false)) return { required, tasks: [] };
  return { required, tasks: [{ task: { kind: "lookAround", repository }, afterSeconds: 0 }] };
}

/** What is remembered; nothing of a repository that is looked at for the first time. */
type Known = Partial<Standing>;

/** Those that are remembered and those that are new, oldest first. GitHub lists the last day, so one shows many times. */
function allBypasses({ bypasses: known = [] }: Known, { bypasses }: ProtectionFacts): Bypass[] {
  const seen = isUnknown(bypasses) ? [] : bypasses;
  return [...known, ...seen.filter(({ id }) => !known.some((one) => one.id === id))].slice(-maxBypasses);
}

type Look = Pick<Looked, "ruleset"> & {
  report: ProtectionReport;
  bypasses: Bypass[];
  by: string | undefined;
  at: number;
};

/** What has happened since the issue was opened, and in the days before: an older one has had its issue. */
function newsOf(
  { report, bypasses, ruleset, by, at }: Look,
  { protection: before, drift, ungated = [] }: Known,
): DriftNews & { since: number } {
  const drifted = driftedNow(drift?.expectations ?? [], { before, after: report }, { at, by });
  const since = drift?.since ?? at;
  const recent = (event: { at: number }): boolean => event.at > since - newsMs;
  const refused = isUnknown(ruleset) ? ruleset.unknown : undefined;
  return { drifted, report, bypasses: bypasses.filter(recent), ungated: ungated.filter(recent), refused, since };
}

type Keeping = { standing: Known; news: DriftNews; deps: Deps; at: number };

async function keepDriftIssue(
  repository: Repository,
  { standing, news, deps, at }: Keeping,
): Promise<{ open: boolean; number?: number | undefined }> {
  const { drifted, bypasses, ungated, refused } = news;
  const fresh = [...bypasses, ...ungated].some((event) => event.at > at - newsMs);
  const open = drifted.length > 0 || fresh || refused !== undefined;
  // One that was closed already needs no look.
  if (!open && !standing.drift) return { open };
  const octokit = await deps.clients.for(repository, "report");
  const body = driftText(news);
  const known = standing.issues?.drift;
  const issue = { known, marker, title: driftTitle, body, open, closing: driftClosing };
  return { open, number: await keepIssue(octokit, repository, issue) };
}

function noteOf({ expectations }: ProtectionReport, { drifted }: DriftNews, ruleset: Looked["ruleset"]): string {
  const held = expectations.filter(({ result }) => result === "pass").length;
  const kept = isUnknown(ruleset) ? "refused" : ruleset;
  return `${held} of ${expectations.length} expectations hold, ${drifted.length} drifted${kept ? `, ruleset ${kept}` : ""}`;
}
