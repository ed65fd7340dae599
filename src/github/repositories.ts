import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** A repository as GitHub has it now. */
export type RepositoryState = {
  /** With the present owner and name, which a rename or transfer changes; the id stays. */
  repository: Repository;
  defaultBranch: string;
  archived: boolean;
  disabled: boolean;
  private: boolean;
};

/**
 * One request. Undefined when the repository is gone or out of reach. A rename is followed (GitHub redirects); a new
 * repository under the old name is not taken for the one that was meant.
 */
export async function readRepository(octokit: Octokit, repo: Repository): Promise<RepositoryState | undefined> {
  const answer = await octokit.rest.repos.get(at(repo)).catch(whenMissing(undefined));
  if (answer?.data.id !== repo.id) return undefined;
  const { data } = answer;
  return {
    repository: { ...repo, owner: data.owner.login, name: data.name },
    defaultBranch: data.default_branch,
    archived: data.archived,
    disabled: data.disabled,
    private: data.private,
  };
}
