import type { Fact } from "../domain/fact.ts";
import type { ClassicFacts } from "../domain/protection.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { errorStatus } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

type Protection = Awaited<ReturnType<Octokit["rest"]["repos"]["getBranchProtection"]>>["data"];
type Reviews = NonNullable<Protection["required_pull_request_reviews"]>;

/** Classic protection of a branch; `null` where there is none. One request, for which the App needs Administration: read. */
export async function readClassicProtection(
  octokit: Octokit,
  repo: Repository,
  { branch, settingsUrl }: { branch: string; settingsUrl: string },
): Promise<Fact<ClassicFacts | null>> {
  return visible("Classic branch protection", "Administration: read", async () => {
    try {
      const { data } = await octokit.rest.repos.getBranchProtection({ ...at(repo), branch });
      return toFacts(data, settingsUrl);
    } catch (error) {
      if (isUnprotected(error)) return null;
      throw error;
    }
  });
}

/** Any other 404 is a refusal. */
export function isUnprotected(error: unknown): boolean {
  return errorStatus(error) === 404 && error instanceof Error && error.message.includes("Branch not protected");
}

function toFacts(protection: Protection, settingsUrl: string): ClassicFacts {
  const { required_pull_request_reviews: reviews, required_status_checks: required } = protection;
  return {
    source: { name: "Classic branch protection", url: `${settingsUrl}/branches` },
    pullRequest: reviews
      ? {
          approvals: reviews.required_approving_review_count ?? 0,
          dismissStale: reviews.dismiss_stale_reviews,
          bypass: bypassOf(reviews),
        }
      : null,
    checks: classicChecks(required),
    enforceAdmins: protection.enforce_admins?.enabled === true,
    allowForcePushes: protection.allow_force_pushes?.enabled === true,
    allowDeletions: protection.allow_deletions?.enabled === true,
  };
}

/** The checks that classic protection requires; `app` is `null` where any App may report one. */
export function classicChecks(required: Protection["required_status_checks"]): ClassicFacts["checks"] {
  const newer = required?.checks ?? [];
  // `contexts` is the older form of the same list.
  const older = (required?.contexts ?? []).filter((name) => !newer.some(({ context }) => context === name));
  const checks = [...newer, ...older.map((context) => ({ context, app_id: null }))];
  // -1: any App.
  return checks.map(({ context, app_id: app }) => ({ name: context, app: app !== null && app > 0 ? app : null }));
}

function bypassOf({ bypass_pull_request_allowances: allowed }: Reviews): string[] {
  return [
    ...(allowed?.users ?? []).map(({ login }) => `user ${login}`),
    ...(allowed?.teams ?? []).map(({ slug }) => `team ${slug}`),
    ...(allowed?.apps ?? []).map((app) => `App ${app?.slug ?? "unknown"}`),
  ];
}
