import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { CommitSha } from "../domain/repository.ts";
import { git, gitLine, tellsOfCorruption } from "./git.ts";
import type { GitDirectory } from "./git.ts";
import type { Host } from "./host.ts";
import { ownName } from "./own-name.ts";
import { describe } from "./objects.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Source } from "./sandbox.ts";

/** The bare repository of one Source on disk: what fetches into it and what repairs it. */
export type MirrorDirectory = GitDirectory & {
  fetch: (ref: Ref) => Promise<CommitSha>;
  /** Runs `work`; when git finds the mirror damaged, makes it anew, fetches `commit` again and tries once more. */
  repairing: <T>(commit: CommitSha, work: () => Promise<T>) => Promise<T>;
};

type Ref = { branch: string } | { commit: CommitSha };

/** Opens the mirror of a Source, creating it where there is none. Throws for a URL or key that is not allowed. */
export async function openMirrorDirectory(host: Host, source: Source): Promise<MirrorDirectory> {
  const remote = parseRemote(source.url);
  if (!/^\w[\w.-]*$/.test(source.key)) throw new Error(`invalid mirror key ${source.key}`);
  const directory = { path: join(host.directory, "mirrors", `${source.key}.git`), gitConfig: host.gitConfig };
  const exclusively = oneAtATime();
  if (existsSync(directory.path)) await tidy(directory);
  else await create(host, directory);

  const recreate = async () => {
    const damaged = join(host.directory, "mirrors", ownName(`damaged-${source.key}`));
    await rename(directory.path, damaged);
    await create(host, directory);
    await rm(damaged, { recursive: true, force: true });
  };
  const repairing: MirrorDirectory["repairing"] = async (commit, work) => {
    try {
      return await work();
    } catch (error) {
      if (!tellsOfCorruption(error)) throw error;
      await exclusively(async () => {
        await recreate();
        await resolve(directory, source, remote, { commit });
      });
      return work();
    }
  };
  const fetch = async (ref: Ref) =>
    exclusively(async () => {
      try {
        return await resolve(directory, source, remote, ref);
      } catch (error) {
        if (!tellsOfCorruption(error)) throw error;
        await recreate();
        return resolve(directory, source, remote, ref);
      }
    });
  return { ...directory, fetch, repairing };
}

/** Gives the commit a ref stands for, fetched if need be. */
async function resolve(directory: GitDirectory, source: Source, remote: Remote, ref: Ref): Promise<CommitSha> {
  if ("commit" in ref) {
    const [present] = await describe(directory, [`${ref.commit}^{tree}`]);
    if (present === undefined) await download(directory, source, remote, `+${ref.commit}:refs/commits/${ref.commit}`);
    return ref.commit;
  }
  if (!isBranchName(ref.branch)) throw new Error(`not a branch name: ${ref.branch}`);
  // A name that cannot collide: with branches as directories, `a` would stand in the way of `a/b` for ever.
  const local = `refs/branches/${createHash("sha256").update(ref.branch).digest("hex").slice(0, 32)}`;
  await download(directory, source, remote, `+refs/heads/${ref.branch}:${local}`);
  return CommitSha.parse(await gitLine(directory, ["rev-parse", "--verify", `${local}^{commit}`]));
}

async function download(directory: GitDirectory, source: Source, remote: Remote, refspec: string): Promise<void> {
  const token = await source.token?.();
  const settings = ["-c", `protocol.${remote.protocol}.allow=always`, "-c", "transfer.fsckObjects=true", ...tolerated];
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"];
  await git(directory, [...settings, "fetch", ...flags, remote.url, refspec], {
    timeoutMs: 900_000,
    ...(token !== undefined && { env: withToken(remote, token) }),
  });
}

type Remote = { url: string; protocol: "https" | "http" | "file" };

function parseRemote(url: string): Remote {
  if (isAbsolute(url)) return { url, protocol: "file" };
  const { protocol, hostname, username, password } = new URL(url);
  if (username || password) throw new Error("a Source must not hold a credential");
  if (protocol === "file:") return { url, protocol: "file" };
  if (protocol === "https:") return { url, protocol: "https" };
  if (protocol === "http:" && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname))
    return { url, protocol: "http" };
  throw new Error(`a Source must be https, http on this machine, or a local path: ${url}`);
}

/** The token travels in the environment of one git: not on a command line, not on disk. */
function withToken(remote: Remote, token: string): Record<string, string> {
  if (remote.protocol === "file") return {};
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${new URL(remote.url).origin}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
  };
}

/** Flaws of old histories that GitHub serves and that cannot hurt a reader (git-fsck(1), "FSCK MESSAGES"). */
const tolerated = [
  "badDate",
  "badDateOverflow",
  "badEmail",
  "badName",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingTaggerEntry",
  "multipleAuthors",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
].flatMap((flaw) => ["-c", `fetch.fsck.${flaw}=ignore`]);

/** Bytes are taken as they are: no filter, no line ending, no encoding, and nothing is hidden from a diff. */
export const rawAttributes =
  "* -text -eol -filter -ident -working-tree-encoding !diff !merge !export-subst !export-ignore\n";

async function create(host: Host, directory: GitDirectory): Promise<void> {
  const draft = join(
    host.directory,
    "mirrors",
    ownName(`new-${createHash("sha256").update(directory.path).digest("hex").slice(0, 8)}`),
  );
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  // Whatever this process's umask is, the sandbox's user reads the objects.
  await git({ ...directory, path: draft }, ["init", "--quiet", "--bare", "--template=", "--shared=0644"]);
  await mkdir(join(draft, "info"), { recursive: true });
  await writeFile(join(draft, "info/attributes"), rawAttributes);
  for (const path of ["", "info", "objects", "objects/pack", "objects/info"]) await chmod(join(draft, path), 0o755);
  await rename(draft, directory.path);
}

/** Housekeeping, once per process: what a crash left behind goes, and many small packs become one. */
async function tidy(directory: GitDirectory): Promise<void> {
  const longAgo = Date.now() - 3_600_000;
  for (const name of await readdir(directory.path, { recursive: true })) {
    const path = join(directory.path, name);
    const isLeftover = name.endsWith(".lock") || /^(quarantine|index)-[^/]*$/.test(name);
    if (isLeftover && (await stat(path)).mtimeMs < longAgo) await rm(path, { recursive: true, force: true });
  }
  const packs = await readdir(join(directory.path, "objects/pack")).catch(() => []);
  if (packs.length < maxPackFiles) return;
  // Trees that nothing keeps any more are given two weeks, longer than any incident waits for its next attempt.
  await git(directory, ["gc", "--quiet", "--prune=2.weeks.ago"], { timeoutMs: 900_000 }).catch((error: unknown) => {
    if (!tellsOfCorruption(error)) throw error;
  });
}

// Every fetch and extraction may add a pack of two or three files; lookups slow down with their number.
const maxPackFiles = 150;

/** The rules of git-check-ref-format(1) that matter on a command line and in a refspec. */
function isBranchName(name: string): boolean {
  return name !== "" && !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock$/u.test(name);
}
