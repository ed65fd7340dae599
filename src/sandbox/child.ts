import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";

/** Who a child runs as. Undefined: the same user as this process. Supplementary groups are dropped with it. */
export type Identity = { uid: number; gid: number } | undefined;

/** Where programs are found; the caller's own PATH has no say. */
export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type KilledBy = "timeout" | "output" | "abort" | "oom";

export type ChildSpec = {
  argv: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  identity?: Identity;
  /** What the child reads; true leaves the pipe to the caller. Absent: `/dev/null`. */
  stdin?: Buffer | string | true;
  /** What the child gets as descriptors 3, 4, …: one of ours, or a new pipe. */
  descriptors?: readonly (number | "pipe")[];
  /** Undefined: no limit. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
};

export type ChildEnd = { exitCode: number | null; killedBy?: KilledBy; ms: number };

export type Child = {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Ends the child's whole process group. The first cause given is the one that is told. */
  readonly kill: (cause?: KilledBy) => void;
  /** Settles when the child is gone and its pipes are drained; rejects when it could not be started. */
  readonly ended: Promise<ChildEnd>;
};

/** Starts a child in a process group of its own, so that what it starts can be ended with it. */
export function startChild(spec: ChildSpec): Child {
  const [command = "", ...args] = spec.argv;
  const startedAt = performance.now();
  const stdio: StdioOptions = [
    spec.stdin === undefined ? "ignore" : "pipe",
    "pipe",
    "pipe",
    ...(spec.descriptors ?? []),
  ];
  const process_ = spawn(command, args, { stdio, env: { ...spec.env }, detached: true, ...spec.identity });
  let killedBy: KilledBy | undefined;
  const kill = (cause?: KilledBy) => {
    killedBy ??= cause;
    killGroup(process_);
  };
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    process_.once("error", (error) => reject(new Error(`cannot run ${command}`, { cause: error })));
    process_.once("close", (exitCode) =>
      resolve({ exitCode, ...(killedBy && { killedBy }), ms: performance.now() - startedAt }),
    );
  });
  limit(spec, kill, ended);
  if (process_.stdin) {
    // A child that ends without reading its input is no failure of ours.
    process_.stdin.on("error", () => undefined);
    if (spec.stdin !== true) process_.stdin.end(spec.stdin);
  }
  return { process: process_, pid: process_.pid ?? 0, kill, ended };
}

export type Collected = ChildEnd & { stdout: Buffer; stderr: string };

/** Runs a child to its end and collects what it prints; `maxBytes` on stdout end it with `output`. */
export async function runChild(spec: ChildSpec, maxBytes = 64 * 1024 * 1024): Promise<Collected> {
  return collectChild(startChild(spec), maxBytes);
}

export async function collectChild(child: Child, maxBytes: number): Promise<Collected> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;
  let errorBytes = 0;
  onData(child.process.stdout, (chunk) => {
    stdout.push(chunk.subarray(0, maxBytes - bytes));
    bytes = Math.min(maxBytes, bytes + chunk.length);
    if (bytes === maxBytes) child.kill("output");
  });
  onData(child.process.stderr, (chunk) => {
    errorBytes += chunk.length;
    if (errorBytes <= maxErrorBytes) stderr.push(chunk);
  });
  const end = await child.ended;
  return { ...end, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") };
}

export function onData(stream: Readable | null, take: (chunk: Buffer) => void): void {
  stream?.on("data", take);
  // A pipe that breaks because its other end was killed shows in how the child ended.
  stream?.on("error", () => undefined);
}

// Enough for any message of git or bubblewrap, too little to matter when a child floods.
const maxErrorBytes = 64 * 1024;

function limit(spec: ChildSpec, kill: (cause: KilledBy) => void, ended: Promise<ChildEnd>): void {
  const timer = spec.timeoutMs === undefined ? undefined : setTimeout(() => kill("timeout"), spec.timeoutMs);
  const abort = () => kill("abort");
  if (spec.signal?.aborted) abort();
  spec.signal?.addEventListener("abort", abort, { once: true });
  const release = () => {
    clearTimeout(timer);
    spec.signal?.removeEventListener("abort", abort);
  };
  ended.then(release, release);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone, or not there yet because the child has not called setsid.
    child.kill("SIGKILL");
  }
}
