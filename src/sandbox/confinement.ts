import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { onData, searchPath, startChild } from "./child.ts";
import type { Child, ChildEnd, ChildSpec } from "./child.ts";
import type { Host } from "./host.ts";
import { watchResources } from "./resource-watch.ts";
import { fakeEtc } from "./runtime.ts";

/** One host path made visible inside, never below another mount that untrusted code can write (GHSA-pxhw-h44j-8pfx). */
export type Mount = { from: string; to: string; writable?: boolean };

export type Confinement = {
  /** Runs with `/workspace` as working directory, or `/` where nothing is mounted there. */
  argv: readonly string[];
  mounts: readonly Mount[];
  /** Pid whose user and mount namespaces hold the mounts (a job's overlay). */
  namespaceOf?: number;
  env?: Readonly<Record<string, string>>;
  stdin?: ChildSpec["stdin"];
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** CPU seconds of one process. */
  cpuSeconds?: number;
};

/** What a sandbox may use, besides the host's `memoryBytes`. */
export const limits = {
  processes: 256,
  cpuSeconds: 900,
  fileBytes: 1024 ** 3,
  openFiles: 4096,
  temporaryBytes: 512 * 1024 ** 2,
  sharedMemoryBytes: 64 * 1024 ** 2,
  homeBytes: 512 * 1024 ** 2,
} as const;

/** The variables every command inside sees. There are no others. */
export const insideEnvironment: Readonly<Record<string, string>> = {
  PATH: "/opt/self-heal/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/home/agent",
  USER: "agent",
  LANG: "C.UTF-8",
  TERM: "dumb",
  CI: "1",
  GIT_TERMINAL_PROMPT: "0",
};

/**
 * Starts a command in bubblewrap: namespaces of its own (no network but loopback), an allow-list of files, no
 * capabilities, a seccomp filter and limits. Rejects when bubblewrap itself fails, so that a command's exit code is
 * never mistaken for that. bubblewrap gets an environment of PATH alone: its own is readable inside.
 */
export function startConfined(host: Host, confinement: Confinement): Child {
  const filter = openSync(host.filter, "r");
  try {
    const child = startChild({
      argv: [
        ...closing(host.leaked),
        ...entering(confinement.namespaceOf),
        "bwrap",
        ...bwrapArguments(host, confinement),
      ],
      env: { PATH: searchPath },
      identity: host.identity,
      descriptors: [filter, "pipe"],
      timeoutMs: confinement.timeoutMs,
      signal: confinement.signal,
      ...(confinement.stdin !== undefined && { stdin: confinement.stdin }),
    });
    const stopWatch = watchResources(child.pid, { memoryBytes: host.memoryBytes, directory: host.directory }, () =>
      child.kill("oom"),
    );
    child.ended.then(stopWatch, stopWatch);
    return { ...child, ended: statusOf(child) };
  } finally {
    closeSync(filter);
  }
}

/**
 * The command line of the profile that withstood the escape probes. The order matters: `--perms` and `--size` apply to
 * what follows, and nothing is mounted after `--remount-ro /`.
 */
function bwrapArguments(host: Host, confinement: Confinement): string[] {
  const { argv, mounts, env, cpuSeconds = limits.cpuSeconds } = confinement;
  const atWorkspace = mounts.some(({ to }) => to === "/workspace");
  return [
    ...words("--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try"),
    ...words("--disable-userns --uid 1000 --gid 1000 --die-with-parent --new-session --cap-drop ALL"),
    ...words(host.canSetHostname ? "--hostname sandbox" : ""),
    ...words("--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/sbin /sbin"),
    ...words("--symlink usr/lib /lib --symlink usr/lib64 /lib64 --perms 0755 --dir /etc"),
    ...["alternatives", "ld.so.cache", "ssl/certs"].flatMap((name) => bind(`/etc/${name}`, `/etc/${name}`, "-try")),
    ...Object.keys(fakeEtc).flatMap((name) => bind(`${host.runtime}/etc/${name}`, `/etc/${name}`)),
    ...words("--proc /proc --ro-bind /proc/sys /proc/sys --dev /dev"),
    ...words(`--perms 1777 --size ${limits.temporaryBytes} --tmpfs /tmp`),
    ...words(`--perms 1777 --size ${limits.sharedMemoryBytes} --tmpfs /dev/shm`),
    ...words(`--perms 0755 --size ${limits.homeBytes} --tmpfs /home/agent`),
    ...bind(host.runtime, "/opt/self-heal"),
    ...mounts.flatMap(({ from, to, writable }) => (writable ? ["--bind", from, to] : bind(from, to))),
    // Without the first, /dev is a tmpfs without a limit.
    ...words(`--remount-ro /dev --remount-ro / --chdir ${atWorkspace ? "/workspace" : "/"} --clearenv`),
    ...Object.entries({ ...insideEnvironment, ...env }).flatMap(([name, value]) => ["--setenv", name, value]),
    ...words("--seccomp 3 --json-status-fd 4 --"),
    // Inside, so that the number of processes counts this sandbox alone.
    ...words(`prlimit --nproc=${limits.processes} --cpu=${cpuSeconds} --fsize=${limits.fileBytes}`),
    ...words(`--nofile=${limits.openFiles} --data=${dataLimit(host)} --core=0 --memlock=65536 --msgqueue=0 --`),
    ...argv,
  ];
}

/** Bytes of data of one process. More than the sum may be, so that the watch sees an excess before an allocation fails. */
function dataLimit({ memoryBytes }: Host): number {
  // Node does not start with much less than the first: what it only reserves counts too.
  return Math.max(1024 ** 3, Math.ceil(memoryBytes * 1.5));
}

function words(text: string): string[] {
  return text.split(" ").filter(Boolean);
}

function bind(from: string, to: string, suffix = ""): string[] {
  return [`--ro-bind${suffix}`, from, to];
}

function entering(pid: number | undefined): string[] {
  if (pid === undefined) return [];
  return ["nsenter", "--target", String(pid), "--user", "--mount", "--preserve-credentials", "--"];
}

/** Node marks what it opens close-on-exec; what it inherited itself needs closing by hand. */
function closing(descriptors: readonly number[]): string[] {
  if (descriptors.length === 0) return [];
  return ["bash", "-c", `exec ${descriptors.map((fd) => `${fd}>&-`).join(" ")}; exec "$@"`, "bash"];
}

async function statusOf(child: Child): Promise<ChildEnd> {
  let status = "";
  let complaint = "";
  const pipe = child.process.stdio[4];
  if (pipe && "on" in pipe && "read" in pipe) onData(pipe, (chunk) => (status += chunk.toString("latin1")));
  onData(child.process.stderr, (chunk) => {
    if (complaint.length < 2_000) complaint += chunk.toString("utf8");
  });
  const end = await child.ended;
  const init = /"child-pid":\s*(\d+)/.exec(status)?.[1];
  if (init !== undefined) await emptied(init);
  const exit = /"exit-code":\s*(\d+)/.exec(status)?.[1];
  if (end.killedBy) return { ...end, exitCode: null };
  if (exit === undefined) throw new Error(`the sandbox did not start or was torn down: ${complaint.trim()}`);
  return { ...end, exitCode: Number(exit) };
}

/**
 * Waits until the first process of a sandbox is gone or a zombie: only then are all others in it dead. bubblewrap itself
 * ends a moment earlier, and a process that closed its output would be missed.
 */
async function emptied(pid: string): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    const state = stat.charAt(stat.lastIndexOf(")") + 2);
    if (stat === "" || state === "Z" || state === "X") return;
    await setTimeout(1);
  }
}
