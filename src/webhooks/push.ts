import { ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

/** GitHub lists no more commits than this in a push; what a longer one touched is not known. */
const maxCommits = 2_048;
const policyFiles = new Set([".github/self-heal.yml", "self-heal.yml"]);
const ownersFiles = new Set([".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]);

/** The policy or the code owners may have changed on the default branch. What they say now is read by whoever acts. */
export function pushed(payload: Payload<"push">): Inbound[] {
  const { ref, commits, installation } = payload;
  const { id, name, owner, default_branch: main } = payload.repository;
  const repository = owner && repositoryOf({ repository: { id, name, owner }, installation });
  if (!repository) return ignored(notInstalled);
  if (ref !== `refs/heads/${main}`) return ignored("the push is not to the default branch");
  const touched = commits.flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed]);
  // A forced push may have taken away commits that are not listed.
  const all = payload.forced || commits.length >= maxCommits;
  const touches = (files: ReadonlySet<string>): boolean => all || touched.some((path) => files.has(path));
  const inbound: Inbound[] = [
    ...(touches(policyFiles) ? [{ kind: "task", task: { kind: "policy", repository } } as const] : []),
    ...(touches(ownersFiles)
      ? [{ kind: "gates", installation: repository.installation, repository: repository.id } as const]
      : []),
  ];
  return inbound.length > 0 ? inbound : ignored("the push touches neither the policy nor the code owners");
}
