import { randomUUID } from "node:crypto";
import { access, constants, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, ListenOptions, Server } from "node:net";
import { join } from "node:path";
import * as z from "zod";
import { collectChild, runChild, searchPath, startChild } from "./child.ts";
import { insideEnvironment, limits, startConfined } from "./confinement.ts";
import { makeOwned } from "./host.ts";
import type { Host } from "./host.ts";
import { ownName } from "./own-name.ts";
import type { Workshop } from "./mirror.ts";
import { insidePath } from "./runtime.ts";
import type { Health, SandboxOptions } from "./sandbox.ts";
import { plainText } from "./text.ts";

type Problem = Extract<Health, { ok: false }>;

/** Debian's and Ubuntu's package for each program that is needed. */
const programs: Readonly<Record<string, string>> = {
  bwrap: "bubblewrap",
  unshare: "util-linux",
  nsenter: "util-linux",
  prlimit: "util-linux",
  rg: "ripgrep",
  socat: "socat",
  git: "git",
  bash: "bash",
};

/**
 * Looks at what the machine has and allows, then lets a set of escape attempts run in a sandbox. One success is enough
 * for not ok. Never throws: what goes wrong unexpectedly is a problem too.
 */
export async function checkSandbox(options: SandboxOptions, ready: () => Promise<Workshop>): Promise<Health> {
  try {
    const early = await problemOfMachine(options);
    if (early) return early;
    const { host, removals } = await ready();
    const problem = (await problemOfAccess(host)) ?? (await problemOfKernel(host, removals.remove));
    return problem ?? (await probe(host));
  } catch (error) {
    return failed("the sandbox does not work", error instanceof Error ? error.message : String(error));
  }
}

function failed(problem: string, remedy: string): Problem {
  return { ok: false, problem, remedy };
}

async function problemOfMachine({ directory }: SandboxOptions): Promise<Problem | undefined> {
  if (process.platform !== "linux")
    return failed(
      `sandboxes need Linux, this is ${process.platform}`,
      "Run the App on Linux: a container with the flags of the README, or a virtual machine.",
    );
  if (!["x64", "arm64"].includes(process.arch))
    return failed(`no seccomp filter for ${process.arch}`, "Run the App on x86-64 or arm64.");
  const missing = await missingPrograms();
  if (missing.length > 0)
    return failed(
      `not installed: ${missing.join(", ")}`,
      `apt-get install ${[...new Set(missing.map((program) => programs[program]))].join(" ")}`,
    );
  // Limits of a unix socket's address and of mount's option syntax.
  if (directory.length > maxDirectoryChars || /[,:\\\s]/.test(directory))
    return failed(
      `the sandbox directory's path is too long or has unusual characters: ${directory}`,
      `Set SELF_HEAL_SANDBOX_DIR to a path of at most ${maxDirectoryChars} characters without spaces, colons, commas and backslashes.`,
    );
  return undefined;
}

const maxDirectoryChars = 76;

async function missingPrograms(): Promise<string[]> {
  const looks = Object.keys(programs).map(async (program) => {
    const tries = searchPath.split(":").map(async (path) => access(join(path, program), constants.X_OK));
    return Promise.any(tries).then(
      () => [],
      () => [program],
    );
  });
  return (await Promise.all(looks)).flat();
}

async function problemOfAccess(host: Host): Promise<Problem | undefined> {
  const script = 'test -x "$1/bin/node" && cd "$2"';
  const argv = ["sh", "-c", script, "sh", host.runtime, host.directory];
  const { exitCode } = await runChild({ argv, env: { PATH: searchPath }, identity: host.identity });
  if (exitCode === 0) return undefined;
  return failed(
    `the sandbox's user ${host.identity?.uid ?? ""} cannot reach ${host.directory}`,
    "Set SELF_HEAL_SANDBOX_DIR to a directory that other users may enter, such as /var/lib/self-heal.",
  );
}

