import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { errorKind, NoAccess } from "./github-error.ts";
import type { GitHubErrorKind } from "./github-error.ts";

/** GitHub will say the same the next time: waiting does not help. */
const lasting: readonly (GitHubErrorKind | undefined)[] = ["forbidden", "not-found", "invalid", "conflict"];

/**
 * What was read, or why it cannot be seen: a refusal becomes `unknown` with the permission that would show it. GitHub
 * refuses with 403, and with 404 where it does not even admit that something is there. Failures that pass (rate limits,
 * broken connections) are thrown, and so is `NoAccess`: then nothing at all can be seen.
 */
export async function visible<T>(what: string, permission: string, read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NoAccess || !lasting.includes(errorKind(error))) throw error;
    return unknown(`${what} cannot be seen: ${reason(error, permission)}.`);
  }
}

/** GitHub's plans leave things out with a 403 that says "Upgrade to GitHub Pro …". */
function reason(error: unknown, permission: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const plan = /upgrade to [^.]*/i.exec(text)?.[0];
  if (plan) return `the account's plan does not include it (GitHub says: "${plan}")`;
  return `GitHub refused; the App needs the permission ${permission}`;
}
