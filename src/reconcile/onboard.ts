import type { Repository } from "../domain/repository.ts";
import type { Standing } from "../domain/standing.ts";
import { keepIssue } from "../github/issues.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { onboardingText, onboardingTitle, organizationText } from "./onboard-text.ts";

const marker = "<!-- self-heal:onboarding -->";
/** Where an organisation keeps what is true for all of its repositories. */
const organizationRepository = ".github";

/**
 * Introduces the App: one issue with what it does, the protection report, and a policy file that is ready to commit. It is
 * brought up to date while it is open; who closes it has read it.
 */
export const onboard: Reconciler<"onboard"> = async ({ task: { repository }, recall }, deps) => {
  const standing = await recall.standing();
  if (!standing?.policy || !standing.protection) return { note: "the policy and the settings are not read yet" };
  const { onboarding } = standing.policy.policy;
  if (onboarding === "off") return { note: "the policy asks for no introduction" };
  if (onboarding === "repository") return introduce(repository, standing, { deps, body: onboardingText(standing) });
  const siblings = await recall.siblings();
  const home = siblings.find(({ repository: { name } }) => name === organizationRepository);
  if (!home) return { note: `the App is not installed on ${repository.owner}/${organizationRepository}` };
  if (home.repository.id === repository.id)
    return introduce(repository, standing, { deps, body: organizationText(siblings) });
  return {
    note: "the organisation's issue speaks of it",
    tasks: [{ task: { kind: "onboard", repository: home.repository }, afterSeconds: 0 }],
  };
};

async function introduce(
  repository: Repository,
  { issues }: Standing,
  { deps, body }: { deps: Deps; body: string },
): ReturnType<Reconciler<"onboard">> {
  const octokit = await deps.clients.for(repository, "report");
  const number = await keepIssue(octokit, repository, {
    known: issues?.onboarding,
    marker,
    title: onboardingTitle,
    body,
    open: true,
  });
  if (number === undefined) return { note: "issues are switched off here; there is no introduction" };
  return { note: `introduced in #${number}`, standing: { issues: { ...issues, onboarding: number } } };
}
