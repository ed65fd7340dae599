import type { On } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Recall } from "../domain/recall.ts";
import type { Signal } from "../domain/signal.ts";
import { protects } from "../governance/glob.ts";
import { actionable } from "../triage/actionable.ts";
import type { Whereabouts } from "../triage/actionable.ts";
import { confidence, locationsOf } from "../triage/confidence.ts";
import type { Confidence } from "../triage/confidence.ts";
import { enrich } from "../triage/enrich.ts";
import { guard, isAsked } from "../triage/guards.ts";
import { reportCategory } from "../triage/report-category.ts";
import type { PathIndex } from "../triage/repository-path.ts";
import { isUnsure, withOpinion } from "../triage/second-opinion.ts";
import type { Deps } from "./deps.ts";
import { failedLog } from "./failed-log.ts";

type Verdict = On<"triaged">["verdict"];
type Given = { policy: SettledPolicy; paths: PathIndex; recall: Recall; deps: Deps };

/** Whether a failure is worth a fix: what kind it is, how sure that is, where it points, and whether it is its turn. */
export async function weigh(incident: Incident, given: Given): Promise<Verdict> {
  const { policy, paths, recall, deps } = given;
  const detail = await logOf(incident.signal, deps);
  // What came with the report was read when it arrived.
  const signal = detail === undefined ? incident.signal : enrich({ ...incident.signal, detail });
  const category = reportCategory(signal);
  const asked = isAsked(incident);
  const threshold = policy.intake.confidence ?? deps.confidenceThreshold;
  const rules = confidence(signal, { paths, category, seen: incident.signals });
  const judged = await secondOpinion({ signal, rules, category, threshold }, incident, deps);
  const location = whereabouts(signal, policy, paths);
  const said = actionable({ category, confidence: judged.value, threshold, location, asked });
  if (said.reasonCode)
    return { kind: "hold", policy, reason: said.reasonCode, note: `${said.why} (${termsOf(judged)})` };
  const activity = await recall.activity(incident.fingerprint);
  const held = guard(activity, policy, { signal, asked, start: "triage", now: deps.now() });
  if (held) return { kind: "hold", policy, reason: held.reason, note: held.note };
  return { kind: "fix", policy, confidence: judged.value, ...(detail !== undefined && { detail }) };
}

/** Only a workflow's report has its text elsewhere. */
function logOf({ origin, repository }: Signal, deps: Deps): Promise<string | undefined> {
  return origin.kind === "workflow" ? failedLog(repository, origin.run, deps) : Promise.resolve(undefined);
}

type Unsure = { signal: Signal; rules: Confidence; category: string; threshold: number };

/** A cheap model is asked only where the rules are unsure; without an answer they decide alone. */
async function secondOpinion(
  { signal, rules, category, threshold }: Unsure,
  { fingerprint }: Incident,
  deps: Deps,
): Promise<Confidence> {
  if (!deps.opinion || !isUnsure(signal, rules, threshold)) return rules;
  const view = { confidence: rules.value, category, terms: rules.terms, fingerprint };
  const opinion = await deps.opinion(signal, view);
  return opinion ? withOpinion(rules, opinion) : rules;
}

function whereabouts(signal: Signal, { paths: { protected: globs } }: SettledPolicy, paths: PathIndex): Whereabouts {
  if (signal.frames.length === 0) return "unknown";
  const found = locationsOf(signal, paths);
  if (found.length === 0) return "elsewhere";
  return found.every((path) => globs.some((glob) => protects(glob, path))) ? "protected" : "in-repository";
}

function termsOf({ terms }: Confidence): string {
  return terms.map(({ name, delta }) => `${delta < 0 ? "−" : "+"}${Math.abs(delta)} ${name}`).join(", ");
}
