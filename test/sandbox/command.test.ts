import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Workspace } from "../../src/sandbox/sandbox.ts";
import { openPlace, temporaryDirectory } from "./place.ts";
import type { Place, Repository } from "./place.ts";

let place: Place;
let repository: Repository;
let workspace: Workspace;

beforeAll(async () => {
  place = openPlace({ memoryBytes: 256 * 1024 * 1024 });
  repository = await place.repository({ "a.txt": "hello\n", ".gitignore": "*.log\n" });
  workspace = await repository.open();
});
afterAll(async () => place.close());

const run = async (command: string, timeoutMs = 10_000) => workspace.run(command, { timeoutMs });

/** The processes on this machine whose command line holds a text. */
function processesWith(text: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(text);
    } catch {
      return false;
    }
  });
}

test("tells how a command ended and what it printed on both streams, in order", async () => {
  const result = await run("echo one; echo two >&2; cat a.txt; exit 7");
  expect(result).toMatchObject({ exitCode: 7, output: "one\ntwo\nhello\n", truncated: false });
  expect(result.killedBy).toBeUndefined();
  expect(result.hash).toBe(createHash("sha256").update("one\ntwo\nhello\n").digest("hex"));
});

test("gives the exit code of a signal as shells do", async () => {
  expect(await run("kill -SEGV $$")).toMatchObject({ exitCode: 139 });
});

test("reports the command's own line numbers", async () => {
  expect((await run("nonsense")).output).toContain("line 1: nonsense");
});

test("strips escape sequences and control characters from the output", async () => {
  const result = await run("printf '\\033[31mred\\033[0m \\033]0;title\\007\\a\\r\\nnext\\ttab\\0'");
  expect(result.output).toBe("red \nnext\ttab");
});

test("keeps the start and the end of a long output and hashes all of it", async () => {
  const result = await workspace.run("seq 1 100000", { timeoutMs: 10_000, maxOutputBytes: 1_000 });
  const whole = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join("");
  expect(result.truncated).toBe(true);
  expect(result.hash).toBe(createHash("sha256").update(whole).digest("hex"));
  expect(result.output).toMatch(/^1\n2\n/);
  expect(result.output).toMatch(/99999\n100000\n$/);
  expect(result.output).toContain("bytes left out");
  expect(result.output.length).toBeLessThan(1_100);
});

test("stops a flood of output", async () => {
  const result = await run("yes");
  expect(result).toMatchObject({ exitCode: null, killedBy: "output", truncated: true });
});

test("stops a command that ignores signals at its time limit", async () => {
  const result = await run("trap '' TERM INT HUP QUIT; while :; do sleep 0.1; done", 300);
  expect(result).toMatchObject({ exitCode: null, killedBy: "timeout" });
  expect(result.ms).toBeLessThan(2_000);
});

test("stops a command when it is told to", async () => {
  const controller = new AbortController();
  const running = workspace.run("echo started > marker; sleep 60", { timeoutMs: 60_000, signal: controller.signal });
  await run("until [ -e marker ]; do sleep 0.01; done");
  controller.abort();
  expect(await running).toMatchObject({ killedBy: "abort" });
});

test("stops a command that takes more memory than it may", async () => {
  // Three processes, each below the limit of one.
  const hog = `node -e "globalThis.b=[1,2].map(()=>Buffer.alloc(6e7,1)); setTimeout(()=>{}, 60000)"`;
  expect(await run(`${hog} & ${hog} & ${hog} & wait`, 20_000)).toMatchObject({ killedBy: "oom" });
});

test("contains a fork bomb", async () => {
  const result = await run("bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 20", 1_000);
  expect(["timeout", null]).toContain(result.killedBy ?? null);
  expect(await run("echo fine")).toMatchObject({ output: "fine\n" });
});

test("leaves no daemon behind and does not wait for one", async () => {
  const mark = `987${process.pid}`;
  const result = await run(`setsid nohup sleep ${mark} & (sleep ${mark} &) ; echo done`);
  expect(result).toMatchObject({ exitCode: 0 });
  expect(result.ms).toBeLessThan(5_000);
  await expect.poll(() => processesWith(mark)).toEqual([]);
});

