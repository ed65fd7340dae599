import type { Category } from "../domain/category.ts";

const rerunnable: ReadonlySet<Category> = new Set([
  "test-deterministic",
  "flaky",
  "network-external",
  "infra-runner",
  "timeout",
]);

/**
 * Whether running the same commit again, once, may pass. A compiler, a linter or a type checker says the same thing twice;
 * a cancelled run was not wanted; a missing permission does not come back by itself.
 */
export function isRerunnable(category: Category): boolean {
  return rerunnable.has(category);
}
