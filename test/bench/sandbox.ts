import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory, write, openPlace } from "../sandbox/place.ts";
import type { Repository } from "../sandbox/place.ts";
import { median } from "./median.ts";

const execute = promisify(execFile);
const files = 6_000;
const fileBytes = 10_000;
const rounds = 7;

/**
 * What a workspace costs beside a shallow clone of the same repository over the file protocol, and a sandboxed command
 * beside the plain one; then each step of an attempt on a repository of ten files. Milliseconds, medians.
 */
export async function benchSandbox(): Promise<Record<string, number | string>> {
  const place = openPlace();
  try {
    const health = await timed(() => place.sandbox.check());
    const large = await place.repository(largeRepository());
    const small = await place.repository(
      Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`src/${index}.js`, `export const n = ${index};\n`])),
    );
    return {
      "repository, MB": Math.round((files * fileBytes) / 1e6),
      "repository, files": files,
      "self-test, first with staging": health.ms,
      ...(await benchOpen(large)),
      ...(await benchCommand(small)),
      ...(await benchAttempt(small)),
    };
  } finally {
    await place.close();
  }
}

/** Half of each file is random, as source code compresses to about half. */
function largeRepository(): Record<string, string> {
  const contents = Object.fromEntries(
    Array.from({ length: files }, (_, index) => [
      `packages/p${index % 40}/src/d${index % 7}/file${index}.js`,
      randomBytes(fileBytes / 4).toString("hex") + "const same = 1;\n".repeat(fileBytes / 32),
    ]),
  );
  return { ...contents, lock: "1\n", ".gitignore": "node_modules\n" };
}

async function benchOpen(repository: Repository): Promise<Record<string, number | string>> {
  const { path, mirror } = repository;
  const setup = ["mkdir -p node_modules/x && cd node_modules/x && seq 1 2000 | split -l 1 -a 4 -"];
  const withDeps = { setup, lockFiles: ["lock"] };
  const checkout = await timed(async () => (await repository.open()).close());
  const install = await timed(async () => (await repository.open(withDeps)).close());
  // As a server keeps it: a clone of loose objects would spend most of its time on packing them.
  repository.git("repack", "-a", "-d", "--quiet");
  const [clones, opens, commits]: [number[], number[], number[]] = [[], [], []];
  // Removed at the end: deleting thousands of files slows the next clone down several times.
  const directory = temporaryDirectory();
  for (let round = 0; round < rounds; round += 1) {
    const target = join(directory, String(round));
    // Side by side, so that whatever else the machine does slows both.
    clones.push((await timed(() => execute("git", ["clone", "-q", "--depth=1", `file://${path}`, target]))).ms);
    opens.push(await openMs(repository, withDeps));
    write(path, { [`changed-${round}.js`]: "changed\n" });
    repository.git("add", "--all");
    repository.git("commit", "--quiet", "--message=next");
    const fetched = await timed(async () => {
      const base = await mirror.fetch({ branch: "main" });
      return { base, tree: await mirror.treeOf(base) };
    });
    commits.push(fetched.ms + (await openMs(repository, { ...withDeps, ...fetched.result })));
  }
  rmSync(directory, { recursive: true });
  return {
    "git clone --depth 1": median(clones),
    "workspace, warm": median(opens),
    "workspace per clone": ratio(median(opens), median(clones)),
    "workspace at a new commit, with fetch": median(commits),
    "workspace at a new commit per clone": ratio(median(commits), median(clones)),
    "workspace, first: full checkout": checkout.ms,
    "workspace, first: with setup": install.ms,
  };
}

async function openMs(repository: Repository, options: Parameters<Repository["open"]>[0]): Promise<number> {
  const { ms, result } = await timed(() => repository.open(options));
  await result.close();
  return ms;
}

async function benchCommand(repository: Repository): Promise<Record<string, number | string>> {
  const workspace = await repository.open();
  const [confined, plain]: [number[], number[]] = [[], []];
  for (let round = 0; round < 30; round += 1) {
    confined.push((await timed(() => workspace.run("true", { timeoutMs: 5_000 }))).ms);
    plain.push((await timed(() => execute("bash", ["-c", "true"]))).ms);
  }
  await workspace.close();
  return {
    "sandboxed `true`": median(confined),
    "plain `bash -c true`": median(plain),
    "sandboxed over plain": median(confined) - median(plain),
  };
}

/** The steps from a signal to a patch with its proof, without model and GitHub. */
async function benchAttempt(repository: Repository): Promise<Record<string, number | string>> {
  const steps: Record<string, number[]> = {};
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const { ms, result } = await timed(work);
    (steps[name] ??= []).push(ms);
    return result;
  };
  const attempt = async () => {
    const workspace = await step("small: open", () => repository.open());
    const tools = await workspace.tools({ maxOutputChars: 10_000, bashTimeoutMs: 10_000 });
    await step("small: first tool call, with the server's start", () => tools.call("read", { file_path: "src/1.js" }));
    for (let call = 0; call < 10; call += 1)
      await step("small: write", () =>
        tools.call("write", { file_path: `src/new${call}.js`, content: `${Math.random()}` }),
      );
    await step("small: bash", () => tools.call("bash", { command: "ls" }));
    const { tree } = await step("small: extract", () => workspace.extract());
    await step("small: diff", () => repository.mirror.diff(repository.tree, tree));
    for (let proof = 0; proof < 3; proof += 1) {
      const proving = await step("small: open the extracted tree", () => repository.open({ tree }));
      await step("small: run", () => proving.run("true", { timeoutMs: 5_000 }));
      await step("small: run", () => proving.run("true", { timeoutMs: 5_000 }));
      await proving.close();
    }
    await workspace.close();
  };
  for (let round = 0; round < rounds; round += 1)
    await step("small: 4 opens, 12 tool calls, extract, diff, 6 runs", attempt);
  return Object.fromEntries(Object.entries(steps).map(([name, times]) => [name, median(times)]));
}

function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(3)} ×`;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedAt = performance.now();
  const result = await work();
  return { ms: performance.now() - startedAt, result };
}
