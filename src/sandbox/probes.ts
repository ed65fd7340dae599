/**
 * Runs inside the sandbox: tries to get out. Reads its targets as JSON from stdin and
 * the descriptors that were open before Node started from its arguments; prints the names of the
 * attempts that succeeded as JSON. Each attempt is harmless where it succeeds. Imports nothing but `node:`.
 */
import { spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { NetConnectOpts } from "node:net";
import { networkInterfaces } from "node:os";

type Targets = {
  canary: string;
  secret: string;
  port: number;
  hostSocket: string;
  abstractSocket: string;
  hostPid: number;
  processes: number;
  variables: string[];
};

const targets = JSON.parse(readFileSync(0, "utf8")) as Targets;

/** What the parent's own environment for bubblewrap may hold: a path, and what a shell adds. */
const shellVariables = new Set(["PATH", "PWD", "OLDPWD", "SHLVL", "_"]);

/** Each answers whether the escape worked. Throwing means it did not. */
const attempts: Record<string, () => boolean | Promise<boolean>> = {
  "write kernel.core_pattern": () => canOpen("/proc/sys/kernel/core_pattern", constants.O_WRONLY),
  "write sysrq-trigger": () => canOpen("/proc/sysrq-trigger", constants.O_WRONLY),
  "read kernel memory": () => canOpen("/proc/kcore", constants.O_RDONLY) || canOpen("/dev/mem", constants.O_RDONLY),
  "read a host file": () => readFileSync(targets.canary, "utf8").length > 0,
  "read a host file through /proc/1/root": () => readFileSync(`/proc/1/root${targets.canary}`, "utf8").length > 0,
  "read the host's password hashes": () => readFileSync("/etc/shadow", "utf8").length > 0,
  "read the machine's id": () => readFileSync("/etc/machine-id", "utf8").length > 0,
  "see the parent's environment": () => variablesOf(1).some((name) => !shellVariables.has(name)),
  // oxlint-disable-next-line no-restricted-properties -- what it holds in here is the question
  "inherit variables": () => Object.keys(process.env).some((name) => !targets.variables.includes(name)),
  "see a host process": () => processes().some((pid) => commandLine(pid).includes(targets.secret)),
  "signal a host process": () => targets.hostPid > 1_000 && process.kill(targets.hostPid, 0),
  "reach the host's loopback": async () => canConnect({ host: "127.0.0.1", port: targets.port }),
  "reach a host socket": async () => canConnect({ path: targets.hostSocket }),
  "reach an abstract socket": async () => canConnect({ path: targets.abstractSocket }),
  "reach the metadata service": async () => canConnect({ host: "169.254.169.254", port: 80 }),
  "have a network interface": () => Object.keys(networkInterfaces()).some((name) => name !== "lo"),
  "find a container engine's socket": () =>
    ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd"].some(exists),
  "inherit descriptors": () => process.argv.slice(2).some((fd) => Number(fd) > 2),
  "write to /usr": () => canCreate("/usr/bin/self-heal-probe"),
  "write to /etc": () => canCreate("/etc/ld.so.preload"),
  "write to /": () => canCreate("/self-heal-probe"),
  "fill /dev": () => canCreate("/dev/self-heal-probe"),
  "change the runtime": () => canCreate("/opt/self-heal/self-heal-probe"),
  "see /sys": () => exists("/sys/class"),
  "see a disk": () => readdirSync("/dev").some((name) => /^(sd|vd|nvme|dm-|loop)/.test(name)),
  "gain privileges": () =>
    /^NoNewPrivs:\t0|^Seccomp:\t[^2]|^Cap(Eff|Prm|Bnd|Amb):\t0*[1-9a-f]/m.test(
      readFileSync("/proc/self/status", "utf8"),
    ),
  "start without a process limit": () =>
    !readFileSync("/proc/self/limits", "utf8").includes(`Max processes             ${targets.processes} `),
  "raise the process limit": () => canRun(["prlimit", "--nproc=100000:100000", "true"]),
  "make a user namespace": () => canRun(["unshare", "--user", "--map-root-user", "true"]),
  "nest a sandbox": () => canRun(["bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"]),
  "mount a file system": () => canRun(["mount", "-t", "tmpfs", "none", "/tmp"]),
  "make a device": () => canRun(["mknod", "/tmp/self-heal-probe", "c", "1", "3"]),
  "enter another namespace": () => canRun(["nsenter", "--target", "1", "--user", "true"]),
};

const succeeded: string[] = [];
await Promise.all(
  Object.entries(attempts).map(async ([name, attempt]) => {
    try {
      if (await attempt()) succeeded.push(name);
    } catch {
      // Refused, as it should be.
    }
  }),
);
process.stdout.write(JSON.stringify({ tried: Object.keys(attempts).length, succeeded }));
process.exit(0);

function canOpen(path: string, flags: number): boolean {
  closeSync(openSync(path, flags));
  return true;
}

function canCreate(path: string): boolean {
  writeFileSync(path, "");
  return true;
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function canRun([command = "", ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 1_000 }).status === 0;
}

async function canConnect(to: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to);
    socket.setTimeout(300, () => resolve(false));
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
}

function processes(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

function variablesOf(pid: number): string[] {
  const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  return environment.map((variable) => variable.slice(0, variable.indexOf("=")));
}
