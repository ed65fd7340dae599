import { chmod, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, openBareGit } from "./bare-git.ts";
import { noReply } from "./render-git.ts";
import type { RepositoryOptions, RepositorySettings } from "./types.ts";
import { writeFiles } from "./user-client.ts";
import { nodeId } from "./world.ts";
import type { Account, Repository, World } from "./world.ts";

/** Refuses workflow files in pushes of Apps that may not change them, in GitHub's words. */
const updateHook = `#!/bin/sh
[ "$STAND_IN_WORKFLOWS" = refused ] || exit 0
case "$3" in *[!0]*) ;; *) exit 0 ;; esac
base=$(git merge-base HEAD "$3") || base=4b825dc642cb6eb9a060e54bf8d69288fbee4904
case "$2" in *[!0]*) base=$2 ;; esac
path=$(git diff --name-only "$base" "$3" -- .github/workflows | head -n 1)
[ -z "$path" ] && exit 0
echo "refusing to allow a GitHub App to create or update workflow \\\`$path\\\` without \\\`workflows\\\` permission" >&2
exit 1
`;

/** As github.com is set up: any commit can be fetched by id, partial clones work, \`refs/pull\` is not for pushing. */
const configuration = {
  "http.receivepack": "true",
  "uploadpack.allowFilter": "true",
  "uploadpack.allowAnySHA1InWant": "true",
  "receive.hideRefs": "refs/pull",
  "receive.autogc": "false",
  "gc.auto": "0",
};

export async function newRepository(world: World, options: RepositoryOptions, owner: Account): Promise<Repository> {
  const { name, defaultBranch = "main" } = options;
  const id = world.nextId();
  // Not by its name alone: that can change, and another repository can get it.
  const directory = join(world.root, owner.login, String(id), `${name}.git`);
  await git(["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, directory]);
  for (const [key, value] of Object.entries(configuration)) await git(["-C", directory, "config", key, value]);
  await writeFile(join(directory, "hooks", "update"), updateHook);
  await chmod(join(directory, "hooks", "update"), 0o755);
  if (!options.empty) await firstCommit(world, options, owner, directory);
  const bare = openBareGit(directory);
  return {
    id,
    nodeId: nodeId("R", id),
    owner,
    name,
    fullName: `${owner.login}/${name}`,
    git: bare,
    defaultBranch,
    private: options.private ?? false,
    archived: options.archived ?? false,
    createdAt: world.now(),
    pushedAt: world.now(),
    collaborators: new Map(),
    labels: [],
    issues: [],
    comments: [],
    suites: [],
    checks: [],
    statuses: [],
    workflows: [],
    runs: [],
    refs: await bare.refs(),
    signed: new Set(),
    settings: newSettings(),
    protectionRules: new Map(),
    queue: [],
  };
}

const newSettings = (): RepositorySettings => ({
  rules: [],
  rulesets: [],
  ruleSuites: [],
  protection: {},
  protectionEnabled: true,
  secrets: [],
  organizationSecrets: [],
  actions: { enabled: true, defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
  workflowStates: {},
  properties: {},
});

async function firstCommit(
  world: World,
  { name, files, defaultBranch = "main" }: RepositoryOptions,
  owner: Account,
  bare: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "stand-in-first-"));
  const date = `${Math.floor(world.now().getTime() / 1000)} +0000`;
  const person = (role: string) => ({
    [`GIT_${role}_NAME`]: owner.name,
    [`GIT_${role}_EMAIL`]: noReply(owner),
    [`GIT_${role}_DATE`]: date,
  });
  const env = { ...person("AUTHOR"), ...person("COMMITTER") };
  try {
    if (typeof files === "string")
      await cp(files, work, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !/\/(\.git|node_modules)$/.test(path),
      });
    else await writeFiles(work, files ?? { "README.md": `# ${name}\n` });
    await git(["-C", work, "init", "--quiet", `--initial-branch=${defaultBranch}`]);
    await git(["-C", work, "add", "--all", "--force"]);
    await git(["-C", work, "commit", "--quiet", "--allow-empty", "-m", "Initial commit"], { env });
    await git(["-C", work, "push", "--quiet", bare, `HEAD:refs/heads/${defaultBranch}`]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
