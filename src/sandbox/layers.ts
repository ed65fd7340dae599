import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { collectChild } from "./child.ts";
import { collectCommand } from "./command.ts";
import { startConfined } from "./confinement.ts";
import { isRealDirectory } from "./host.ts";
import type { Host } from "./host.ts";
import type { Job } from "./job.ts";
import { mirrorAddress, mirrorEnvironment } from "./npm-mirror.ts";
import type { NpmMirror } from "./npm-mirror.ts";
import { describe, listFiles } from "./objects.ts";
import type { GitDirectory } from "./git.ts";
import type { Removals } from "./removals.ts";
import { insidePath } from "./runtime.ts";
import { SetupError } from "./sandbox.ts";
import type { OpenOptions } from "./sandbox.ts";
import { openShelf } from "./shelf.ts";
import type { Shelf, Taken } from "./shelf.ts";
import { plainText } from "./text.ts";

/** What the setup commands installed, to be mounted below a work tree. */
export type Layer = {
  files: string;
  /** Lines for `.git/info/exclude`. */
  exclude: readonly string[];
  release: () => void;
};

type LayerRequest = Pick<OpenOptions, "tree" | "setup" | "lockFiles" | "setupTimeoutMs" | "signal"> & {
  directory: GitDirectory;
  /** Opens a work tree without dependencies, to run the setup commands in. */
  openBare(): Promise<Job>;
};

/** Keeps what setup commands install: one copy for all trees with the same commands and lock files. */
export type Layers = { layer(request: LayerRequest): Promise<Layer | undefined> };

export function createLayers(host: Host, removals: Removals, npmMirror: () => Promise<NpmMirror>): Layers {
  const shelf = openShelf(host, "layers", { entries: 30, bytes: 20 * 1024 ** 3 }, removals);
  const underWay = new Map<string, Promise<void>>();
  return {
    layer: async (request) => {
      if (request.setup.length === 0) return undefined;
      const key = await keyOf(request);
      const ready = await shelf.take(key);
      if (ready) return toLayer(ready);
      const work =
        underWay.get(key) ?? build(host, shelf, { key, request, npmMirror }).finally(() => underWay.delete(key));
      underWay.set(key, work);
      await work;
      const built = await shelf.take(key);
      if (!built) throw new Error(`layer ${key} vanished while it was prepared`);
      return toLayer(built);
    },
  };
}

const Moved = z.array(z.string());

function toLayer({ path, note, release }: Taken): Layer {
  const escaped = Moved.parse(JSON.parse(note)).map((moved) => `/${moved.replace(/[\\*?[\]!# ]/g, "\\$&")}`);
  return { files: path, exclude: escaped.slice(0, maxExcludes), release };
}

// The list travels on a command line.
const maxExcludes = 200;

async function keyOf({ directory, tree, setup, lockFiles }: LayerRequest): Promise<string> {
  const names = lockFiles?.map((path) => `${tree}:${path}`) ?? [`${tree}^{tree}`];
  const locks = (await describe(directory, names)).map((object) => object?.id ?? "");
  const parts = [setup, lockFiles ?? [], locks, process.version, process.arch];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}

type Order = { key: string; request: LayerRequest; npmMirror: () => Promise<NpmMirror> };

async function build(host: Host, shelf: Shelf, { key, request, npmMirror }: Order): Promise<void> {
  const npm = await npmMirror();
  const job = await request.openBare();
  try {
    const deadline = performance.now() + request.setupTimeoutMs;
    for (const command of request.setup) await runSetup(host, job, command, { request, npm, deadline });
    await job.unmount();
    await shelf.add(key, join(job.path, "l"), await sift(host, job, request));
  } finally {
    await job.close();
  }
}

type Setting = { request: LayerRequest; npm: NpmMirror; deadline: number };

async function runSetup(host: Host, job: Job, command: string, { request, npm, deadline }: Setting): Promise<void> {
  const child = startConfined(host, {
    argv: ["bash", "-c", withMirror, "bash", command],
    mounts: [
      { from: job.files, to: "/workspace", writable: true },
      { from: join(request.directory.path, "objects"), to: "/mirror/objects" },
      { from: npm.socket, to: "/run/npm.sock" },
    ],
    namespaceOf: job.keeper,
    env: mirrorEnvironment,
    timeoutMs: Math.max(1, deadline - performance.now()),
    signal: request.signal,
  });
  const { exitCode, killedBy, output } = await collectCommand(child, maxTailBytes);
  if (killedBy === "abort") throw new Error("the setup was aborted", { cause: request.signal?.reason });
  const ending = killedBy ? `\n[stopped: ${killedBy}]` : "";
  if (exitCode !== 0) throw new SetupError(command, `${output.slice(-maxTailChars)}${ending}`);
}

const maxTailBytes = 64 * 1024;
const maxTailChars = 4_000;

/** The mirror listens on a socket; package managers want TCP. The command is a child, so that its `wait` sees no bridge. */
const withMirror = `
umask 022
exec 2>&1
socat TCP-LISTEN:${mirrorAddress.port},bind=${mirrorAddress.host},fork,reuseaddr UNIX-CONNECT:/run/npm.sock &
until { exec 9<>/dev/tcp/${mirrorAddress.host}/${mirrorAddress.port}; } 2>/dev/null; do sleep 0.01; done
exec 9>&-
bash -c "$1"
exit $?
`;

async function sift(host: Host, job: Job, { directory, tree }: LayerRequest): Promise<string> {
  const tracked = await listFiles(directory, tree);
  const child = startConfined(host, {
    argv: ["node", insidePath("layer-sifter")],
    mounts: [{ from: job.path, to: "/job", writable: true }],
    stdin: tracked.join("\0"),
    timeoutMs: 120_000,
  });
  const { exitCode, stdout, stderr } = await collectChild(child, 16 * 1024 * 1024);
  if (exitCode !== 0 || !(await isRealDirectory(join(job.path, "l"))))
    throw new Error(`cannot keep what the setup installed: ${plainText(stderr).slice(-1_000)}`);
  return stdout.toString("utf8");
}
