import type { Category } from "../domain/category.ts";
import type { Signal } from "../domain/signal.ts";
import { explainLog } from "./log-explanation.ts";

/** What is not the program's own fault even where the program reports it; the rest fails in the code that runs. */
const outside: ReadonlySet<Category> = new Set<Category>([
  "network-external",
  "auth-permission",
  "infra-runner",
  "oom",
  "config-env",
  "migration",
  "dependency",
  "timeout",
]);

/**
 * What kind of failure a report speaks of. A workflow's text is a log and read as one. An error of a running program is
 * `runtime-code`, unless its own words say network, memory or the like.
 */
export function reportCategory({ origin, title, errorType, message, detail }: Signal): Category {
  if (origin.kind === "workflow") return detail ? explainLog(detail).category : "unknown";
  const { category } = explainLog(
    `${errorType && !message.startsWith(errorType) ? `${errorType}: ` : ""}${message || title}`,
  );
  return outside.has(category) ? category : "runtime-code";
}
