import { categories } from "../domain/category.ts";
import type { Category } from "../domain/category.ts";
import type { Reason } from "../domain/reason.ts";

/** Where the failure points: into the repository, into its protected paths, somewhere else, or nobody looked. */
export type Whereabouts = "in-repository" | "protected" | "elsewhere" | "unknown";

export type Facts = {
  category: Category;
  confidence: number;
  threshold: number;
  location: Whereabouts;
  /** A person asked for it: what kind of failure it is and where it stands is theirs to judge. */
  asked: boolean;
};

export type Actionable = { actionable: boolean; reasonCode?: Reason; why: string };

/** Whether a fix can be tried as far as the failure itself goes; limits, modes and budgets are asked elsewhere. */
export function actionable({ category, confidence, threshold, location, asked }: Facts): Actionable {
  const { code, title } = categories[category];
  if (!asked && code === "no")
    return refused(category === "flaky" ? "flaky" : "infra", `No change of code helps: ${title}.`);
  if (location === "protected") return refused("protected-path", "All that it points at is protected by the policy.");
  if (!asked && location === "elsewhere") return refused("needs-info", "It points at no file of this repository.");
  if (confidence < threshold)
    return refused("low-confidence", `Confidence ${confidence.toFixed(2)} is below ${threshold}.`);
  return { actionable: true, why: `Confidence ${confidence.toFixed(2)} reaches ${threshold}, and code can help.` };
}

function refused(reasonCode: Reason, why: string): Actionable {
  return { actionable: false, reasonCode, why };
}
