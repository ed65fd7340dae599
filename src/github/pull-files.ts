import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Repository } from "../domain/repository.ts";
import type { ChangedFile } from "../domain/snapshot.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/** GitHub lists no more (GitHub docs, "List pull requests files"). */
const maxFiles = 3_000;

/** The files that a pull request changes, all of them or none. One request per 100. Needs scope `govern`. */
export async function readFiles(
  octokit: Octokit,
  repo: Repository,
  { number, changed_files: count }: { number: number; changed_files: number },
): Promise<Fact<ChangedFile[]>> {
  if (count > maxFiles)
    return unknown(`it changes ${count} files, and GitHub lists no more than ${maxFiles}. Split it into smaller ones.`);
  return visible<Fact<ChangedFile[]>>("The changed files", "Pull requests: read", async () => {
    const target = { ...at(repo), pull_number: number, per_page: 100 };
    const files = await octokit.paginate(octokit.rest.pulls.listFiles, target);
    if (files.length !== count) return unknown(`GitHub counts ${count} changed files and lists ${files.length}`);
    return files.map(({ filename, previous_filename: previousPath, status, additions, deletions }) => ({
      path: filename,
      ...(previousPath !== undefined && { previousPath }),
      status,
      additions,
      deletions,
    }));
  });
}
