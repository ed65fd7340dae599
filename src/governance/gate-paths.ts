import type { Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { ChangedPath, GateCase } from "./gate-case.ts";
import { code, count, reason } from "./gate-reason.ts";
import { protectedBy } from "./glob.ts";

/** Whatever the policy says: what decides how a change is checked and who must approve it. */
const alwaysProtected = [".github/**", "**/CODEOWNERS", ".gitmodules"];

/** No machine's pull request may change the rules that it is judged by, or what else the policy protects. */
export function pathsCondition({ paths, policy }: GateCase): Reason {
  if (isUnknown(paths))
    return reason("protected-paths", "unknown", `The changed files could not be read: ${code(paths.unknown)}`);
  const patterns = [...alwaysProtected, ...policy.paths.protected];
  const unreadable = patterns.flatMap(unreadablePattern);
  if (unreadable.length > 0) return summarise(unreadable);
  const found: Reason[] = [];
  for (const { path, names } of paths) {
    const pattern = protectedBy(patterns, names);
    if (pattern === undefined) continue;
    found.push(reason("protected-paths", "fail", `${code(path)} is protected by ${code(pattern)}.`));
  }
  if (found.length > 0) return summarise(found);
  return reason("protected-paths", "pass", `None of the ${count(paths.length, "changed path")} is protected.`);
}

/** Whether any of the paths lies under one of the patterns. `undefined`: a pattern cannot be read. */
export function touches(patterns: readonly string[], paths: readonly ChangedPath[]): boolean | undefined {
  if (patterns.some((pattern) => unreadablePattern(pattern).length > 0)) return undefined;
  return paths.some(({ names }) => protectedBy(patterns, names) !== undefined);
}

function summarise(found: readonly Reason[]): Reason {
  const text =
    "It touches what only people may change. Take these changes out, or make them in a pull request of your own.";
  return reason("protected-paths", "fail", text, found.slice(0, 20));
}

/** A pattern that is not understood might protect anything. */
function unreadablePattern(pattern: string): Reason[] {
  try {
    protectedBy([pattern], ["a"]);
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [reason("protected-paths", "fail", `A protected path of the policy cannot be read: ${code(error.message)}`)];
  }
}
