import type { Repository } from "../domain/repository.ts";

/** How REST calls name a repository. */
export function at({ owner, name }: Repository): { owner: string; repo: string } {
  return { owner, repo: name };
}
