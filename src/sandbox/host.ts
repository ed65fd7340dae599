import { chmod, chown, lstat, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { runChild, searchPath } from "./child.ts";
import type { Identity } from "./child.ts";
import { stageRuntime } from "./runtime.ts";
import type { SandboxOptions } from "./sandbox.ts";

/** What every file of this room needs to know about the machine it runs on. */
export type Host = {
  /** Absolute. Layout: `mirrors`, `trees`, `layers`, `jobs`, `packages`, `run`, `runtime`. */
  directory: string;
  /** Who sandboxes, and git on their files, run as. Undefined: as this process, which then is not root. */
  identity: Identity;
  /** The staged runtime, `/opt/self-heal` inside. */
  runtime: string;
  /** File with the seccomp filter. */
  filter: string;
  /** git's global configuration, in place of the user's. */
  gitConfig: string;
  /** Containers without SYS_ADMIN refuse it. */
  canSetHostname: boolean;
  /** Memory one sandbox may use, in bytes. */
  memoryBytes: number;
  /** Descriptors this process inherited open, which its children would inherit too. */
  leaked: readonly number[];
};

/** Sets up the directory, stages the runtime and looks at what the machine allows. */
export async function prepareHost(options: SandboxOptions): Promise<Host> {
  const { directory } = options;
  const identity = process.getuid?.() === 0 ? { uid: options.uid, gid: options.uid } : undefined;
  if (identity?.uid === 0) throw new Error("the sandbox's user must not be root");
  await mkdir(directory, { recursive: true });
  if (identity) await chown(directory, 0, identity.gid);
  // Mirrors hold private code: nobody but this process and the sandbox's user gets past this directory.
  await chmod(directory, 0o750);
  for (const name of ["mirrors", "trees", "layers", "jobs", "packages", "run", "runtime"]) {
    await mkdir(join(directory, name), { recursive: true });
    await chmod(join(directory, name), name === "packages" ? 0o700 : 0o755);
  }
  const gitConfig = join(directory, "gitconfig");
  // Mirrors belong to this process, work trees to the sandbox's user: git's ownership check has nothing to protect here.
  await writeFile(gitConfig, "[safe]\n\tdirectory = *\n\tbareRepository = explicit\n", { mode: 0o644 });
  const runtime = await stageRuntime(directory);
  await runChild({ argv: ["chmod", "-R", "a+rX", runtime, gitConfig], env: { PATH: searchPath } });
  return {
    directory,
    identity,
    runtime,
    filter: join(runtime, "filter.bpf"),
    gitConfig,
    canSetHostname: await canSetHostname(identity),
    memoryBytes: options.memoryBytes ?? Math.min(4 * 1024 ** 3, Math.floor(totalmem() / 2)),
    leaked: await inheritedDescriptors(),
  };
}

/** Makes a new directory in a trusted one, with directories in it, that only the sandbox's user may write to. */
export async function makeOwned(host: Host, path: string, below: readonly string[] = []): Promise<void> {
  // The outermost changes hands last: before that nobody can put a link where a name is expected.
  const paths = [...below.map((name) => join(path, name)), path];
  for (const each of paths.toReversed()) await mkdir(each, { mode: 0o755 });
  if (host.identity) for (const each of paths) await chown(each, host.identity.uid, host.identity.gid);
}

/** True when a path is a directory and not a link to one. */
export async function isRealDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function canSetHostname(identity: Identity): Promise<boolean> {
  const argv = ["bwrap", "--unshare-user", "--unshare-uts", "--hostname", "sandbox", "--ro-bind", "/", "/", "true"];
  const end = await runChild({ argv, env: { PATH: searchPath }, identity, timeoutMs: 5_000 }).catch(() => undefined);
  return end?.exitCode === 0;
}

/** Open descriptors above stderr that are not close-on-exec. Nothing in Node opens such a one. */
async function inheritedDescriptors(): Promise<number[]> {
  const closeOnExec = 0o2000000;
  const names = await readdir("/proc/self/fdinfo");
  const infos = await Promise.all(
    names.map(async (name) => {
      const info = await readFile(`/proc/self/fdinfo/${name}`, "latin1").catch(() => "");
      const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1];
      return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0 ? [Number(name)] : [];
    }),
  );
  return infos.flat().filter((descriptor) => descriptor > 2);
}
