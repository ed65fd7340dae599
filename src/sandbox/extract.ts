import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { TreeSha } from "../domain/repository.ts";
import { collectChild } from "./child.ts";
import { startConfined } from "./confinement.ts";
import { git } from "./git.ts";
import type { GitDirectory } from "./git.ts";
import type { Host } from "./host.ts";
import type { Job } from "./job.ts";
import { rawChanges } from "./objects.ts";
import { insidePath } from "./runtime.ts";
import type { Workspace } from "./sandbox.ts";
import { plainText } from "./text.ts";

export type Extraction = Awaited<ReturnType<Workspace["extract"]>>;

const Header = z.strictObject({
  tree: TreeSha,
  refused: z.array(z.strictObject({ path: z.string(), why: z.string() })).max(1_000),
});

const maxPackBytes = 32 * 1024 * 1024;
const allowedModes = new Set(["100644", "100755", "120000", "000000"]);

/**
 * Takes the work tree out as a git tree: built inside a throw-away sandbox, where git may meet whatever the agent left
 * there, and imported here as objects that git checks one by one. Nothing else may run in the job meanwhile.
 */
export async function extractTree(
  host: Host,
  job: Job,
  { directory, tree, layer }: { directory: GitDirectory; tree: TreeSha; layer?: string | undefined },
): Promise<Extraction> {
  const child = startConfined(host, {
    argv: ["node", insidePath("extractor"), tree],
    mounts: [
      { from: job.files, to: "/workspace", writable: true },
      { from: job.upper, to: "/upper" },
      { from: join(directory.path, "objects"), to: "/mirror/objects" },
      ...(layer === undefined ? [] : [{ from: layer, to: "/layer" }]),
    ],
    namespaceOf: job.keeper,
    timeoutMs: 120_000,
  });
  const { exitCode, killedBy, stdout, stderr } = await collectChild(child, maxPackBytes + 1024 * 1024);
  const end = stdout.indexOf(10);
  if (exitCode !== 0 || end === -1)
    throw new Error(`cannot take the work tree out: ${killedBy ?? plainText(stderr).trim().slice(-1_000)}`);
  const header = Header.parse(JSON.parse(stdout.subarray(0, end).toString("utf8")));
  if (header.tree !== tree) await importPack(directory, tree, header.tree, stdout.subarray(end + 1));
  return { tree: header.tree, refused: header.refused };
}

/** Checks a pack beside the mirror's objects before any of it is among them. */
async function importPack(directory: GitDirectory, from: TreeSha, to: TreeSha, pack: Buffer): Promise<void> {
  const objects = join(directory.path, "objects");
  const quarantine = join(directory.path, `quarantine-${randomUUID()}`);
  const env = { GIT_OBJECT_DIRECTORY: quarantine, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
  await mkdir(join(quarantine, "pack"), { recursive: true });
  try {
    if (pack.length > 0)
      await git(directory, ["index-pack", "--stdin", "--strict", `--max-input-size=${maxPackBytes}`], {
        env,
        input: pack,
      });
    const changes = await rawChanges(directory, from, `${to}^{tree}`, env);
    const odd = changes.find(({ mode }) => !allowedModes.has(mode));
    if (odd) throw new Error(`the extracted tree has an entry of mode ${odd.mode}: ${odd.path}`);
    // The index comes last: a pack without one is not looked at.
    const files = await readdir(join(quarantine, "pack"));
    for (const name of files.toSorted((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx"))))
      await rename(join(quarantine, "pack", name), join(objects, "pack", name));
  } finally {
    await rm(quarantine, { recursive: true, force: true });
  }
}