/** User namespaces, and overlay mounts in them on this file system. */
async function problemOfKernel(host: Host, remove: (path: string) => void): Promise<Problem | undefined> {
  const path = join(host.directory, "jobs", ownName(randomUUID()));
  await makeOwned(host, path, ["l", "u", "w", "m"]);
  const enter = ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "private", "sh", "-c"];
  const mount = 'cd "$1" || exit 3; mount -t overlay overlay -o userxattr,lowerdir=l,upperdir=u,workdir=w m || exit 4';
  const { exitCode, stderr } = await runChild({
    argv: [...enter, mount, "sh", path],
    env: { PATH: searchPath },
    identity: host.identity,
    timeoutMs: 5_000,
  });
  remove(path);
  if (exitCode === 0) return undefined;
  if (exitCode === 4)
    return failed(
      `overlay mounts do not work in ${host.directory}: ${stderr.trim()}`,
      "Set SELF_HEAL_SANDBOX_DIR to a directory on ext4, xfs, btrfs or tmpfs (in a container: a volume). Linux 5.11 or later.",
    );
  return failed(
    `unprivileged user namespaces are not allowed: ${stderr.trim()}`,
    "Allow them: sysctl kernel.unprivileged_userns_clone=1 (Debian), an AppArmor profile for bwrap and unshare (Ubuntu), or the container's security options of the README.",
  );
}

const Outcome = z.strictObject({ tried: z.int(), succeeded: z.array(z.string()) });

/** Sets up things to find and reach on the host, and lets the probes look for them. */
async function probe(host: Host): Promise<Health> {
  const secret = randomUUID();
  const canary = join(host.directory, "run", ownName("canary"));
  await writeFile(canary, secret, { mode: 0o644 });
  const hostSocket = join(host.directory, "run", ownName("p.sock"));
  const abstractSocket = `\0self-heal-${secret}`;
  const loopback = await listening({ host: "127.0.0.1", port: 0 });
  const servers = [loopback, await listening({ path: hostSocket }), await listening({ path: abstractSocket })];
  const bystander = startChild({
    argv: ["sh", "-c", "read -r _", secret],
    env: { PATH: searchPath },
    identity: host.identity,
    stdin: true,
  });
  try {
    const targets = {
      canary,
      secret,
      hostSocket,
      abstractSocket,
      hostPid: bystander.pid,
      processes: limits.processes,
      port: (loopback.address() as AddressInfo).port,
      variables: [...Object.keys(insideEnvironment), "PWD", "OLDPWD", "SHLVL", "_"],
    };
    return await judge(host, targets);
  } finally {
    bystander.kill();
    for (const server of servers) server.close();
    await rm(canary, { force: true });
  }
}

/** The shell lists its descriptors before Node opens its own. */
const listDescriptors = `
for path in /proc/$$/fd/*; do [ -e "$path" ] && open="$open \${path##*/}"; done
exec node "$1" $open
`;

async function judge(host: Host, targets: object): Promise<Health> {
  const child = startConfined(host, {
    argv: ["bash", "-c", listDescriptors, "bash", insidePath("probes")],
    mounts: [],
    // Not on the command line: that is readable inside, and would be found where a host process is looked for.
    stdin: JSON.stringify(targets),
    timeoutMs: 10_000,
  });
  const { stdout, stderr, exitCode, killedBy } = await collectChild(child, 64 * 1024);
  if (exitCode !== 0)
    return failed("the self-test did not run", `${killedBy ?? ""} ${plainText(stderr).trim().slice(-500)}`.trim());
  const { tried, succeeded } = Outcome.parse(JSON.parse(stdout.toString("utf8")));
  if (succeeded.length > 0)
    return failed(
      `the sandbox leaks: what runs inside can ${succeeded.join(", ")}`,
      "Do not run the App here. Compare the host with the README; report this if it matches.",
    );
  return {
    ok: true,
    note: `${tried} escape attempts failed; memory is limited by RLIMIT_DATA and a watch on resident memory, not by a cgroup`,
  };
}

async function listening(options: ListenOptions): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).unref();
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(options, () => resolve(server));
  });
}
