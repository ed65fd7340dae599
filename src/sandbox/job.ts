import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { CommitSha, TreeSha } from "../domain/repository.ts";
import { onData, startChild } from "./child.ts";
import type { Child } from "./child.ts";
import { gitEnvironment, hardening } from "./git.ts";
import type { GitDirectory } from "./git.ts";
import { makeOwned } from "./host.ts";
import type { Host } from "./host.ts";
import { ownName } from "./own-name.ts";
import { rawAttributes } from "./mirror-directory.ts";
import type { Removals } from "./removals.ts";
import type { Ground } from "./trees.ts";

/** A work tree: an overlay mount in a mount namespace of its own, held by one small process. */
export type Job = {
  /** `files` is the work tree as seen in the job's namespace, `upper` what was changed in it. */
  path: string;
  files: string;
  upper: string;
  /** Whose namespaces `startConfined` enters. */
  keeper: number;
  /** Ends the keeper: with the last process inside, the mount goes too. Leaves the directory. */
  unmount(): Promise<void>;
  /** Unmounts and has the directory removed. */
  close(): Promise<void>;
};

export type JobOptions = {
  ground: Ground;
  /** Directory of the dependencies to mount below the ground, if any. */
  layer?: string | undefined;
  directory: GitDirectory;
  /** The tree to end up with, and the commit the agent's history ends at, with its tree. */
  tree: TreeSha;
  commit: CommitSha;
  commitTree: TreeSha;
  /** Lines for `.git/info/exclude`. */
  exclude: readonly string[];
};

/**
 * Mounts a work tree. One mount serves every sandbox of the job at the same time (two mounts of one upper directory
 * would show stale files): each enters the keeper's namespaces. The keeper waits for the end of its input, so it
 * dies with this process, however that ends.
 */
export async function openJob(host: Host, removals: Removals, options: JobOptions): Promise<Job> {
  const path = join(host.directory, "jobs", ownName(randomUUID()));
  await makeOwned(host, path);
  const keeper = startKeeper(host, path, options);
  const unmount = async () => {
    keeper.process.stdin?.end();
    keeper.kill();
    await keeper.ended;
  };
  const close = async () => {
    await unmount();
    removals.remove(path);
  };
  try {
    await mounted(keeper);
  } catch (error) {
    await close();
    throw error;
  }
  return { path, files: join(path, "m"), upper: join(path, "u"), keeper: keeper.pid, unmount, close };
}

function startKeeper(host: Host, path: string, options: JobOptions): Child {
  const { ground, layer, directory, tree, commit, commitTree } = options;
  const lower = layer === undefined ? ground.files : `${ground.files}:${layer}`;
  const exclude = options.exclude.join("\n");
  const settings = [path, lower, directory.path, ground.index, commit, agentConfig, rawAttributes, exclude];
  const steps = [ground.tree, commitTree, tree];
  return startChild({
    argv: [
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      keeperScript,
      "sh",
    ].concat(settings, steps),
    env: { ...gitEnvironment(host.gitConfig), ...hardeningAsEnvironment },
    identity: host.identity,
    stdin: true,
  });
}

/**
 * Runs as the sandbox's user, root in its user namespace only, on trusted input alone. git brings the mounted files
 * from the tree below to the commit's tree, whose index the agent gets, and on to the wanted tree.
 */
const keeperScript = `
set -eu
umask 022
cd "$1"; lower=$2 mirror=$3 index=$4 commit=$5 config=$6 attributes=$7 exclude=$8
shift 8
mkdir u w m
mount -t overlay overlay -o "userxattr,lowerdir=$lower,upperdir=u,workdir=w" m
mkdir m/.git m/.git/info m/.git/objects m/.git/objects/info m/.git/refs m/.git/refs/heads
echo /mirror/objects > m/.git/objects/info/alternates
echo 'ref: refs/heads/work' > m/.git/HEAD
echo "$commit" > m/.git/refs/heads/work
printf '%s\\n' "$config" > m/.git/config
printf '%s\\n' "$attributes" > m/.git/info/attributes
printf '%s\\n' "$exclude" > m/.git/info/exclude
switch() {
  [ "$1" = "$2" ] && return 0
  GIT_INDEX_FILE=$PWD/index git --git-dir="$mirror" --work-tree="$PWD/m" read-tree -m -u "$1" "$2"
}
cp "$index" index
switch "$1" "$2"
cp index m/.git/index
switch "$2" "$3"
echo mounted
read -r _ || exit 0
`;

/** The settings of `hardening` for the keeper's git, and that its bare repository has a work tree for once. */
const hardeningAsEnvironment: Readonly<Record<string, string>> = (() => {
  const settings = [...hardening.filter((part) => part !== "-c"), "core.bare=false"];
  const pairs = settings.flatMap((setting, index): [string, string][] => {
    const [key = "", value = ""] = setting.split(/=(.*)/s);
    return [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ];
  });
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(settings.length) };
})();

/** The agent's repository is its own to break: nothing on the host ever reads it. */
const agentConfig = `[core]
	repositoryformatversion = 0
	bare = false
	checkStat = minimal
	trustctime = false
[user]
	name = Self-Heal
	email = self-heal@localhost
[gc]
	auto = 0
[maintenance]
	auto = false`;

async function mounted(keeper: Child): Promise<void> {
  let complaint = "";
  onData(keeper.process.stderr, (chunk) => (complaint += chunk.toString("utf8")));
  const said = new Promise<void>((resolve) => onData(keeper.process.stdout, () => resolve()));
  const gone = keeper.ended.then(() => {
    throw new Error(`cannot mount a work tree: ${complaint.trim().slice(-1_000)}`);
  });
  await Promise.race([said, gone]);
  // From here on its end is nobody's surprise.
  gone.catch(() => undefined);
}