test("runs commands at the same time on the same files", async () => {
  const [, second] = await Promise.all([
    run("sleep 0.1; echo shared > shared.txt"),
    run("until [ -s shared.txt ]; do sleep 0.01; done; cat shared.txt"),
  ]);
  expect(second.output).toBe("shared\n");
});

test("shows nothing of the App's environment", async () => {
  process.env["SELF_HEAL_TEST_SECRET"] = "hunter2-in-the-environment";
  const { output } = await run("env; cat /proc/*/environ | tr '\\0' '\\n'; cat /proc/*/cmdline | tr '\\0' ' '");
  delete process.env["SELF_HEAL_TEST_SECRET"];
  expect(output).toContain("HOME=/home/agent");
  expect(output).not.toContain("hunter2");
  expect(output).not.toContain("SELF_HEAL_TEST_SECRET");
});

test("has no descriptor but the standard three", async () => {
  // The listing itself holds one more.
  expect((await run("ls /proc/self/fd | wc -l")).output).toBe("4\n");
});

test("reaches nothing on the network, not even this machine", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { output } = await run(
    `(exec 3<>/dev/tcp/127.0.0.1/${port}) 2>&1 || echo refused; getent hosts example.com || echo unknown; ls /sys 2>&1`,
  );
  server.close();
  expect(output).toContain("refused");
  expect(output).toContain("unknown");
});

test("gives the agent a history, and a clean status, in a fresh workspace", async () => {
  const fresh = await repository.open();
  const { output } = await fresh.run("git status --porcelain --ignored; git log --format=%s; git blame -s a.txt", {
    timeoutMs: 10_000,
  });
  expect(output.split("\n")).toEqual(["first", expect.stringContaining("hello"), ""]);
});

test("keeps the work of one workspace from another", async () => {
  await run("echo changed > a.txt");
  const other = await repository.open();
  expect((await other.run("cat a.txt", { timeoutMs: 5_000 })).output).toBe("hello\n");
});

test("refuses commands once it is closed", async () => {
  const closed = await repository.open();
  await closed.close();
  await expect(closed.run("true", { timeoutMs: 1_000 })).rejects.toThrow("closed");
});

test("removes a tree of directories without permissions", async () => {
  const doomed = openPlace();
  const { open } = await doomed.repository({ "a.txt": "a\n" });
  const place_ = await open();
  await place_.run("mkdir -p x/y/z; echo 1 > x/y/z/f; chmod 000 x/y/z/f x/y/z x/y x", { timeoutMs: 5_000 });
  await place_.close();
  await doomed.sandbox.close();
  expect(readdirSync(join(doomed.directory, "sandbox/jobs"))).toEqual([]);
  await doomed.close();
});

test("leaves no process behind when the App is killed, and cleans up at the next start", async () => {
  const directory = temporaryDirectory();
  const mark = `876${process.pid}`;
  const program = `
    const { openPlace } = await import(${JSON.stringify(join(import.meta.dirname, "place.ts"))});
    const place = openPlace({ directory: ${JSON.stringify(join(directory, "sandbox"))} });
    const workspace = await (await place.repository({ "a.txt": "a" })).open();
    void workspace.run("sleep ${mark}", { timeoutMs: 600000 });
    const tools = await workspace.tools({ maxOutputChars: 1000, bashTimeoutMs: 600000 });
    void tools.call("bash", { command: "sleep ${mark}" });
    await workspace.run("until [ $(ls | wc -l) -ge 1 ]; do sleep 0.01; done", { timeoutMs: 5000 });
    console.log("ready " + place.directory);
  `;
  const app = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(app.stdout, "data")) as [Buffer];
  await expect.poll(() => processesWith(mark).length).toBeGreaterThan(1);
  app.kill("SIGKILL");
  await expect.poll(() => processesWith(mark), { timeout: 3_000 }).toEqual([]);
  const jobs = join(directory, "sandbox/jobs");
  expect(readdirSync(jobs)).toHaveLength(1);

  const next = openPlace({ directory: join(directory, "sandbox") });
  expect(await next.sandbox.check()).toMatchObject({ ok: true });
  await next.sandbox.close();
  expect(readdirSync(jobs)).toEqual([]);
  await next.close();
  execFileSync("rm", ["-rf", directory, said.toString("utf8").trim().slice("ready ".length)]);
});
