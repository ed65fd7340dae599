import { join } from "node:path";
import type { TreeSha } from "../domain/repository.ts";
import type { Child } from "./child.ts";
import { collectCommand } from "./command.ts";
import { startConfined } from "./confinement.ts";
import type { Confinement, Mount } from "./confinement.ts";
import { extractTree } from "./extract.ts";
import type { GitDirectory } from "./git.ts";
import type { Host } from "./host.ts";
import type { Job } from "./job.ts";
import type { Layer } from "./layers.ts";
import { insidePath } from "./runtime.ts";
import type { Workspace } from "./sandbox.ts";
import { openToolSession, toolDefinitions } from "./tool-session.ts";

// What a model or a reviewer can make use of.
const defaultOutputBytes = 256 * 1024;

/**
 * One job's commands. Every command, the tool server and the extraction run in a bubblewrap of their own that enters
 * the one mount of the job, so they may overlap and see each other's files; processes and `/tmp` they do not share.
 */
export function createWorkspace(host: Host, job: Job, contents: Contents): Workspace {
  const { directory, tree, layer, release } = contents;
  const crew = createCrew(host, [
    { from: job.files, to: "/workspace", writable: true },
    { from: join(directory.path, "objects"), to: "/mirror/objects" },
  ]);
  let isClosed = false;
  let isExtracting = false;
  const start = (command: Command) => {
    if (isClosed || isExtracting) throw new Error(`the workspace is ${isClosed ? "closed" : "being taken out"}`);
    return crew.start({ ...command, namespaceOf: job.keeper });
  };
  return {
    run: async (command, { timeoutMs, signal, maxOutputBytes }) => {
      // On one line, so that the line numbers in bash's own messages are the command's.
      const child = start({ argv: ["bash", "-c", `umask 022; exec 2>&1; ${command}`], timeoutMs, signal });
      return collectCommand(child, maxOutputBytes ?? defaultOutputBytes);
    },
    tools: async (options) => {
      const server = start({ argv: ["node", insidePath("tool-server")], stdin: true, cpuSeconds: 3_600 });
      return openToolSession(server, await toolDefinitions(), options);
    },
    extract: async () => {
      if (isClosed) throw new Error("the workspace is closed");
      isExtracting = true;
      try {
        await crew.stop();
        return await extractTree(host, job, { directory, tree, layer: layer?.files });
      } finally {
        isExtracting = false;
      }
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await crew.stop();
      await job.close();
      release();
    },
  };
}

export type Contents = { directory: GitDirectory; tree: TreeSha; layer: Layer | undefined; release: () => void };

type Command = Omit<Confinement, "mounts">;

/** The sandboxes that run in a job now. */
function createCrew(host: Host, mounts: readonly Mount[]): { start(command: Command): Child; stop(): Promise<void> } {
  const running = new Set<Child>();
  return {
    start: (command) => {
      const child = startConfined(host, { ...command, mounts });
      running.add(child);
      const forget = () => running.delete(child);
      child.ended.then(forget, forget);
      return child;
    },
    stop: async () => {
      const children = [...running];
      for (const child of children) child.kill("abort");
      await Promise.allSettled(children.map((child) => child.ended));
    },
  };
}
