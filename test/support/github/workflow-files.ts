import { holds } from "./access.ts";
import type { Caller } from "./access.ts";
import { forbidden } from "./reply.ts";
import type { Repository } from "./world.ts";

/** Commits that touch this need the permission `workflows`. */
const workflowFolder = ".github/workflows";

/** Throws 403 when an App without `workflows: write` would bring a changed workflow file into a branch. */
export async function assertWorkflowsAllowed(
  repository: Repository,
  caller: Caller,
  { from, to }: { from: string | undefined; to: string },
): Promise<void> {
  if (caller.kind !== "installation" || holds(caller.permissions, "workflows", "write")) return;
  const start = from ?? repository.refs.get(`refs/heads/${repository.defaultBranch}`);
  if (!start) return;
  const { git } = repository;
  const since = (await git.mergeBase(start, to)) ?? start;
  const changed = await git.line(["diff", "--name-only", since, to, "--", workflowFolder]);
  if (changed !== "") throw forbidden();
}
